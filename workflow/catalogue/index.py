"""All definitions of an installation: which institutions and processes there are, each loaded when first asked for.

Why: one place that knows the folders. Adding an institution is adding a folder; no list of them exists anywhere.
Never here: reading settings, pinning (services), the grammar.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from workflow.catalogue import loader, notices
from workflow.catalogue.loader import CALENDARS, INSTITUTION, SOURCES, Loaded
from workflow.catalogue.problems import did_you_mean
from workflow.catalogue.snapshot import Snapshot, snapshot
from workflow.catalogue.yaml_reader import read_bytes, shown
from workflow.engine.errors import DefinitionError, Problem, UnknownInstitution, UnknownProcess
from workflow.engine.process import Institution, ProcessDefinition
from workflow.engine.workdays import Calendar

_HIDDEN = ("_", ".")


def built_in() -> Path:
    """The folder of the definitions that come with the program."""
    return Path(str(resources.files("definitions")))


@dataclass
class Catalogue:
    """The definitions in some folders, as they were when first asked for; `refresh()` looks again.

    `proofread` checks the grammar of notices; without it only their placeholders are checked.
    Every method raises DefinitionError with all mistakes of the files it needs.
    """

    folders: Sequence[Path]
    proofread: notices.Proofread | None = None
    _found: Mapping[str, Path] | None = None
    _institutions: dict[str, Institution] = field(default_factory=dict)
    _loaded: dict[tuple[str, str], tuple[str, Loaded]] = field(default_factory=dict)
    _snapshots: dict[tuple[str, str], Snapshot] = field(default_factory=dict)
    _calendars: dict[str, Calendar] = field(default_factory=dict)

    # --- what there is ------------------------------------------------------------------------------------------------

    def institutions(self) -> tuple[str, ...]:
        """The names of all institutions, sorted."""
        return tuple(self._places())

    def processes(self, institution: str) -> tuple[str, ...]:
        """The names of an institution's processes, sorted. Raises UnknownInstitution."""
        files = self.folder(institution).glob("*.yaml")
        return tuple(
            sorted(f.stem for f in files if f.name not in (INSTITUTION, SOURCES) and not f.name.startswith(_HIDDEN))
        )

    def folder(self, institution: str) -> Path:
        """Where an institution's files lie. Raises UnknownInstitution."""
        places = self._places()
        if institution not in places:
            raise UnknownInstitution(institution, places)
        return places[institution]

    def countries(self) -> tuple[str, ...]:
        """The countries that have a calendar, sorted."""
        return tuple(sorted(self._calendar_files()))

    # --- what it says -------------------------------------------------------------------------------------------------

    def institution(self, institution: str) -> Institution:
        """The institution. Raises UnknownInstitution."""
        known = self._institutions.get(institution)
        if known is None:
            known = loader.load_institution(self.folder(institution), calendars=self._calendar_files())
            self._institutions[institution] = known
        return known

    def snapshot(self, institution: str, process: str) -> Snapshot:
        """The definition of a process as it would be pinned now. Raises UnknownInstitution, UnknownProcess."""
        key = (institution, process)
        known = self._snapshots.get(key)
        if known is None:
            known = self._snapshots[key] = snapshot(self._load(institution, process).source)
        return known

    def process(self, institution: str, process: str) -> ProcessDefinition:
        """The definition of a process as the files have it now. Raises UnknownInstitution, UnknownProcess."""
        return self._load(institution, process).definition

    def calendar(self, country: str) -> Calendar:
        """The calendar of a country (two capital letters)."""
        known = self._calendars.get(country)
        if known is None:
            files = self._calendar_files()
            if country not in files:
                where = self.folders[0] / CALENDARS / f"{country}.yaml" if self.folders else Path(CALENDARS)
                what = f"there is no calendar of `{country}`"
                raise DefinitionError([Problem(shown(where), 0, 0, "", what, did_you_mean(country, files))])
            known = self._calendars[country] = loader.load_calendar(files[country])
        return known

    # --- what is wrong ------------------------------------------------------------------------------------------------

    def check(self, institution: str) -> list[Problem]:
        """Everything that is wrong with an institution's definitions: mistakes, unsoundness, files nobody reads.

        Empty when all is well. Raises UnknownInstitution.
        """
        problems: dict[Problem, None] = {}
        folder = self.folder(institution)
        names = self.processes(institution)
        if not names:
            problems[Problem(shown(folder), 0, 0, "", "there is no process", "write <process>.yaml beside it")] = None
        try:
            country = self.institution(institution).calendar
            self.calendar(country)
        except DefinitionError as error:
            problems |= dict.fromkeys(error.problems)
        used: set[str] = set()
        for process in names:
            loaded, wrong = self._inspect(institution, process)
            problems |= dict.fromkeys(wrong)
            if loaded is not None:
                used |= loaded.definition.notices.keys()
                problems |= dict.fromkeys(loader.findings(loaded))
        if not problems:
            problems |= dict.fromkeys(self._stray(folder, institution, used))
        return list(problems)

    def _stray(self, folder: Path, institution: str, used: Iterable[str]) -> Iterator[Problem]:
        about = self.institution(institution)
        languages = dict.fromkeys([*about.languages, *about.applicant_languages])
        known = set(used)
        for language, notice, file in notices.names(folder):
            if language not in languages:
                what = f"`{language}` is no language of the institution"
                yield Problem(shown(file), 0, 0, "", what, did_you_mean(language, languages))
            elif notice not in known:
                yield Problem(shown(file), 0, 0, "", f"no process has a notice `{notice}`", did_you_mean(notice, known))

    # --- keeping ------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Looks at the files again: what has changed is read anew when asked for, what has not is kept."""
        self._found = None
        self._institutions.clear()
        self._calendars.clear()
        kept = {
            key: (digest, loaded)
            for key, (digest, loaded) in self._loaded.items()
            if key[0] in self._places() and digest == _digest(self.folder(key[0]), key[1])
        }
        self._loaded = kept
        self._snapshots = {key: known for key, known in self._snapshots.items() if key in kept}

    def _load(self, institution: str, process: str) -> Loaded:
        key = (institution, process)
        if key not in self._loaded:
            known = self.processes(institution)
            if process not in known:
                raise UnknownProcess(process, known)
            loaded, problems = self._inspect(institution, process)
            if problems or loaded is None:
                raise DefinitionError(problems)
        return self._loaded[key][1]

    def _inspect(self, institution: str, process: str) -> tuple[Loaded | None, list[Problem]]:
        """The process and its mistakes; kept when there are none."""
        key = (institution, process)
        if key in self._loaded:
            return self._loaded[key][1], []
        folder = self.folder(institution)
        # Taken before reading: a file that changes meanwhile is then read again by the next refresh.
        digest = _digest(folder, process)
        loaded, problems = loader.inspect(folder, process, calendars=self._calendar_files(), proofread=self.proofread)
        if loaded is not None and not problems:
            self._loaded[key] = (digest, loaded)
        return loaded, problems

    def _places(self) -> Mapping[str, Path]:
        if self._found is None:
            self._found = _institutions(self.folders)
        return self._found

    def _calendar_files(self) -> dict[str, Path]:
        """Country -> file. The first folder that has one counts, so that an installation can put its own first."""
        files: dict[str, Path] = {}
        for folder in self.folders:
            for file in sorted((folder / CALENDARS).glob("*.yaml")):
                files.setdefault(file.stem, file)
        return files


