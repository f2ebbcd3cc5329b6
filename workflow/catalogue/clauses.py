"""What must stand together: exactly one ground for every clause, every language in every text, and the like.

Why: these are shapes over several keys, and a model that checks them falls silent as soon as one key is wrong.
Never here: single keys (schema), names (references), lifecycles as a whole (engine/soundness).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from pydantic import BaseModel

from workflow.catalogue.patterns import ANY, Pattern, clauses, find, keys, pattern, texts
from workflow.catalogue.problems import article, did_you_mean
from workflow.catalogue.references import LOT, SUBJECTS, guard_parts
from workflow.catalogue.shapes import Clause
from workflow.catalogue.yaml_reader import Document
from workflow.engine.errors import Problem
from workflow.engine.process import NEW, Kind

_CALL = "lifecycles.*.transitions.*.#.effects.#.call_next"
_UNITS = ("days", "working_days", "weeks", "months", "hours")
_Choice: TypeAlias = tuple[Pattern, tuple[str, ...]]

# Where exactly one of several keys stands.
_ONE_OF: tuple[_Choice, ...] = (
    (pattern("lifecycles.*.transitions.*.#"), ("notices", "silent")),
    (pattern("assessments.*"), ("criteria", "answers")),
    (pattern("deadlines.*"), ("at", "after")),
    (pattern("deadlines.*.after"), _UNITS),
    (pattern("deadlines.*.reminders.#.before"), _UNITS),
    (pattern("publications.*.until"), ("at", "after")),
    (pattern("onboarding.tasks.*.due"), ("at", "after")),
    (pattern("onboarding.tasks.*.due.after"), _UNITS),
    (pattern("checks.*.valid_for"), _UNITS),
    (pattern("checks.*.re_examination.within"), _UNITS),
    (pattern("publications.*.until.after"), _UNITS),
    (pattern("lifecycles.*.transitions.*.#.effects.#.move"), tuple(SUBJECTS)),
    (pattern("lifecycles.*.transitions.*.#.effects.#.call_next.within"), ("since", "of")),
    (pattern("lifecycles.*.transitions.*.#.effects.#.call_next.within.after"), _UNITS),
    (pattern("lifecycles.*.transitions.*.#.effects.#.shortlist"), ("ratio", "at_most")),
)

# Effect -> the lifecycles whose transitions may have it.
_PLACES = {
    "pin": ("procedure",),
    "certify": ("application",),
    "attest_hours": ("application",),
    "give_tasks": ("application",),
    "publish": ("procedure", "position"),
    "withdraw": ("procedure", "position"),
    "correct": ("objection",),
    "open_sheets": ("application",),
    "rank": ("procedure", "position"),
    "shortlist": ("procedure", "position"),
    "call_next": ("position", "application"),
    "check_opening_ratio": ("procedure",),
}
# What a line of a list is -> what it may show.
_COLUMNS = {
    "application": ("register_number", "name", "initials", "town", "grounds", "place", "total", "position"),
    "position": ("position", "outcome", "reason"),
}
# Lifecycle -> whom its transitions may move.
_MOVABLE = {
    "procedure": ("applications", "positions", "objections"),
    "position": ("applications", "procedure", "objections"),
    "application": ("others_of_candidate", "position", "procedure", "objections"),
    "objection": ("application", "position", "procedure"),
}
# What is used -> the section that it needs.
_TRAINING_GUARDS = ("training_complete", "training_incomplete")
_THRESHOLD_GUARDS = ("result_at_least", "result_below")


def check_grounds(document: Document, model: type[BaseModel]) -> Iterator[Problem]:
    """Every clause without exactly one of `source` and `assumption`."""
    for where in clauses(model, Clause):
        yield from _one_of(document, where, ("source", "assumption"))


def check_texts(
    document: Document, model: type[BaseModel], languages: Sequence[str], further: Sequence[str] = ()
) -> Iterator[Problem]:
    """Every text that lacks one of the languages, or has one that is neither among them nor among the further ones."""
    known = tuple(dict.fromkeys((*languages, *further)))
    for where in texts(model):
        for path, text in find(document.data, where):
            if not isinstance(text, dict):
                continue
            missing = [language for language in languages if language not in text]
            if missing:
                yield document.problem(path, f"the text is missing in {', '.join(missing)}", "add it", key=True)
            for language in text:
                if language not in known:
                    what = f"the language `{language}` is not one of the institution's"
                    yield document.problem((*path, language), what, f"there are: {', '.join(known)}", key=True)


def check_process(document: Document) -> Iterator[Problem]:
    """Everything in a process that stands alone and must not, or stands where it cannot be."""
    for where, names in _ONE_OF:
        yield from _one_of(document, where, names)
    for path, effect in find(document.data, pattern("lifecycles.*.transitions.*.#.effects.#")):
        if isinstance(effect, dict) and len(effect) != 1:
            yield document.problem(path, "an effect is a name, or one name with its parameters", "one effect per item")
    for path, due in find(document.data, pattern("deadlines.*.on_due")):
        if isinstance(due, dict) and not due.keys() & {"transition", "notice"}:
            yield document.problem(path, "nothing happens when it is due", "give it a transition, a notice, or both")
    for span in ("deadlines.*.after.*", "publications.*.until.after.*", f"{_CALL}.within.after.*"):
        for path, amount in find(document.data, pattern(span)):
            if isinstance(amount, int) and amount < 1:
                yield document.problem(path, f"a term of {amount} is none", "at least 1")
    for path, text in find(document.data, pattern("documents.*.text")):
        if text is not None and not any(
            kind == "declaration" for _, kind in find(document.data, (*(str(part) for part in path[:-1]), "kind"))
        ):
            what, remedy = "only a declaration has a text", "make its `kind` a declaration, or leave the text out"
            yield document.problem(path, what, remedy, key=True)
    for path, counts in find(document.data, pattern("channels.*.counts")):
        if counts == "postmark" and path[1] != "by_post":
            what = f"nothing that comes `{path[1]}` has a postmark"
            yield document.problem(path, what, "leave `counts` out: the arrival counts")
    for path, rule in find(document.data, pattern("assessments.*.combine")):
        if isinstance(rule, dict) and len(rule) != 1:
            yield document.problem(path, "members are combined by one rule, with its parameters", "keep one of them")
    yield from _cuts(document)
    yield from _calls(document)
    yield from _openings(document)
    yield from _scales(document)
    yield from _empty_marks(document)
    yield from _combined(document)
    yield from _answers(document)
    yield from _bonus(document)
    yield from _births(document)
    yield from _effects(document)
    yield from _needs(document)


def _one_of(document: Document, where: Pattern, names: Sequence[str]) -> Iterator[Problem]:
    for path, clause in find(document.data, where):
        if not isinstance(clause, dict):
            continue
        given = [name for name in names if clause.get(name) is not None]
        if len(given) > 1:
            yield document.problem((*path, given[1]), f"both {_and(given)} stand here", "keep one of them", key=True)
        elif not given:
            yield document.problem(path, f"none of {_and(names)} stands here", "add exactly one of them", key=True)


def _and(names: Sequence[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def _scales(document: Document) -> Iterator[Problem]:
    """Scales on which some mark can be given, and the best one with whole steps."""
    for path, criterion in find(document.data, pattern("assessments.*.criteria.*")):
        if not isinstance(criterion, dict):
            continue
        low, high, step = (criterion.get(key) for key in ("min", "max", "step"))  # type: Any, Any, Any
        if not all(_number(value) for value in (low, high, step)):
            continue
        if low >= high:
            yield document.problem((*path, "max"), f"the scale from {low} to {high} is empty", "max is above min")
        elif step <= 0 or (high - low) % step:
            what = f"steps of {step} do not lead from {low} to {high}"
            yield document.problem((*path, "step"), what, "choose a step that divides the scale")


def _empty_marks(document: Document) -> Iterator[Problem]:
    """Marks that may be left empty and do not say what they count then, and sheets on which nothing need stand."""
    for path, criteria in find(document.data, pattern("assessments.*.criteria")):
        if not isinstance(criteria, dict):
            continue
        for name, criterion in criteria.items():
            if not isinstance(criterion, dict):
                continue
            optional, missing, high = (criterion.get(key) for key in ("optional", "missing", "max"))  # type: Any, Any, Any
            if optional is True and missing is None:
                what = "it may be left empty, and what it counts then is not said"
                yield document.problem((*path, name, "optional"), what, "add `missing: ...`", key=True)
            elif missing is not None and optional is not True:
                what = "what an empty mark counts stands here, and it may not be left empty"
                yield document.problem((*path, name, "missing"), what, "add `optional: true`", key=True)
            elif _number(missing) and _number(high) and missing > high:
                what = f"an empty mark would count {missing}, more than the best one"
                yield document.problem((*path, name, "missing"), what, f"at most {high}")
        if criteria and all(isinstance(c, dict) and c.get("optional") is True for c in criteria.values()):
            what = "every criterion may be left empty, so that an empty sheet could be signed"
            yield document.problem(path, what, "leave out `optional` of one of them", key=True)


def _combined(document: Document) -> Iterator[Problem]:
    """Trimmed means that would drop every sheet, weights that weigh nothing, floors that nobody can be above."""
    for path, rule in find(document.data, pattern("assessments.*.combine.trimmed_mean")):
        drop, least = (rule.get(key) for key in ("drop", "at_least")) if isinstance(rule, dict) else (None, None)
        if isinstance(drop, int) and isinstance(least, int) and least <= 2 * drop:
            what = f"of {least} sheets nothing remains when {drop} highest and {drop} lowest are dropped"
            yield document.problem((*path, "at_least"), what, f"at least {2 * drop + 1}")
    for path, weight in find(document.data, pattern("assessments.*.combine.weighted_mean.*")):
        if _number(weight) and weight <= 0:
            yield document.problem(path, f"a weight of {weight} weighs nothing", "more than 0")
    for path, criterion in find(document.data, pattern("assessments.*.criteria.*")):
        if isinstance(criterion, dict) and isinstance(criterion.get("threshold"), dict):
            least, high = criterion["threshold"].get("at_least"), criterion.get("max")
            if _number(least) and _number(high) and least > high:
                what = f"nobody can reach {least} on a scale that ends at {high}"
                yield document.problem((*path, "threshold", "at_least"), what, f"at most {high}")


def _answers(document: Document) -> Iterator[Problem]:
    """Counted answers that cannot be told apart, or that add up to nothing."""
    for path, rule in find(document.data, pattern("assessments.*.answers")):
        if not isinstance(rule, dict):
            continue
        right, wrong, blank, floor = (rule.get(key) for key in ("right", "wrong", "blank", "floor"))  # type: Any, Any, Any, Any
        if _number(right) and right <= 0:
            yield document.problem((*path, "right"), f"a right answer would count {right}", "more than 0")
        if _number(blank) and blank and wrong is None:
            what = "a blank answer counts, and wrong answers are not counted"
            yield document.problem((*path, "blank"), what, "add `wrong: ...`, 0 if it costs nothing", key=True)
        if _number(wrong) and _number(right) and wrong >= right:
            what = f"a wrong answer would count {wrong}, no less than a right one"
            yield document.problem((*path, "wrong"), what, f"less than {right}")
        if _number(floor) and _number(right) and isinstance(rule.get("questions"), int):
            most = right * rule["questions"] + (rule["start"] if _number(rule.get("start")) else 0)
            if floor >= most:
                what = f"everybody has at least {floor} points, and nobody can have more than {most}"
                yield document.problem((*path, "floor"), what, f"less than {most}")


def _bonus(document: Document) -> Iterator[Problem]:
    """Bonus points that are none, and a threshold of which nobody knows whether they count for it."""
    for path, points in find(document.data, pattern("ranking.bonus.items.*.points")):
        if _number(points) and points <= 0:
            yield document.problem(path, f"a bonus of {points} adds nothing", "more than 0")
    for path, cap in find(document.data, pattern("ranking.bonus.cap")):
        if _number(cap) and cap <= 0:
            yield document.problem(path, f"a cap of {cap} leaves nothing", "more than 0")
    needed = keys_with(document.data, "ranking", "threshold")
    stated = keys_with(document.data, "ranking", "bonus", "counts_for_threshold")
    if needed and not stated and keys(document.data, ("ranking", "bonus")):
        what = "the total has a threshold, and whether the bonus counts for it is not said"
        yield document.problem(("ranking", "bonus"), what, "add `counts_for_threshold: true` or `false`", key=True)
    elif stated and not needed:
        what = "`counts_for_threshold` says nothing without a threshold of the total"
        yield document.problem(("ranking", "bonus", "counts_for_threshold"), what, "leave it out", key=True)


def _cuts(document: Document) -> Iterator[Problem]:
    """Shortlists that would invite fewer people than there are seats, or round what is whole."""
    for path, cut in find(document.data, pattern("lifecycles.*.transitions.*.#.effects.#.shortlist")):
        if not isinstance(cut, dict):
            continue
        ratio = cut.get("ratio")
        if ratio is not None and _number(ratio) and ratio < 1:
            what = f"a ratio of {ratio} invites fewer people than there are seats"
            yield document.problem((*path, "ratio"), what, "at least 1 for each seat")
        if cut.get("at_most") is not None and cut.get("round") is not None:
            what = "`round` says nothing of `at_most`, which is a whole number"
            yield document.problem((*path, "round"), what, "leave it out, or give a `ratio`", key=True)


def _openings(document: Document) -> Iterator[Problem]:
    """Ratios that ask for nothing, and positions that would have no seat and no end."""
    for path, rule in find(document.data, pattern("lifecycles.*.transitions.*.#.effects.#.check_opening_ratio")):
        if not isinstance(rule, dict):
            continue
        if _number(rule.get("ratio")) and rule["ratio"] <= 0:
            what = f"a ratio of {rule['ratio']} asks for nobody"
            yield document.problem((*path, "ratio"), what, "more than 0 for each seat")
        keeps, end = rule.get("on_miss") == "keep", rule.get("end")
        if keeps and end is not None:
            yield document.problem((*path, "end"), "`keep` ends no position", "leave it out", key=True)
        elif not keeps and end is None:
            what = "a position may be left without a seat, and nothing ends it"
            yield document.problem(path, what, "add `end`, a transition of positions")


def _calls(document: Document) -> Iterator[Problem]:
    """`until` without the states in which it counts, or these without a number."""
    for path, call in find(document.data, pattern("lifecycles.*.transitions.*.#.effects.#.call_next")):
        given = [key for key in ("until", "counting") if isinstance(call, dict) and call.get(key) is not None]
        if len(given) == 1:
            other = "counting" if given == ["until"] else "until"
            what = f"`{given[0]}` says nothing without `{other}`"
            yield document.problem((*path, given[0]), what, f"add `{other}`, or leave both out", key=True)


def _number(value: Any) -> bool:
    return not isinstance(value, bool | str | list | dict | None)


def _births(document: Document) -> Iterator[Problem]:
    """`from: new` is for applications and objections alone: a procedure is opened, and its positions with it."""
    for kind in (Kind.PROCEDURE, Kind.POSITION):
        for path, source in find(document.data, ("lifecycles", kind.value, "transitions", "*", "#", "from", "#")):
            if source == NEW:
                yield document.problem(path, f"a {kind.value} does not come from `new`", "it begins in `initial`")


def _effects(document: Document) -> Iterator[Problem]:
    for path, effect in find(document.data, pattern("lifecycles.*.transitions.*.#.effects.#")):
        lifecycle = str(path[1])
        for name, value in effect.items() if isinstance(effect, dict) else [(str(effect), None)]:
            if name in _PLACES and lifecycle not in _PLACES[name]:
                where = " or ".join(article(kind) for kind in _PLACES[name])
                what = f"the effect `{name}` has no meaning in the lifecycle of {article(lifecycle)}"
                yield document.problem(path, what, f"move it to a transition of {where}")
            if name == "move" and isinstance(value, dict):
                for subjects in SUBJECTS:
                    if subjects in value and subjects not in _MOVABLE[lifecycle]:
                        what = f"a transition of {article(lifecycle)} cannot move `{subjects}`"
                        remedy = did_you_mean("", _MOVABLE[lifecycle])
                        yield document.problem((*path, "move", subjects), what, remedy, key=True)


def _fixed_thresholds(document: Document) -> Iterator[Problem]:
    """Thresholds that are neither given nor left open, or both; and who fixes those that are left open."""
    left_open = []
    for path, rule in find(document.data, pattern("assessments.*.threshold")):
        if not isinstance(rule, dict):
            continue
        between = rule.get("between")
        if ("at_least" in rule) == ("between" in rule):
            what = "a threshold is either given (`at_least`) or fixed by the commission (`between`)"
            yield document.problem(path, what, "write one of both")
        if "optional" in rule and "between" not in rule:
            yield document.problem((*path, "optional"), "a threshold that is given is not optional", "leave it out")
        if not isinstance(between, dict):
            continue
        left_open.append(path)
        low, high = between.get("min"), between.get("max")  # type: Any, Any
        step: Any = between.get("step", 1)
        if _number(low) and _number(high) and low >= high:
            yield document.problem((*path, "between", "max"), f"{high} is not above {low}", f"more than {low}")
        elif _number(low) and _number(high) and _number(step):
            if step <= 0:
                yield document.problem((*path, "between", "step"), f"a step of {step} leads nowhere", "more than 0")
            elif (high - low) / step > _MOST_STEPS:
                what = f"more than {_MOST_STEPS} marks to choose among"
                yield document.problem((*path, "between"), what, "a greater step, or a smaller span")
    fixed = "fix_threshold" in keys(document.data, ("acts",))
    if left_open and not fixed:
        yield document.problem(left_open[0], "`between` needs the act `fix_threshold`", "say in `acts` who may fix it")
    elif fixed and not left_open:
        what = "`fix_threshold` needs a `threshold` with `between` of an assessment"
        yield document.problem(("acts", "fix_threshold"), what, "add it there, or leave the act out", key=True)


_MOST_STEPS = 200


def _needs(document: Document) -> Iterator[Problem]:
    """What is used without the section that it lives on."""
    data = document.data
    for path, effect in find(data, pattern("lifecycles.*.transitions.*.#.effects.#")):
        name = effect if isinstance(effect, str) else next(iter(effect), "") if isinstance(effect, dict) else ""
        if name == "rank" and not data.get("ranking"):
            yield document.problem(path, "`rank` needs the section `ranking`", "add it")
        if name == "certify" and not keys_with(data, "training", "certificate"):
            yield document.problem(
                path, "`certify` needs `training` with a `certificate`", "add the prefix of its number"
            )
        if name == "attest_hours" and not keys_with(data, "training", "statement"):
            yield document.problem(
                path, "`attest_hours` needs `training` with a `statement`", "add the prefix of its number"
            )
        if name == "give_tasks" and not data.get("onboarding"):
            yield document.problem(path, "`give_tasks` needs the section `onboarding`", "add it")
    for path, effects in find(data, pattern("lifecycles.*.transitions.*.#.effects")):
        listed = effects if isinstance(effects, list) else []
        if sum(isinstance(one, dict) and "open_sheets" in one for one in listed) > 1:
            what = "a move opens the sheets of one assessment: what was opened is one entry of the journal"
            yield document.problem(path, what, "make a move for each")
    for path, guard in find(data, pattern("lifecycles.*.transitions.*.#.guards.#")):
        called, parameters = guard_parts(guard)
        if called == "tasks_done" and not data.get("onboarding"):
            yield document.problem(path, "`tasks_done` needs the section `onboarding`", "add it")
        if called in _TRAINING_GUARDS and not data.get("training"):
            yield document.problem(path, f"`{called}` needs the section `training`", "add it")
        if called == "protocol_final" and not data.get("protocol"):
            yield document.problem(path, "`protocol_final` needs the section `protocol`", "add it")
        if called in _THRESHOLD_GUARDS:
            for assessment in parameters:
                if assessment in keys(data, ("assessments",)) and not (
                    keys_with(data, "assessments", assessment, "threshold")
                    or keys_with(data, "assessments", assessment, "criteria", ANY, "threshold")
                ):
                    what = f"`{called}` needs a threshold of the assessment `{assessment}`"
                    yield document.problem(path, what, "add `threshold: {at_least: ...}` to it")
    yield from _fixed_thresholds(document)
    extra = [path[1] for path, what in find(data, pattern("assessments.*.for")) if what == "ties"]
    chained = [key for _, key in find(data, pattern("ranking.ties.#"))]
    for name in extra:
        if name in keys(data, ("ranking", "total")):
            what = f"`{name}` is held for ties only and cannot count for the total"
            yield document.problem(("ranking", "total", name), what, "take one of the two out", key=True)
        if name not in chained:
            what = f"`{name}` is held for ties, and no tie asks for it"
            yield document.problem(("assessments", name, "for"), what, "name it in `ties` of `ranking`", key=True)
    lots = [path for path, key in find(data, pattern("ranking.ties.#")) if key == LOT]
    drawn = "draw_lot" in keys(data, ("acts",))
    if lots and not drawn:
        yield document.problem(lots[0], f"`{LOT}` needs the act `draw_lot`", "say in `acts` who may draw")
    elif drawn and not lots:
        what = f"`draw_lot` needs `{LOT}` among the ties of `ranking`"
        yield document.problem(("acts", "draw_lot"), what, "add it there, or leave the act out", key=True)
    if data.get("change_reasons") and "change_sheet" not in keys(data, ("acts",)):
        what = "`change_reasons` needs the act `change_sheet`"
        yield document.problem(("change_reasons",), what, "say in `acts` who may change a sheet", key=True)
    yield from _papers(document)
    yield from _onboarding(document)
    for act, section in (
        ("complete_part", "training"),
        ("record_attendance", "training"),
        ("set_part", "training"),
        ("complete_task", "onboarding"),
        ("request_re_examination", "checks"),
        ("answer_survey", "survey"),
        ("change_sheet", "change_reasons"),
        ("record_check", "checks"),
        ("draw_up_protocol", "protocol"),
        ("sign_protocol", "protocol"),
    ):
        if act in keys(data, ("acts",)) and not data.get(section):
            what = f"`{act}` needs the section `{section}`"
            yield document.problem(("acts", act), what, "add the section, or leave the act out", key=True)


def _onboarding(document: Document) -> Iterator[Problem]:
    """Spans of no length, tasks that nobody is given or could do, re-examinations that nobody could ask for."""
    data = document.data
    for where in ("checks.*.valid_for.*", "checks.*.re_examination.within.*", "onboarding.tasks.*.due.after.*"):
        for path, amount in find(data, pattern(where)):
            if isinstance(amount, int) and amount < 1:
                yield document.problem(path, f"{amount} is no length of time", "at least 1")
    asked = [path for path, _ in find(data, pattern("checks.*.re_examination"))]
    if asked and "request_re_examination" not in keys(data, ("acts",)):
        what = "`re_examination` needs the act `request_re_examination`"
        yield document.problem(asked[0], what, "say in `acts` who may ask for it", key=True)
    if not data.get("onboarding"):
        return
    effects = [e for _, e in find(data, pattern("lifecycles.application.transitions.*.#.effects.#"))]
    if not any(e == "give_tasks" or (isinstance(e, dict) and "give_tasks" in e) for e in effects):
        remedy = "add the effect `give_tasks` to the transition with which the onboarding begins"
        yield document.problem(("onboarding", "tasks"), "nobody is given these tasks", remedy, key=True)
    given = data.get("acts")
    act = given.get("complete_task") if isinstance(given, dict) else None
    by = act.get("by") if isinstance(act, dict) else None
    for path, owner in find(data, pattern("onboarding.tasks.*.owner")):
        if not isinstance(by, list) or owner not in by:
            what = f"`{owner}` is to do it, but may not record `complete_task`"
            yield document.problem(path, what, f"add `{owner}` to `acts.complete_task.by`")


def _papers(document: Document) -> Iterator[Problem]:
    """Lists that nobody could approve, and a protocol that nobody could draw up or sign."""
    acts = document.data.get("acts")
    given = acts.get("approve_publication") if isinstance(acts, dict) else None
    by = given.get("by") if isinstance(given, dict) else None
    may = by if isinstance(by, list) else ()
    for path, role in find(document.data, pattern("publications.*.approval.by.#")):
        if role not in may:
            what = f"`{role}` is to approve it, but may not record `approve_publication`"
            yield document.problem(path, what, f"add `{role}` to `acts.approve_publication.by`")
    for path, one in find(document.data, pattern("publications.*.lists.*")):
        if not isinstance(one, dict) or not isinstance(one.get("shows"), list):
            continue
        of = str(one.get("of", "application"))
        for column in one["shows"] if of in _COLUMNS else ():
            if isinstance(column, str) and column not in _COLUMNS[of]:
                what = f"a list of {of}s has no column `{column}`"
                yield document.problem((*path, "shows"), what, did_you_mean("", _COLUMNS[of]), key=True)
    if document.data.get("protocol"):
        for act in ("draw_up_protocol", "sign_protocol"):
            if act not in keys(document.data, ("acts",)):
                yield document.problem(("protocol",), f"nobody may record `{act}`", f"add `{act}` to `acts`", key=True)


def keys_with(data: Any, *path: str) -> bool:
    """Whether something stands at the path."""
    return any(value is not None for _, value in find(data, path))
