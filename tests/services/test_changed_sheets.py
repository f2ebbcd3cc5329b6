"""Signed sheets that are changed: sealed by their own member, opened by the chair as well, always for all to see."""

from __future__ import annotations

import json
import random
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from tests.services.conftest import Office
from tests.services.given import codes, everything, moves, records
from workflow.engine import scoring
from workflow.engine.request import Refused
from workflow.services.acts import ChangeSheet, DrawUpProtocol
from workflow.services.integrity import rebuild, result_of, verify
from workflow.services.records import Recorded

CRITERIA = ("qualification", "skills", "personal_qualities")


@pytest.fixture
def signed(interviewing: Office) -> Office:
    """A, B and C scored by K, L and M, everything signed and sealed."""
    for name, marks in {"A": "5 4 4", "B": "4 4 4", "C": "4 4 3"}.items():
        interviewing.does(*((f"2022-04-18 10:00 {member}", f"score {name} interview {marks}") for member in "KLM"))
    return interviewing


@pytest.fixture
def unsealed(signed: Office) -> Office:
    signed.does(("2022-04-19 09:00 K", "close_interviews"))
    return signed


def change(office: Office, name: str, who: str, of: str, marks: str, **more: Any) -> Recorded | Refused:
    values = {c: Decimal(m) for c, m in zip(CRITERIA, marks.split(), strict=True)}
    code, reason = more.pop("code", "human_error"), more.pop("reason", "сгрешен ред")
    act = ChangeSheet(assessment="interview", member=office.player.members[of], marks=values, code=code)
    return records(office, name, who, act, reason=reason)


def entries(office: Office, name: str, act: str = "change_sheet") -> list[dict[str, Any]]:
    sql = "SELECT parameters FROM journal WHERE subject_id = :id AND act = :act ORDER BY seq"
    return [json.loads(row[0]) for row in office.rows(sql, id=office.subject(name), act=act)]


def shown(office: Office, name: str) -> str:
    return str(office.one("SELECT shown FROM result WHERE application_id = :id", id=office.subject(name)))


def test_a_sealed_sheet_is_changed_by_its_own_member_and_the_journal_does_not_say_to_what(signed: Office):
    before = everything(signed)
    assert codes(change(signed, "A", "K", "L", "1 1 1")) == {"not_your_sheet"}
    assert codes(change(signed, "A", "L", "L", "1 1 1", code="mood")) == {"unknown_change_reason"}
    assert codes(change(signed, "A", "L", "L", "1 1 1", reason=None)) == {"reason_missing"}
    assert codes(change(signed, "A", "L", "L", "5 4 4")) == {"marks_unchanged"}
    assert codes(change(signed, "A", "L", "L", "9 4 4")) == {"mark_out_of_range"}
    assert everything(signed) == before
    assert isinstance(change(signed, "A", "L", "L", "1 2 1"), Recorded)
    (entry,) = entries(signed, "A")
    assert set(entry) == {"assessment", "sheet", "user", "code", "digest", "reason"}
    old = [one["digest"] for one in entries(signed, "A", "sign_sheet")]
    assert entry["digest"] not in old
    assert len(old) == 3
    signed.does(("2022-04-19 09:00 K", "close_interviews"))
    assert shown(signed, "A") == "10.00"
    assert shown(signed, "B") == "12.00"
    assert not verify(signed.house, signed.player.institution).broken


def test_a_sheet_that_is_not_signed_is_saved_and_not_changed(interviewing: Office):
    interviewing.does(("2022-04-18 10:00 L", "save A interview 4 4 4"))
    assert codes(change(interviewing, "A", "L", "L", "1 1 1")) == {"sheet_not_signed"}


def test_an_opened_sheet_keeps_both_marks_in_the_journal_and_the_result_follows(unsealed: Office):
    assert shown(unsealed, "A") == "13.00"
    assert codes(change(unsealed, "A", "M", "L", "5 5 5")) == {"not_your_sheet"}
    assert isinstance(change(unsealed, "A", "K", "L", "5 5 5", code="moderation"), Recorded)
    (entry,) = entries(unsealed, "A")
    assert entry["old"] == dict(zip(CRITERIA, "544", strict=True))
    assert entry["new"] == dict(zip(CRITERIA, "555", strict=True))
    assert (entry["code"], entry["user"]) == ("moderation", unsealed.player.members["L"])
    assert shown(unsealed, "A") == "13.67"
    rule = unsealed.player.definition.assessments["interview"]
    again = rebuild(unsealed.house, unsealed.player.institution, [unsealed.subject("A")])[unsealed.subject("A")]
    assert str(result_of(again, rule).shown) == "13.67"
    assert isinstance(change(unsealed, "A", "L", "L", "5 4 4"), Recorded)
    assert shown(unsealed, "A") == "13.00"