def _institutions(folders: Iterable[Path]) -> Mapping[str, Path]:
    places: dict[str, Path] = {}
    problems: list[Problem] = []
    for folder in folders:
        try:
            entries = sorted(folder.iterdir())
        except OSError as error:
            what = f"the definitions folder cannot be read ({error.strerror})"
            problems.append(Problem(shown(folder), 0, 0, "", what, "create it, or correct the setting that names it"))
            continue
        for place in entries:
            if place.name.startswith(_HIDDEN) or not (place / INSTITUTION).is_file():
                continue
            if place.name in places:
                what = f"the institution `{place.name}` is also in {shown(places[place.name])}"
                problems.append(Problem(shown(place), 0, 0, "", what, "rename or remove one of them"))
            places.setdefault(place.name, place)
    if problems:
        raise DefinitionError(problems)
    return dict(sorted(places.items()))


def _digest(folder: Path, process: str) -> str:
    """SHA-256 over the content of every file that the process reads."""
    digest = hashlib.sha256()
    files = [folder / INSTITUTION, folder / SOURCES, folder / f"{process}.yaml"]
    files += [file for _, _, file in notices.names(folder)]
    for file in files:
        if file.is_file():
            content = read_bytes(file)
            digest.update(f"{file.relative_to(folder)}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()
