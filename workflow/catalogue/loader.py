"""From an institution's folder to checked definitions: every mistake of every file at once, each with its place.

Why: whoever writes a definition corrects it in one round, and nothing wrong ever reaches the engine.
Never here: looking for folders (index), the grammar (schema), what an unwise definition does (engine/soundness).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeGuard, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError

from workflow.catalogue import build, clauses, notices, references
from workflow.catalogue.patterns import keys
from workflow.catalogue.problems import did_you_mean, of_validation
from workflow.catalogue.schema import CalendarFile, InstitutionFile, ProcessFile, SourcesFile
from workflow.catalogue.shapes import LANGUAGE, NAME
from workflow.catalogue.snapshot import ProcessSource, TextModel
from workflow.catalogue.yaml_reader import Document, read_file, shown
from workflow.engine import soundness
from workflow.engine.context import placeholders
from workflow.engine.errors import DefinitionError, Problem
from workflow.engine.process import Institution, ProcessDefinition
from workflow.engine.workdays import Calendar

INSTITUTION = "institution.yaml"
SOURCES = "sources.yaml"
CALENDARS = "_calendars"
_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A process whose rules hold no mistake, with the document that its places are looked up in."""

    source: ProcessSource
    definition: ProcessDefinition
    document: Document


def load_institution(folder: Path, *, calendars: Iterable[str] | None = None) -> Institution:
    """The institution of a folder. `calendars`: the countries there are (None: not checked).

    Raises DefinitionError with every mistake of institution.yaml and sources.yaml.
    """
    problems: list[Problem] = []
    _, model, _ = _institution(folder, problems, calendars)
    if problems or model is None:
        raise DefinitionError(problems)
    return build.institution(model)


def load_process(
    folder: Path,
    process: str,
    *,
    calendars: Iterable[str] | None = None,
    proofread: notices.Proofread | None = None,
) -> ProcessDefinition:
    """The definition of one process of an institution's folder.

    `proofread` checks the grammar of notices (None: only their placeholders are checked).
    Raises DefinitionError with every mistake of all files that the process reads.
    """
    return read_process(folder, process, calendars=calendars, proofread=proofread).definition


def read_process(
    folder: Path,
    process: str,
    *,
    calendars: Iterable[str] | None = None,
    proofread: notices.Proofread | None = None,
) -> Loaded:
    """The process with its source and document, for snapshots and findings. Raises as `load_process`."""
    loaded, problems = inspect(folder, process, calendars=calendars, proofread=proofread)
    if problems or loaded is None:
        raise DefinitionError(problems)
    return loaded


def inspect(
    folder: Path,
    process: str,
    *,
    calendars: Iterable[str] | None = None,
    proofread: notices.Proofread | None = None,
) -> tuple[Loaded | None, list[Problem]]:
    """The process as far as it can be read, and every mistake of its files.

    With mistakes in the texts of notices alone it can still be judged, so that both are told at once.
    """
    problems: list[Problem] = []
    about, institution, sources = _institution(folder, problems, calendars)
    document = _read(folder / f"{process}.yaml", problems)
    if document is None:
        return None, problems
    found: list[Problem] = []
    model = _validated(document, ProcessFile, found)
    if document.data.get("process") != process:
        found.append(document.problem(("process",), f"the file is named {process}.yaml", f"write `process: {process}`"))
    own, applicants = _languages(about)
    if own:
        found += clauses.check_texts(document, ProcessFile, own, applicants)
    found += clauses.check_grounds(document, ProcessFile)
    found += clauses.check_process(document)
    found += references.check(document, sources)
    problems += _in_order(found)
    in_rules = bool(problems)
    texts = _texts(folder, document, own, applicants, proofread, problems)
    if in_rules or institution is None or model is None:
        return None, problems
    source = ProcessSource(institution=institution, process=model, texts=texts)
    return Loaded(source, source.definition(), document), problems


def findings(loaded: Loaded) -> list[Problem]:
    """What makes the process unsound, with the place of each fault."""
    return _in_order(
        loaded.document.problem(found.place, found.what, found.remedy, key=True)
        for found in soundness.check(loaded.definition)
    )


def load_calendar(file: Path) -> Calendar:
    """The calendar of a country. Raises DefinitionError with every mistake of the file."""
    problems: list[Problem] = []
    document = _read(file, problems)
    model = _validated(document, CalendarFile, problems) if document is not None else None
    if document is None or model is None:
        raise DefinitionError(problems)
    problems += _days(document, model)
    if model.country != file.stem:
        problems.append(
            document.problem(("country",), f"the file is named {file.name}", f"write `country: {file.stem}`")
        )
    if problems:
        raise DefinitionError(problems)
    try:
        return Calendar.of(
            model.country,
            weekend=[_WEEK.index(day) for day in model.weekend],
            days_off={
                date.fromisoformat(day.date): dict(day.name or {}) for y in model.years.values() for day in y.days_off
            },
            working_days=[date.fromisoformat(day.date) for year in model.years.values() for day in year.working_days],
            years=[int(year) for year in model.years],
        )
    except ValueError as error:
        raise DefinitionError([document.problem(("years",), str(error), "correct the days")]) from None


# --- parts ------------------------------------------------------------------------------------------------------------


