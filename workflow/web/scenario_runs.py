"""Scenarios played in the page: what an office tries its own rules with, and what came out.

Why: whoever changes a rule sees at once what it does to a whole procedure, on a virtual clock, in memory; nothing of it
touches the installation. Playing costs a moment of the processor, so it is the administrator's, one at a time.
Never here: the grammar of a scenario, playing (workflow/scenarios).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from starlette.responses import Response

from workflow.engine.errors import DefinitionError, Problem
from workflow.engine.process import ProcessDefinition
from workflow.scenarios.coverage import Walked, missing
from workflow.scenarios.story import Played, Script, play, read_story
from workflow.services import rules as service
from workflow.services.overdue import Fired
from workflow.web.access import Access
from workflow.web.desk import Desk, Here
from workflow.web.form import Typed
from workflow.web.pages import Pages
from workflow.web.refusals import NotFound
from workflow.web.rules import definition, readable

pages = Pages()

_PATIENCE = 20.0
_one_at_a_time = Lock()


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a diary as it went: what fell due before it, the line, and what went otherwise."""

    when: str
    what: str
    fired: tuple[str, ...]
    wrong: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """One playing: its outcome and its diary; `after` is what fell due when the diary had ended."""

    played: Played
    diary: tuple[Told, ...]
    after: tuple[str, ...]
    elsewhere: tuple[Problem, ...]


@dataclass(slots=True)
class Everything:
    """All scenarios of a process played: how often, which came out otherwise, what none of them walked."""

    times: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


@pages.get("/{institution}/rules/{process}/scenarios", may=Access.RULES)
@readable
def scenarios(desk: Here, process: str) -> Response:
    """The scenarios of a process."""
    known = definition(desk, process)
    scripts, unreadable = _scripts(desk, process)
    return desk.page(
        "scenarios.html", process=known, title=desk.words(known.title, known), scripts=scripts, unreadable=unreadable
    )


@pages.get("/{institution}/rules/{process}/scenarios/{name}", may=Access.RULES)
@readable
def scenario(desk: Here, process: str, name: str) -> Response:
    """One scenario as it is written."""
    return _page(desk, definition(desk, process), name, _script(desk, process, name), [])


@pages.post("/{institution}/rules/{process}/scenarios/{name}", may=Access.ADMINISTER)
@readable
def plays(desk: Here, process: str, name: str, form: Typed) -> Response:
    """Plays a scenario in each of its languages and shows how it went."""
    known = definition(desk, process)
    script = _script(desk, process, name)
    with _turn() as mine:
        if not mine:
            desk.errors[""] = _busy(desk)
            return _page(desk, known, name, script, [], status=409)
        runs = [_run(desk, known, script, language) for language in script.languages or (None,)]
    return _page(desk, known, name, script, runs)


@pages.post("/{institution}/rules/{process}/soundness", may=Access.ADMINISTER)
@readable
def plays_all(desk: Here, process: str, form: Typed) -> Response:
    """Plays every scenario of a process, and lists what none of them walks."""
    known = definition(desk, process)
    problems = service.findings(desk.house, desk.at)
    scripts, unreadable = _scripts(desk, process)
    found, seen = Everything(), Walked()
    with _turn() as mine:
        if not mine:
            desk.errors[""] = _busy(desk)
            return desk.page("rules_soundness.html", status=409, name=process, problems=problems, played=None)
        for name, script in scripts:
            for language in script.languages or (None,):
                played = play(desk.house.catalogue, script, language)
                found.times += 1
                seen.add(played.walked)
                if not played.passed:
                    found.failed.append((name, played.language))
    found.missing = missing(known, seen)
    return desk.page("rules_soundness.html", name=process, problems=[*problems, *unreadable], played=found)


# --- playing --------------------------------------------------------------------------------------------------------


@contextmanager
def _turn() -> Iterator[bool]:
    """Whether it is this request's turn; who waits too long gives up and says so."""
    mine = _one_at_a_time.acquire(timeout=_PATIENCE)
    try:
        yield mine
    finally:
        if mine:
            _one_at_a_time.release()


def _run(desk: Desk, process: ProcessDefinition, script: Script, language: str | None) -> Run:
    fired: list[list[Fired]] = []
    played = play(
        desk.house.catalogue,
        script,
        language,
        on_line=lambda _: fired.append([]),
        on_fired=lambda one: fired[-1].append(one) if fired else None,
    )
    wrong: dict[int, list[Problem]] = {}
    elsewhere: list[Problem] = []
    for problem in played.wrong:
        section, _, number = problem.path.partition(".")
        if section == "diary" and number.isdigit():
            wrong.setdefault(int(number), []).append(problem)
        else:
            elsewhere.append(problem)
    last = fired[-1] if fired else []
    ended = _instant(desk, script)
    before_last = [one for one in last if one.due_at.isoformat() <= ended]
    if fired:
        fired[-1] = before_last
    diary = [
        Told(when, what, _said(desk, process, fired[i]) if i < len(fired) else (), tuple(wrong.get(i, ())))
        for i, (when, what) in enumerate(_written(script))
    ]
    after = _said(desk, process, [one for one in last if one not in before_last])
    return Run(played, tuple(diary), after, tuple(elsewhere))


def _instant(desk: Desk, script: Script) -> str:
    """The instant of the diary's last line, as text in UTC."""
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    at = datetime.fromisoformat(script.lines[-1].at).replace(tzinfo=ZoneInfo(desk.place.zone))
    return at.astimezone(UTC).isoformat()


def _said(desk: Desk, process: ProcessDefinition, fired: list[Fired]) -> tuple[str, ...]:
    said = []
    for one in fired:
        rule = process.deadlines.get(one.rule)
        label = desk.words(rule.label, process) if rule else one.rule
        if one.outcome == "fired":
            kind = desk.say("reminder: %(deadline)s", deadline=label) if one.kind == "reminder" else label
            said.append(kind)
        else:
            said.append(desk.say("%(deadline)s could not act: %(why)s", deadline=label, why=one.error))
    return tuple(dict.fromkeys(said))


def _written(script: Script) -> list[tuple[str, str]]:
    return [(when, what) for entry in script.story.diary for when, what in entry.items()]


# --- files ----------------------------------------------------------------------------------------------------------


def _files(desk: Desk) -> dict[str, Path]:
    folder = desk.house.catalogue.folder(desk.at) / "scenarios"
    return {file.stem: file for file in sorted(folder.glob("*.yaml"))}


def _scripts(desk: Desk, process: str) -> tuple[list[tuple[str, Script]], list[Problem]]:
    scripts: list[tuple[str, Script]] = []
    unreadable: list[Problem] = []
    for name, file in _files(desk).items():
        try:
            script = read_story(file, desk.at)
        except DefinitionError as error:
            unreadable += error.problems
            continue
        if script.story.process == process:
            scripts.append((name, script))
    return scripts, unreadable


def _script(desk: Desk, process: str, name: str) -> Script:
    file = _files(desk).get(name)
    if file is None:
        raise NotFound
    try:
        script = read_story(file, desk.at)
    except DefinitionError:
        raise NotFound from None  # the list of scenarios says what is wrong with it
    if script.story.process != process:
        raise NotFound
    return script


def _page(
    desk: Desk, known: ProcessDefinition, name: str, script: Script, runs: list[Run], *, status: int = 200
) -> Response:
    return desk.page(
        "scenario.html",
        status=status,
        process=known,
        title=desk.words(known.title, known),
        name=name,
        script=script,
        diary=_written(script),
        runs=runs,
    )


def _busy(desk: Desk) -> str:
    return desk.say("Other scenarios are being played at the moment. Try again in a minute.")
