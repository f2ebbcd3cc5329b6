"""A line of an explanation as a sentence: the names that it carries become the labels of the definition.

Why: pages, the terminal and the protocol must say the same thing of the same place.
Never here: making lines (engine), the sentences themselves (workflow/wording).
"""

from __future__ import annotations

from collections.abc import Callable

from workflow.engine.process import ProcessDefinition, Words
from workflow.engine.scoring import Line
from workflow.wording import say


def sentence(line: Line, process: ProcessDefinition, language: str, words: Callable[[Words], str]) -> str:
    """The line in that language; `words` chooses among the languages of a label."""
    data = dict(line.data)
    assessments = process.assessments
    if "key" in data:
        name, _, criterion = data["key"].partition(".")
        if name in assessments:
            data["key"] = words(assessments[name].label)
            if criterion in assessments[name].criteria:
                data["key"] += f", {words(assessments[name].criteria[criterion].label)}"
    if data.get("assessment") in assessments:
        rule = assessments[data["assessment"]]
        if data.get("criterion") in rule.criteria:
            data["criterion"] = words(rule.criteria[data["criterion"]].label)
        data["assessment"] = words(rule.label)
    items = process.ranking.bonus.items if process.ranking is not None and process.ranking.bonus is not None else {}
    if data.get("item") in items:
        data["item"] = words(items[data["item"]].label)
    if data.get("requirement") in process.requirements:
        data["requirement"] = words(process.requirements[data["requirement"]].label)
    return say(line.code, data, language)