def _institution(
    folder: Path, problems: list[Problem], calendars: Iterable[str] | None
) -> tuple[Document | None, InstitutionFile | None, list[str] | None]:
    """institution.yaml as document and model, and the ids of sources.yaml (None: it cannot be read)."""
    sources: list[str] | None = None
    cited = _read(folder / SOURCES, problems)
    if cited is not None:
        _validated(cited, SourcesFile, problems)
        sources = keys(cited.data, ("sources",))
    document = _read(folder / INSTITUTION, problems)
    if document is None:
        return None, None, sources
    found: list[Problem] = []
    model = _validated(document, InstitutionFile, found)
    data = document.data
    if data.get("institution") != folder.name:
        found.append(
            document.problem(
                ("institution",), f"the folder is named {folder.name}", f"write `institution: {folder.name}`"
            )
        )
    own, applicants = _languages(document)
    found += clauses.check_texts(document, InstitutionFile, own, applicants)
    found += clauses.check_grounds(document, InstitutionFile)
    if sources is not None:
        found += references.check_sources(document, (), sources)
    for key in ("languages", "applicant_languages"):
        found += _twice(document, key)
    if isinstance(zone := data.get("zone"), str) and not _is_zone(zone):
        found.append(document.problem(("zone",), f"unknown time zone `{zone}`", "write it as Europe/Sofia"))
    if calendars is not None and isinstance(country := data.get("calendar"), str):
        known = list(calendars)
        if country not in known:
            what, remedy = f"there is no calendar `{country}`", did_you_mean(country, known)
            found.append(document.problem(("calendar",), what, f"{remedy} (or add {CALENDARS}/{country}.yaml)"))
    problems += _in_order(found)
    return document, model, sources


def _languages(document: Document | None) -> tuple[list[str], list[str]]:
    """The institution's languages, and those of its applicants, as far as they can be read."""
    if document is None:
        return [], []
    own, applicants = ([], [])
    match document.data.get("languages"):
        case list(languages):
            own = [language for language in languages if _is_language(language)]
    match document.data.get("applicant_languages"):
        case list(languages):
            applicants = [language for language in languages if _is_language(language)]
    return own, applicants or own


def _is_language(language: object) -> TypeGuard[str]:
    return isinstance(language, str) and re.fullmatch(LANGUAGE, language) is not None


def _twice(document: Document, key: str) -> Iterator[Problem]:
    languages = document.data.get(key)
    if isinstance(languages, list):
        for index, language in enumerate(languages):
            if language in languages[:index]:
                yield document.problem((key, index), f"`{language}` stands here twice", "keep one")


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _texts(
    folder: Path,
    document: Document,
    own: Sequence[str],
    applicants: Sequence[str],
    proofread: notices.Proofread | None,
    problems: list[Problem],
) -> dict[str, dict[str, TextModel]]:
    """notice -> language -> text, for every language in which it can be read."""
    data = document.data
    names = placeholders(
        due=keys(data, ("deadlines",)),
        date=keys(data, ("dates",)),
        detail=keys(data, ("details",)),
        result=keys(data, ("assessments",)),
    )
    known = dict.fromkeys(names)
    rules: Any = data.get("notices")
    texts: dict[str, dict[str, TextModel]] = {}
    for notice, rule in rules.items() if isinstance(rules, dict) else ():
        if not re.fullmatch(NAME, notice):
            continue  # the schema says so; such a name could lead out of the folder
        to_candidate = isinstance(rule, dict) and rule.get("to") == references.CANDIDATE
        texts[notice] = {}
        for language in applicants if to_candidate else own:
            path = notices.path_of(folder, language, notice)
            if not path.is_file():
                what = f"the text of the notice is missing in {language}"
                problems.append(document.problem(("notices", notice), what, f"write {shown(path)}", key=True))
                continue
            text = _notice(path, language, known, proofread, problems)
            if text is not None:
                texts[notice][language] = text
    return texts


def _notice(
    path: Path,
    language: str,
    known: Mapping[str, None],
    proofread: notices.Proofread | None,
    problems: list[Problem],
) -> TextModel | None:
    try:
        read = notices.read(path)
    except DefinitionError as error:
        problems += error.problems
        return None
    if isinstance(read, Problem):
        problems.append(read)
        return None
    problems += notices.problems(read, language, known, proofread)
    return TextModel(subject=read.text.subject, body=read.text.body)


def _days(document: Document, model: CalendarFile) -> Iterator[Problem]:
    for year, listed in model.years.items():
        seen: set[str] = set()
        for key, days in (("days_off", listed.days_off), ("working_days", listed.working_days)):
            for index, day in enumerate(days):
                path = ("years", year, key, index, "date")
                try:
                    date.fromisoformat(day.date)
                except ValueError:
                    yield document.problem(path, f"`{day.date}` is no day", "write YYYY-MM-DD")
                    continue
                if not day.date.startswith(year):
                    yield document.problem(path, f"`{day.date}` does not lie in {year}", "move it to its year")
                if day.date in seen:
                    yield document.problem(path, f"`{day.date}` stands here twice", "keep one")
                seen.add(day.date)


def _read(path: Path, problems: list[Problem]) -> Document | None:
    try:
        return read_file(path)
    except DefinitionError as error:
        problems += error.problems
        return None


def _validated(document: Document, model: type[_Model], problems: list[Problem]) -> _Model | None:
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        problems += of_validation(document, error, model)
        return None


def _in_order(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(dict.fromkeys(problems), key=lambda p: (p.line, p.column))