def test_nothing_is_changed_once_the_ranking_stands(unsealed: Office):
    unsealed.does(("2022-04-20 10:00 coordinator", "publish_ranking"))
    before = everything(unsealed)
    assert codes(change(unsealed, "A", "K", "K", "1 1 1")) >= {"act_not_in_state"}
    assert everything(unsealed) == before


def test_a_place_alone_is_enough_to_refuse_a_change(unsealed: Office):
    with unsealed.house.database.writing() as connection:
        connection.execute(
            text(
                "INSERT INTO place (institution, application_id, position_id, group_name, place, total) "
                "VALUES (:i, :a, :p, 'selected', 1, 13)"
            ),
            {"i": unsealed.player.institution, "a": unsealed.subject("A"), "p": unsealed.subject("speech_therapist")},
        )
    assert codes(change(unsealed, "A", "K", "K", "1 1 1")) == {"ranking_stands"}


def test_who_is_recused_changes_nothing_and_is_changed_by_nobody(unsealed: Office):
    sql = "INSERT INTO conflict (institution, application_id, user_id, procedure_id) VALUES (:i, :a, :u, :p)"
    with unsealed.house.database.writing() as connection:
        known = {"i": unsealed.player.institution, "p": unsealed.player.procedure}
        connection.execute(text(sql), {**known, "a": unsealed.subject("A"), "u": unsealed.player.members["K"]})
    assert codes(change(unsealed, "A", "K", "L", "1 1 1")) == {"has_conflict"}


def test_the_protocol_prints_both_marks_and_the_reason(unsealed: Office):
    change(unsealed, "A", "K", "L", "5 5 5", code="moderation", reason="след обсъждане")
    unsealed.does(("2022-04-20 10:00 coordinator", "publish_ranking"))
    records(unsealed, "procedure", "coordinator", DrawUpProtocol())
    content = "".join(str(row[0]) for row in unsealed.rows("SELECT content FROM protocol"))
    for words in ("5, 4, 4 → 5, 5, 5", "преоценка след обсъждане в комисията. след обсъждане", "15 + 13"):
        assert words in content or json.dumps(words)[1:-1] in content, words


@pytest.mark.parametrize("seed", range(6))
def test_sealed_and_opened_never_mix(signed: Office, seed: int):
    """Whatever is changed in whatever order: before the opening no mark is in the journal, and after it the journal
    alone gives the stored result; an application's sheets are all sealed or all unsealed."""
    chance, office = random.Random(seed), signed
    rule = office.player.definition.assessments["interview"]
    stand = {(n, m): tuple(marks) for n, marks in (("A", "544"), ("B", "444"), ("C", "443")) for m in "KLM"}

    def some_changes() -> None:
        for _ in range(6):
            name, who, of = chance.choice("ABC"), chance.choice("KLM"), chance.choice("KLM")
            marks = tuple(str(chance.randint(1, 5)) for _ in CRITERIA)
            if isinstance(change(office, name, who, of, " ".join(marks)), Recorded):
                stand[name, of] = marks

    some_changes()
    for name in "ABC":
        assert not any({"old", "new", "marks", "salt"} & one.keys() for one in entries(office, name))
    assert office.rows("SELECT 1 FROM result") == []
    office.does(("2022-04-19 09:00 K", "close_interviews"))
    some_changes()
    ids = {name: office.subject(name) for name in "ABC"}
    for name, again in zip(
        "ABC", rebuild(office.house, office.player.institution, list(ids.values())).values(), strict=True
    ):
        sheets = [{c: Decimal(x) for c, x in zip(CRITERIA, stand[name, m], strict=True)} for m in "KLM"]
        expected = str(scoring.result(rule, sheets, []).shown)
        assert (shown(office, name), str(result_of(again, rule).shown)) == (expected, expected)
        sql = "SELECT count(*), count(opened_at) FROM sheet WHERE application_id = :id"
        assert office.rows(sql, id=ids[name]) == [(3, 3)]


# --- the opening trusts the journal alone -----------------------------------------------------------------------------


def test_marks_and_digest_changed_in_the_tables_together_do_not_open(signed: Office):
    from workflow.engine.journal import new_salt, sheet_digest

    sheet = signed.one(
        "SELECT id FROM sheet WHERE application_id = :a AND user_id = :u",
        a=signed.subject("A"),
        u=signed.player.members["L"],
    )
    salt = new_salt()
    digest = sheet_digest(salt, {c: Decimal(5) for c in CRITERIA})
    with signed.house.database.writing() as connection:
        connection.execute(text("UPDATE mark SET value = 5 WHERE sheet_id = :s"), {"s": sheet})
        connection.execute(
            text("UPDATE sheet SET salt = :salt, digest = :digest WHERE id = :s"),
            {"salt": salt, "digest": digest, "s": sheet},
        )
    refused = moves(signed, "procedure", "close_interviews", "K")
    assert "sheet_not_as_signed" in codes(refused)
    assert signed.rows("SELECT 1 FROM result") == []
