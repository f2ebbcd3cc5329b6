"""Notices: the same whatever made the move, in the reader's words, sent once, and no live link is ever stored."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from notifications.channels.memory import MemoryChannel
from notifications.delivery import release
from tests.services.conftest import SZ, Office, furnish
from tests.services.given import (
    asks,
    at_work,
    everything,
    moves,
    outbox,
    registers,
    sqlite_only,
)
from workflow.catalogue.index import Catalogue, built_in
from workflow.engine.errors import DefinitionError
from workflow.scenarios.player import Player
from workflow.services import links
from workflow.services.delivery import deliver
from workflow.services.enforcement import sweep_all
from workflow.services.house import House, Post
from workflow.services.notices import PERSONAL_LINK
from workflow.services.registration import Person
from workflow.services.transitions import Done, perform, perform_many

# --- one notice, whatever made the move -------------------------------------------------------------------------------


def told(office: Office, notice: str) -> list[tuple[str, str, str, str, str]]:
    """(whom, notice, channel, language, words) with what differs by person and time taken out."""
    rows = outbox(office, "recipient, notice, channel, language, name, subject, body", notice=notice)
    return sorted(
        (name, notice, channel, language, re.sub(r"T-1/\d{4}", "T-1/n", f"{subject}\n{body}").replace(name, "…"))
        for _, notice, channel, language, name, subject, body in rows
    )


@pytest.fixture
def selected(opened: Callable[..., Office]) -> Office:
    """Four people who were selected for four places."""
    office = opened({"psychologist": 4}, K="chair", L="member", M="member")
    office.does(
        ("2022-02-28 10:00 coordinator", "announce"),
        ("2022-03-03 10:00 registrar", "register A, B, C, D for psychologist"),
        ("2022-04-04 09:00 K", "verdict A, B, C, D * ok"),
        ("2022-04-04 10:00 K", "admit A, B, C, D"),
        ("2022-04-04 11:00 coordinator", "date interview_at 2022-04-18 09:00"),
        ("2022-04-05 10:00 coordinator", "publish_admission"),
        *((f"2022-04-18 10:00 {member}", "score A, B, C, D interview 5 4 4") for member in "KLM"),
        ("2022-04-19 09:00 K", "close_interviews"),
    )
    return office


def test_single_and_bulk_and_a_group_of_waiting_requests_tell_the_same(selected: Office):
    selected.does(("2022-04-20 10:00 coordinator", "publish_ranking"))
    by = selected.player.actor("candidate")
    assert isinstance(perform(selected.house, asks(selected, "A", "decline", "candidate", actor=by)), Done)
    several = perform_many(selected.house, [asks(selected, n, "decline", "candidate") for n in "BC"])
    assert all(isinstance(one, Done) for one in several)
    together = perform_many(selected.house, [asks(selected, "D", "decline", "candidate")], together=True)
    assert isinstance(together[0], Done)
    rows = told(selected, "decline_recorded")
    assert [name for name, *_ in rows] == ["A", "B", "C", "D"]
    assert len({tuple(rest) for _, *rest in rows}) == 1


def test_a_cascade_and_the_clock_tell_what_a_person_would_have_told(selected: Office):
    """`selected` comes from the ranking's cascade, `offer_lapsed` from the clock: each once, one text for all."""
    selected.does(("2022-04-20 10:00 coordinator", "publish_ranking"))
    cascade = told(selected, "selected")
    selected.does(("2022-05-20 10:00 coordinator", "wait"))
    assert [selected.state(name) for name in "ABCD"] == ["lapsed"] * 4
    for rows in (cascade, told(selected, "offer_lapsed"), told(selected, "answer_awaited")):
        assert [name for name, *_ in rows] == ["A", "B", "C", "D"]
        assert len({tuple(rest) for _, *rest in rows}) == 1
    # Each hangs on the entry of the move that told it.
    hung = selected.rows(
        "SELECT j.act, o.notice FROM outbox o JOIN journal j ON j.institution = o.owner"
        " AND o.reference = j.subject_id || '/' || j.seq WHERE o.notice IN ('selected', 'offer_lapsed')"
    )
    assert sorted(set(hung)) == [("lapse", "offer_lapsed"), ("select", "selected")]
    assert len(hung) == 8


@pytest.mark.parametrize("path", ["single", "bulk", "together"])
@sqlite_only
def test_the_journal_names_what_was_told_by_every_path(checking: Office, path: str):
    request = asks(checking, "A", "withdraw", "candidate")
    if path == "single":
        outcome = perform(checking.house, request)
    else:
        (outcome,) = perform_many(checking.house, [request], together=path == "together")
    assert isinstance(outcome, Done)
    assert outcome.notices == ("withdrawal_recorded",)
    person = checking.player.people["A"].candidate
    told_then = outbox(checking, "notice, recipient", reference=f"{outcome.subject}/{outcome.seq}")
    assert told_then == [("withdrawal_recorded", person)]


