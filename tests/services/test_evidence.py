"""The journal is the evidence: verified, closed to change, enough to rebuild everything, and it holds no person."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.services.conftest import SZ, Office
from workflow.engine.journal import text_digest
from workflow.services.integrity import rebuild, rebuild_ranking, subjects_of, verify


@pytest.fixture
def ranked(interviewing: Office) -> Office:
    for name, marks in (("A", "5 4 4"), ("B", "4 4 4"), ("C", "4 4 3")):
        for member in "KLM":
            interviewing.does((f"2022-04-18 10:00 {member}", f"score {name} interview {marks}"))
    interviewing.does(
        ("2022-04-19 09:00 K", "close_interviews"),
        ("2022-04-20 10:00 coordinator", "publish_ranking"),
        ("2022-04-21 10:00 candidate", "decline A"),
    )
    return interviewing


def test_every_chain_holds(ranked: Office):
    found = verify(ranked.house)
    assert found.broken == ()
    assert found.entries == ranked.one("SELECT count(*) FROM journal")


@pytest.mark.parametrize("change", ["UPDATE journal SET actor = 'nobody'", "DELETE FROM journal"])
def test_the_journal_is_closed_to_change(ranked: Office, change: str):
    with pytest.raises(DBAPIError), ranked.house.database.writing() as connection:
        connection.execute(text(change))


def test_states_and_deadlines_are_rebuilt_from_the_journal_alone(ranked: Office):
    subjects = [subject for subject, _ in subjects_of(ranked.house, SZ)]
    rebuilt = rebuild(ranked.house, SZ, subjects)
    assert {s: r.state for s, r in rebuilt.items()} == dict(ranked.rows("SELECT id, state FROM subject"))
    stored = dict(ranked.rows("SELECT id, status FROM deadline"))
    assert {i: status for r in rebuilt.values() for i, status in r.deadlines.items()} == stored


def test_the_ranking_is_rebuilt_from_the_opened_marks_alone(ranked: Office):
    position = ranked.subject("speech_therapist")
    book = ranked.house.rulebook(SZ, "staff_selection", None, None, None)  # type: ignore[arg-type]
    rebuilt = rebuild_ranking(ranked.house, SZ, position, book)
    stored = {
        application: (place, total, group)
        for application, place, total, group in ranked.rows(
            "SELECT application_id, place, total, group_name FROM place WHERE position_id = :id", id=position
        )
    }
    assert rebuilt == stored
    assert sorted(group for _, _, group in stored.values()) == ["not_approved", "reserve", "selected"]


def test_sealed_marks_stand_nowhere_but_in_their_own_table(interviewing: Office):
    interviewing.does(("2022-04-18 10:00 K", "score A interview 5 3 1"))
    sheet, digest, salt = interviewing.rows("SELECT id, digest, salt FROM sheet")[0]
    told = interviewing.rows("SELECT act, parameters, effects FROM journal WHERE act IN ('save_sheet', 'sign_sheet')")
    assert len(told) == 2
    for _, parameters, effects in told:
        assert "marks" not in parameters + effects
        assert '"5"' not in parameters + effects
    assert digest in told[-1][1]
    assert digest == text_digest(salt, '{"personal_qualities":"1","qualification":"5","skills":"3"}')
    assert interviewing.one("SELECT count(*) FROM mark WHERE sheet_id = :id", id=sheet) == 3


def test_the_chain_holds_ids_and_digests_and_no_person(ranked: Office):
    ranked.does(("2022-04-22 10:00 coordinator", 'correct B name="Ана Тестова" email=ana@poshta.example'))
    ranked.does(("2022-04-22 11:00 candidate", 'decline B reason "намерих друга работа"'))
    chained = " ".join(
        str(value) for row in ranked.rows("SELECT parameters, effects, actor, act FROM journal") for value in row
    )
    for personal in ("Ана", "ana@poshta.example", "намерих", "@applicants.example"):
        assert personal not in chained
    assert ("намерих друга работа",) in ranked.rows("SELECT text FROM journal_text")
    # Erasing the texts leaves every chain whole.
    with ranked.house.database.writing() as connection:
        connection.execute(text("UPDATE journal_text SET text = '', salt = ''"))
        connection.execute(text("UPDATE candidate SET name = '', email = NULL"))
    assert verify(ranked.house).broken == ()


def test_no_live_token_is_stored(ranked: Office):
    from workflow.services.delivery import deliver
    from workflow.services.house import Post

    known = ranked.house.post
    assert known is not None
    ranked.house.post = Post(known.channels, known.secret, "https://nabor.example", known.mail_from)
    assert deliver(ranked.house).sent > 0
    sent = "\n".join(message.text for message in ranked.post.messages)
    stored = "\n".join(row[0] + (row[1] or "") for row in ranked.rows("SELECT body, html FROM outbox"))
    if "/personal/" in sent:
        assert "/personal/" not in stored
    assert "nabor.example/personal" not in stored
    assert "https://nabor.example/personal/" in sent


@pytest.mark.plants_a_fault  # marks are changed past the only door
@pytest.mark.parametrize(
    "fault", ["UPDATE mark SET value = '4' WHERE criterion = 'skills'", "DELETE FROM mark"], ids=["changed", "gone"]
)
def test_a_sheet_that_is_not_as_it_was_signed_is_not_opened(interviewing: Office, fault: str):
    interviewing.does(*((f"2022-04-18 10:00 {member}", "score A, B, C interview 5 3 1") for member in "KLM"))
    (user,) = interviewing.rows("SELECT user_id FROM sheet ORDER BY user_id LIMIT 1")[0]
    sheet = "SELECT id FROM sheet WHERE application_id = :application AND user_id = :user"
    clause = " AND " if "WHERE" in fault else " WHERE "
    with interviewing.house.database.writing() as connection:
        touched = connection.execute(
            text(f"{fault}{clause}sheet_id = ({sheet})"), {"application": interviewing.subject("A"), "user": user}
        )
        assert touched.rowcount > 0
    before = interviewing.one("SELECT count(*) FROM journal")
    interviewing.does(("2022-04-19 09:00 K", "close_interviews -> refused moves_refused, sheet_not_as_signed"))
    # Not even the sound sheets of the others: opening is for all together.
    assert interviewing.one("SELECT count(*) FROM sheet WHERE opened_at IS NOT NULL") == 0
    assert interviewing.one("SELECT count(*) FROM result") == 0
    assert interviewing.one("SELECT count(*) FROM journal") == before
