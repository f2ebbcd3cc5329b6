"""Bad input and faults: each has its own refusal or error that names place and remedy; nothing is half-saved."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.services.conftest import SZ, Office
from tests.services.given import (
    application,
    as_,
    asks,
    codes,
    everything,
    ground,
    moves,
    outbox,
    reason,
    recording,
    records,
    registers,
    sqlite_only,
)
from workflow.bootstrap import open_catalogue, open_house
from workflow.catalogue.index import Catalogue
from workflow.engine.errors import (
    Conflict,
    CorruptDatabase,
    DefinitionError,
    ImportFileError,
    InvalidRequest,
    UnknownInstitution,
    UnknownProcess,
    UnknownUser,
    WrongSchema,
)
from workflow.engine.request import GivenGround, Refused
from workflow.services import staff
from workflow.services.acts import CorrectCandidate, GiveVerdict, HandInDocument
from workflow.services.importing import import_file
from workflow.services.registration import NewProcedure, open_procedure
from workflow.services.sentences import sentences
from workflow.services.transitions import Done
from workflow.settings import Settings, SettingsError


def tells(office: Office, outcome: object, *words: str) -> None:
    """The refusal as sentences, in every language that staff may read, names those things."""
    assert isinstance(outcome, Refused)
    for language in ("bg", "en", "pl", "ru", "zh"):
        text = "\n".join(sentences(outcome.reasons, office.player.definition, language))
        assert [word for word in words if word not in text] == [], text
        assert "{" not in text


# --- what is asked of a subject ---------------------------------------------------------------------------------------


@sqlite_only
def test_unknown_transition(checking: Office):
    before = everything(checking)
    outcome = moves(checking, "A", "promote", "K")
    code, data = reason(outcome)
    assert (code, data["transition"]) == ("unknown_transition", "promote")
    assert set(data["known"].split(", ")) == {"admit", "reject", "withdraw", "discontinue"}
    tells(checking, outcome, "promote", "admit", "withdraw")
    assert everything(checking) == before


@sqlite_only
def test_wrong_state(checking: Office):
    before = everything(checking)
    outcome = moves(checking, "A", "hire", "coordinator")
    assert reason(outcome) == (
        "wrong_state",
        {"transition": "hire", "state": "document_check", "allowed_from": "selected, called"},
    )
    tells(checking, outcome, "document_check", "selected", "called")
    assert everything(checking) == before


@sqlite_only
def test_wrong_role(checking: Office):
    before = everything(checking)
    outcome = moves(checking, "A", "reject", "registrar", grounds=ground())
    assert reason(outcome) == ("wrong_role", {"needs": "commission"})
    tells(checking, outcome)
    assert isinstance(outcome, Refused)
    for language, word in (("bg", "комисия"), ("en", "commission"), ("pl", "komisja"), ("zh", "评委会")):
        assert word in sentences(outcome.reasons, checking.player.definition, language)[0]
    assert codes(moves(checking, "A", "reject", "K", grounds=ground(), actor=as_())) == {"wrong_role"}
    assert everything(checking) == before


@sqlite_only
def test_a_role_that_is_not_granted(checking: Office):
    """Nobody is made the clock, a cascade, a candidate or a commission by a grant."""
    before = everything(checking)
    for role in ("clock", "procedure", "position", "application", "candidate", "commission", "chair"):
        with pytest.raises(InvalidRequest, match=role):
            staff.grant(checking.house, SZ, f"{SZ}.auditor", role)
    with pytest.raises(UnknownUser, match="nobody"):
        staff.actor(checking.house, SZ, "nobody")
    assert everything(checking) == before


def test_lost_race(checking: Office):
    seen = checking.one("SELECT version FROM subject WHERE id = :id", id=checking.subject("A"))
    assert isinstance(moves(checking, "A", "reject", "K", grounds=ground(), expected_version=seen), Done)
    before = everything(checking)
    outcome = moves(checking, "A", "return_to_check", "K", reason="x", expected_version=seen)
    assert reason(outcome) == ("lost_race", {"expected": str(seen), "found": str(seen + 1)})
    tells(checking, outcome)
    assert everything(checking) == before


def test_a_procedure_number_given_twice_is_a_conflict(office: Office):
    before = everything(office)
    new = NewProcedure(institution=SZ, process="staff_selection", number="T-1", actor=as_("coordinator"))
    with pytest.raises(Conflict, match="taken"):
        open_procedure(office.house, new)
    assert everything(office) == before


@sqlite_only
def test_late_act(checking: Office):
    before = everything(checking)
    outcome = records(checking, "A", "registrar", HandInDocument(document="diploma"))
    assert reason(outcome) == ("act_not_in_state", {"act": "hand_in_document", "state": "document_check"})
    tells(checking, outcome, "document_check")
    in_time = checking.player.instant("2022-03-31 17:00")
    dated = records(checking, "A", "registrar", HandInDocument(document="diploma"), effective_at=in_time, reason="x")
    assert codes(dated) == {"act_not_in_state", "backdating_not_allowed"}
    early = checking.player.instant("2022-03-03 09:00")  # before the application came
    before_it_came = moves(checking, "A", "withdraw", "registrar", effective_at=early, reason="x")
    assert codes(before_it_came) == {"effective_before_creation"}
    assert everything(checking) == before


@sqlite_only
def test_missing_document(office: Office):
    office.does(
        ("2022-03-03 10:00 registrar", "register A for speech_therapist without diploma, curriculum_vitae"),
        ("2022-04-04 09:00 K", "verdict A bachelor_degree ok"),
        ("2022-04-04 09:00 K", "verdict A subject_speech_therapy ok"),
        ("2022-04-04 09:00 K", "verdict A clean_record ok"),
    )
    before = everything(office)
    outcome = moves(office, "A", "admit", "K")
    assert isinstance(outcome, Refused)
    assert [(r.code, dict(r.data)) for r in outcome.reasons] == [
        ("document_missing", {"document": "curriculum_vitae"}),
        ("document_missing", {"document": "diploma"}),
    ]
    tells(office, outcome, "curriculum_vitae", "diploma")
    assert everything(office) == before


@sqlite_only
def test_a_ground_that_is_none(checking: Office):
    before = everything(checking)
    for grounds, code in (
        ((), "ground_missing"),
        (ground("bad_mood"), "unknown_ground"),
        ((GivenGround(code="document_missing"),), "ground_incomplete"),
        (ground(document="passport"), "unknown_item"),
    ):
        assert codes(moves(checking, "A", "reject", "K", grounds=grounds)) == {code}
    assert everything(checking) == before


def test_an_empty_text_is_no_text(checking: Office):
    """What is left blank in a form is not stored as if something had been said."""
    blank = ground("document_not_in_order", document="diploma", detail="")
    moves(checking, "A", "reject", "K", grounds=blank, reason="")
    done = records(checking, "B", "registrar", CorrectCandidate(values={"phone": "", "address": ""}))
    assert not isinstance(done, Refused)
    assert checking.one("SELECT count(*) FROM journal_text WHERE text = ''") == 0


# --- values that cannot be --------------------------------------------------------------------------------------------


@sqlite_only
def test_naive_datetime(office: Office):
    naive = datetime(2022, 3, 2, 9, 0)  # noqa: DTZ001
    office.does(("2022-03-03 10:00 registrar", "register A for speech_therapist"))
    before = everything(office)
    doors: list[tuple[str, Callable[[], object]]] = [
        ("effective_at", lambda: asks(office, "A", "withdraw", "candidate", effective_at=naive)),
        ("due", lambda: asks(office, "A", "withdraw", "candidate", due=naive)),
        ("received_at", lambda: application(office, received_at=naive)),
        (
            "effective_at",
            lambda: recording(office, "A", "K", GiveVerdict(item="diploma", ok=True), effective_at=naive),
        ),
    ]
    for field, door in doors:
        with pytest.raises(ValidationError, match="timezone") as caught:
            door()
        assert [error["loc"] for error in caught.value.errors()] == [(field,)]
    assert everything(office) == before


@sqlite_only
def test_unknown_language(office: Office):
    before = everything(office)
    outcome = registers(office, language="tlh")
    assert reason(outcome) == ("unknown_language", {"language": "tlh", "known": "bg, en"})
    tells(office, outcome, "tlh", "bg, en")
    assert everything(office) == before


@sqlite_only
def test_unknown_institution_and_process(office: Office):
    new = NewProcedure(institution="atlantis", process="staff_selection", number="T-2", actor=as_("coordinator"))
    with pytest.raises(UnknownInstitution, match=r"atlantis.*stara_zagora"):
        open_procedure(office.house, new)
    with pytest.raises(UnknownProcess, match=r"regatta.*staff_selection"):
        open_procedure(office.house, new.model_copy(update={"institution": SZ, "process": "regatta"}))


# --- files ------------------------------------------------------------------------------------------------------------

HEADER = "position,name,documents,register_number,received_at,email,language,entry\n"


def test_malformed_import_row(office: Office, tmp_path: Path):
    file = tmp_path / "register.csv"
    file.write_text(
        HEADER
        + "speech_therapist,Иван Примерен,*,1,2022-03-02 08:45,ivan@applicants.example,bg,1001\n"
        + "astronaut,Второ Лице,*,2,,,bg,\n"
        + "stoker,,passport,3,yesterday,nowhere,tlh,\n"
        + "stoker,Трето Лице,*,1,,,,\n",
        "utf-8",
    )
    before = everything(office)

    def bring_in(**more: object) -> object:
        actor = office.player.actor("registrar")
        procedure = office.player.procedure
        return import_file(office.house, institution=SZ, procedure=procedure, path=file, actor=actor, **more)  # type: ignore[arg-type]

    with pytest.raises(ImportFileError) as caught:
        bring_in()
    assert everything(office) == before
    assert {problem.path for problem in caught.value.problems} == {
        "row 3: position",
        *(f"row 4: {column}" for column in ("name", "documents", "received_at", "email", "language")),
        "row 5: register_number",
    }
    assert all(problem.file == str(file) and problem.remedy for problem in caught.value.problems)
    # What the rules refuse names its row as well, and the good row above it is not left behind.
    file.write_text(
        HEADER
        + "speech_therapist,Иван Примерен,*,1,2022-03-02 08:45,ivan@applicants.example,bg,1001\n"
        + "speech_therapist,Второ Лице,*,2,2023-03-02 08:45,,bg,1002\n",
        "utf-8",
    )
    with pytest.raises(ImportFileError) as caught:
        bring_in()
    assert [p.path for p in caught.value.problems] == ["row 3: received_at"]
    assert everything(office) == before
    # Mended, it comes in, and tells the same as what is typed in.
    file.write_text(file.read_text("utf-8").replace("2023-", "2022-"), "utf-8")
    assert bring_in(dry_run=True)
    assert everything(office) == before
    bring_in()
    typed = registers(office, "Трето Лице", email="t@applicants.example")
    assert isinstance(typed, Done)
    told = sorted(outbox(office, "name, channel, language, state", notice="application_received"))
    assert told == [
        ("Второ Лице", "letter", "bg", "queued"),
        ("Иван Примерен", "mail", "bg", "queued"),
        ("Трето Лице", "mail", "bg", "queued"),
    ]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Settings]:
    """Settings from variables, with everything in a folder of the test."""

    def load(**more: str) -> Settings:
        for name, value in {"NABOR_DATA": str(tmp_path / "data"), "NABOR_MAIL": "memory", **more}.items():
            monkeypatch.setenv(name, value)
        return Settings.load()

    return load


def test_corrupt_database_file(settings: Callable[..., Settings], tmp_path: Path):
    file = tmp_path / "data/nabor.db"
    file.parent.mkdir()
    file.write_bytes(b"this is no database, it is a letter to my aunt" * 100)
    content = file.read_bytes()
    with pytest.raises(CorruptDatabase, match=r"nabor.db.*restore a backup"):
        open_house(settings())
    assert file.read_bytes() == content


def test_database_of_something_else(settings: Callable[..., Settings], tmp_path: Path):
    (tmp_path / "data").mkdir()
    with sqlite3.connect(tmp_path / "data/nabor.db") as connection:
        connection.execute("CREATE TABLE recipe (name TEXT)")
    connection.close()
    with pytest.raises(WrongSchema, match=r"nabor.db"):
        open_house(settings())


def test_definitions_folder_missing(settings: Callable[..., Settings], tmp_path: Path):
    missing = tmp_path / "nowhere"
    with pytest.raises(SettingsError, match=r"NABOR_DEFINITIONS.*nowhere"):
        settings(NABOR_DEFINITIONS=str(missing))
    with pytest.raises(DefinitionError, match=r"nowhere.*cannot be read.*create it"):
        open_catalogue([missing]).institutions()
    with pytest.raises(DefinitionError, match="nowhere"):
        Catalogue([missing]).snapshot(SZ, "staff_selection")
