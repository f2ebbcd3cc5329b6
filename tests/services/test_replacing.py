"""A member leaves in the middle: what was opened stays, what is sealed no longer counts, the successor scores."""

from __future__ import annotations

import threading
from decimal import Decimal

from tests.services.conftest import Office
from tests.services.given import asks, codes, everything, moves, recording, records
from workflow.engine.request import Refused
from workflow.persistence import scoring_reads
from workflow.services.acts import AppointMember, ReplaceMember, SaveSheet
from workflow.services.integrity import verify
from workflow.services.records import Recorded, record
from workflow.services.transitions import perform


def replace(office: Office, leaving: str, successor: str, **more: str | None) -> Recorded | Refused:
    known = office.player.members
    act = ReplaceMember(leaving=known[leaving], user=known.get(successor, successor), order_number="РД-77")
    return records(office, "procedure", "head", act, **{"reason": "болничен", **more})


def signatures(office: Office, name: str) -> int:
    ids = [office.subject(name)]
    rows = office.house.database.read(scoring_reads.signed, institution=office.player.institution, ids=ids)
    return sum(row[2] for row in rows)


def all_signed(office: Office) -> Office:
    for name in "ABC":
        office.does(*((f"2022-04-18 10:00 {member}", f"score {name} interview 4 4 4") for member in "KLM"))
    return office


def test_sealed_sheets_of_who_left_count_no_more_and_the_successor_scores(interviewing: Office):
    office = all_signed(interviewing)
    office.player._add_member("N")
    before = everything(office)
    assert codes(replace(office, "M", "nobody")) == {"unknown_item"}
    assert codes(replace(office, "M", "L")) == {"already_in_commission"}
    assert codes(replace(office, "M", "N", reason=None)) == {"reason_missing"}
    assert codes(replace(office, "N", "L")) == {"not_in_commission", "already_in_commission"}
    assert everything(office) == before
    assert signatures(office, "A") == 3
    assert isinstance(replace(office, "M", "N"), Recorded)
    assert signatures(office, "A") == 2
    assert "sheets_not_signed" in codes(moves(office, "procedure", "close_interviews", "K"))
    late = SaveSheet(assessment="interview", marks={"skills": Decimal(1)})
    assert codes(records(office, "A", "M", late)) == {"wrong_role"}
    for name in "ABC":
        office.does(("2022-04-18 14:00 N", f"score {name} interview 5 5 5"))
    office.does(("2022-04-19 09:00 K", "close_interviews"))
    rows = office.rows("SELECT DISTINCT shown, members FROM result")
    assert [(str(shown), n) for shown, n in rows] == [("13.00", 3)]
    opened = office.rows("SELECT DISTINCT user_id FROM sheet WHERE opened_at IS NOT NULL")
    assert {row[0] for row in opened} == {office.player.members[letter] for letter in "KLN"}
    assert not verify(office.house, office.player.institution).broken


def test_opened_sheets_of_who_left_stay_with_their_result(interviewing: Office):
    office = all_signed(interviewing)
    office.does(("2022-04-19 09:00 K", "close_interviews"))
    office.player._add_member("N")
    assert isinstance(replace(office, "M", "N"), Recorded)
    assert office.rows("SELECT DISTINCT members FROM result") == [(3,)]
    assert (
        len(
            office.house.database.read(
                scoring_reads.opened_marks, institution=office.player.institution, ids=[office.subject("A")]
            )
        )
        == 9
    )


def test_a_substitute_scores_and_counts_only_from_the_replacement_on(interviewing: Office):
    office = interviewing
    office.player._add_member("N")
    with office.house.database.writing() as connection:
        from sqlalchemy import text

        connection.execute(
            text(
                "INSERT INTO commission_member (institution, procedure_id, user_id, function) "
                "VALUES (:i, :p, :u, 'substitute')"
            ),
            {"i": office.player.institution, "p": office.player.procedure, "u": office.player.members["N"]},
        )
    act = SaveSheet(assessment="interview", marks={"skills": Decimal(4)})
    assert codes(records(office, "A", "N", act)) == {"wrong_role"}
    assert isinstance(replace(office, "K", "N"), Recorded)
    assert isinstance(records(office, "A", "N", act), Recorded)
    assert "chair" in office.player.actor("N").roles
    assert AppointMember(user="x", function="substitute").function == "substitute"


# --- a saved sheet makes nobody too slow ------------------------------------------------------------------------------


def version(office: Office, name: str) -> tuple[int, int]:
    rows = office.rows("SELECT version, seq FROM subject WHERE id = :id", id=office.subject(name))
    return rows[0][0], rows[0][1]


def test_an_act_on_an_older_page_passes_after_a_mere_save_and_not_after_a_signature(interviewing: Office):
    office = interviewing
    was, seq = version(office, "A")
    office.does(("2022-04-18 10:00 L", "save A interview 4 4 4"))
    assert version(office, "A") == (was, seq + 1)
    again = records(
        office, "A", "K", SaveSheet(assessment="interview", marks={"skills": Decimal(3)}), expected_version=was
    )
    assert isinstance(again, Recorded)
    office.does(("2022-04-18 10:05 L", "sign A interview"))
    assert version(office, "A") == (was + 1, seq + 3)
    late = perform(office.house, asks(office, "A", "record_no_show", "K", expected_version=was))
    assert "lost_race" in codes(late)
    assert not verify(office.house, office.player.institution).broken


def test_members_who_save_at_the_same_time_leave_a_whole_chain(interviewing: Office):
    office = interviewing
    was, seq = version(office, "A")
    met, refused = threading.Barrier(2), []

    def saves(member: str) -> None:
        met.wait()
        for mark in range(10):
            act = SaveSheet(assessment="interview", marks={"skills": Decimal(1 + mark % 5)})
            done = record(office.house, recording(office, "A", member, act, expected_version=was))
            if isinstance(done, Refused):
                refused.append(done)

    threads = [threading.Thread(target=saves, args=(member,)) for member in "KL"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == []
    assert version(office, "A") == (was, seq + 20)
    assert not verify(office.house, office.player.institution).broken