# --- in the reader's words --------------------------------------------------------------------------------------------


@sqlite_only
def test_each_is_told_in_the_own_language_and_staff_in_theirs(office: Office):
    registers(office, "Иван", language="bg")
    registers(office, "John", language="en")
    assert outbox(office, "name, language, subject", notice="application_received") == [
        ("Иван", "bg", "Регистрирано заявление вх. № T-1/0001 – Логопед"),
        ("John", "en", "Application registered, no. T-1/0002: Speech therapist"),
    ]
    assert {language for (language,) in outbox(office, "language", notice="procedure_announced")} == {"bg"}


@sqlite_only
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("pl", "Brak wymaganego dokumentu: Kopia dokumentu potwierdzającego wykształcenie"),
        ("en", "Required document missing: Copy of the proof of education"),
        ("ru", "Отсутствует обязательный документ: Копия документа об образовании"),
        ("uk", "Немає обов’язкового документа: Копія документа про освіту"),
        ("be", "Няма абавязковага дакумента: Копія дакумента аб адукацыі"),
    ],
)
def test_grounds_are_told_in_the_language_of_the_person(database, catalogue, language: str, words: str):
    """Also in the languages that only applicants of Gołdap have, and not the institution itself."""
    office = at_work(
        database,
        catalogue,
        ("goldap", "recruitment"),
        "2026-03-02 08:00",
        language=language,
        positions={"benefits_officer": 1},
        dates={"documents_close": "2026-03-20 15:00"},
        K="chair",
    )
    office.does(
        ("2026-03-02 09:00 coordinator", "announce"),
        ("2026-03-09 10:00 registrar", "register A for benefits_officer without diploma"),
        ("2026-03-23 09:00 K", "reject A because document_missing(document=diploma)"),
    )
    ((found, body),) = outbox(office, "language, body", notice="rejected")
    assert found == language
    assert words in body


# --- held, sent once, with a link only where there is a site ----------------------------------------------------------


def edited(database, tmp_path: Path, file: str, old: str, new: str) -> Office:
    """Stara Zagora with one change in its files, receiving."""
    folder = tmp_path / "definitions"
    for name in (SZ, "_calendars"):
        shutil.copytree(built_in() / name, folder / name)
    path = folder / SZ / file
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")
    house, clock, post = furnish(database, Catalogue([folder]))
    player = Player(house, clock, SZ, "staff_selection", "bg")
    player.open(number="T-1", positions={"speech_therapist": 1}, dates={}, details={}, commission={})
    office = Office(house, clock, player, post)
    office.does(("2022-02-28 10:00 coordinator", "announce"), ("2022-03-02 09:00 registrar", "wait"))
    return office


def test_a_held_notice_waits_for_its_release(database, tmp_path: Path):
    office = edited(
        database,
        tmp_path,
        "staff_selection.yaml",
        "application_received: {to: candidate,",
        "application_received: {to: candidate, hold: true,",
    )
    registers(office)
    deliver(office.house)
    ((row, state, reason),) = outbox(office, "id, state, hold_reason", notice="application_received")
    assert (state, reason) == ("held", "decision")
    assert not [m for m in office.post.messages if m.address == "ivan@applicants.example"]
    assert release(database.engine, SZ, row, now=office.clock.now())
    assert deliver(office.house).sent == 1
    assert outbox(office, "state", id=row) == [("sent",)]
    assert not release(database.engine, SZ, row, now=office.clock.now())


def test_each_is_sent_once_by_mail_or_as_a_letter(office: Office):
    office.does(("2022-03-03 10:00 registrar", "register A, B for speech_therapist"))
    registers(office, candidate=Person(name="Hand Written", language="en"))
    waiting = office.one("SELECT count(*) FROM outbox WHERE state = 'queued'")
    known = office.house.post
    assert known is not None
    letters = known.channels["letter"]
    counts = deliver(office.house)
    assert (counts.sent, counts.failed, counts.dead) == (waiting, 0, 0)
    assert isinstance(letters, MemoryChannel)
    assert [m.name for m in letters.messages] == ["Hand Written"]
    assert len(office.post.messages) + 1 == waiting
    identities = [m.message_id for m in (*office.post.messages, *letters.messages)]
    assert len(set(identities)) == len(identities)
    again = deliver(office.house)
    assert (again.sent, again.failed, again.dead, again.lost) == (0, 0, 0, 0)
    assert len(office.post.messages) + 1 == waiting
    assert office.rows("SELECT DISTINCT state FROM outbox") == [("sent",)]


@sqlite_only
@pytest.mark.parametrize("site", [None, "https://nabor.example/"])
def test_a_personal_link_is_made_at_sending_and_only_where_there_is_a_site(office: Office, site: str | None):
    known = office.house.post
    assert known is not None
    office.house.post = Post(known.channels, known.secret, site, known.mail_from)
    outcome = registers(office)
    assert isinstance(outcome, Done)
    stored = everything(office)
    deliver(office.house)
    (sent,) = [m for m in office.post.messages if m.address == "ivan@applicants.example"]
    found = re.findall(r"https://nabor\.example/personal/(\S+)", sent.text)
    assert PERSONAL_LINK not in sent.text + (sent.html or "")
    ((body, html),) = outbox(office, "body, html", notice="application_received")
    assert PERSONAL_LINK in body
    if site is None:
        assert found == []
        assert "personal" not in sent.text + (sent.html or "")
        return
    (token,) = found
    assert token in (sent.html or "")
    now, secret = office.clock.now(), known.secret
    person = office.player.institution, outcome.subject, office.one("SELECT id FROM candidate"), "status"
    assert links.read(secret, token, now) == person
    assert links.read(b"another secret", token, now) is None
    assert links.read(secret, token[:-2] + "AA", now) is None
    assert links.read(secret, "nonsense", now) is None
    assert links.read(secret, token, now + links.LIFETIME) is None
    everywhere = str(stored) + str(everything(office)) + html
    assert token not in everywhere
    assert "/personal/" not in everywhere


# --- a broken template ------------------------------------------------------------------------------------------------


def break_stored(office: Office, old: str, new: str) -> Office:
    """The pinned definition as an older, less careful program might have stored it; after a restart."""
    with office.house.database.writing() as connection:
        from sqlalchemy import text

        connection.execute(text("UPDATE definition SET text = replace(text, :old, :new)"), {"old": old, "new": new})
    house = House(office.house.database, office.house.catalogue, office.clock)
    office.player.house = house
    return Office(house, office.clock, office.player, office.post)


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ("{{ register_nummer }}", "subject or body: there is no placeholder {{ register_nummer }}"),
        ("{{ due.yesterday }}", "subject or body: there is no placeholder {{ due.yesterday }}"),
        ("{{ register_number", "body line 8: cannot be read"),
        ("{{ [].pop() }}", "body line 6: call is not allowed"),
    ],
)
@sqlite_only
def test_a_broken_template_stops_the_move_and_nothing_is_saved(office: Office, broken: str, says: str):
    office.does(("2022-03-03 10:00 registrar", "register A for speech_therapist"))
    stored = office.one("SELECT text FROM definition")
    # The words before the register number occur in this notice alone.
    words = "оттеглено по Ваше желание.\\n\\n- Длъжност: **{{ position }}**\\n- Вх. №: **"
    assert stored.count(words + "{{ register_number }}") == 1
    office = break_stored(office, words + "{{ register_number }}", words + broken)
    before = everything(office)
    with pytest.raises(DefinitionError) as caught:
        moves(office, "A", "withdraw", "candidate")
    assert str(caught.value).startswith(f"{SZ}/notices/bg/withdrawal_recorded.md: {says}")
    with pytest.raises(DefinitionError):
        perform_many(office.house, [asks(office, "A", "withdraw", "candidate")])
    assert everything(office) == before
    # A neighbour that tells something else is not held back.
    assert isinstance(registers(office), Done)


@sqlite_only
def test_a_broken_template_of_a_deadline_stops_that_deadline_alone(office: Office):
    office.does(("2022-03-03 10:00 registrar", "register A for speech_therapist"))
    office = break_stored(office, "Приемът на документи приключи –", "Приемът {{ на документи приключи –")
    office.clock.advance_to(office.player.instant("2022-04-03 12:00"))
    fired = sweep_all(office.house)
    assert {(f.rule, f.kind): f.outcome for f in fired}[("documents_close", "reminder")] == "fired"
    assert {(f.rule, f.kind): f.outcome for f in fired}[("documents_close", "due")] == "failed"
    ((attempts, error),) = office.rows(
        "SELECT attempts, error FROM deadline WHERE rule = 'documents_close' AND kind = 'due'"
    )
    assert attempts >= 1
    assert "intake_closed" in error
    assert office.state("procedure") == "receiving"
