"""Mail in people's hands: released, discarded, tried again, said once more; each once, and each in the journal."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import text

from tests.services.conftest import SZ, Office
from tests.services.given import as_, recording
from workflow.engine.errors import InvalidRequest
from workflow.persistence.database import Database
from workflow.services import mail, outgoing
from workflow.services.acts import CorrectCandidate
from workflow.services.cases import history
from workflow.services.delivery import deliver
from workflow.services.house import House
from workflow.services.integrity import verify
from workflow.services.outgoing import Turned, Why
from workflow.services.records import record


def mails(office: Office) -> dict[str, str]:
    """Candidate's name -> id of the mail that says the application was received."""
    found = office.rows("SELECT name, id FROM outbox WHERE notice = 'application_received'")
    return {str(name): str(id_) for name, id_ in found}


def put(office: Office, mail_id: str, state: str, **more: Any) -> None:
    """Lets a mail stand as delivery would leave it."""
    values = {"state": state, "sent_at": None, "hold_reason": None, "error": None, "attempts": 0, **more}
    sets = ", ".join(f"{name} = :{name}" for name in values)
    with office.house.database.writing() as connection:
        connection.execute(text(f"UPDATE outbox SET {sets} WHERE id = :id"), {**values, "id": mail_id})


def row(office: Office, mail_id: str) -> dict[str, Any]:
    names = ("state", "attempts", "error", "address", "channel", "repeats", "body")
    return dict(
        zip(names, office.rows(f"SELECT {', '.join(names)} FROM outbox WHERE id = :i", i=mail_id)[0], strict=True)
    )


def turns(office: Office, name: str) -> list[tuple[str, str]]:
    entries = history(office.house, SZ, office.subject(name))
    return [(e.act, e.role) for e in entries if e.act.endswith("_notice")]


@pytest.fixture
def held(checking: Office) -> Office:
    """A, B and C applied, and the mails that say so are held."""
    for id_ in mails(checking).values():
        put(checking, id_, "held", hold_reason="decision")
    return checking


def test_released_mail_goes_out_and_the_journal_says_who_let_it(held: Office) -> None:
    ids = mails(held)
    turned = outgoing.release(held.house, SZ, [ids["A"], ids["B"]], held.player.actor("coordinator"))
    assert [(one.done, one.state) for one in turned] == [(True, "queued")] * 2
    assert deliver(held.house).sent >= 2
    assert [row(held, ids[n])["state"] for n in "ABC"] == ["sent", "sent", "held"]
    entry = history(held.house, SZ, held.subject("A"))[-1]
    assert (entry.act, entry.kind, entry.actor, entry.role) == (
        "release_notice",
        "record",
        held.player.actor("coordinator").user,
        "coordinator",
    )
    assert entry.parameters == {"mail": ids["A"], "notice": "application_received"}
    assert turns(held, "C") == []
    assert verify(held.house).subjects > 0


def test_two_people_cannot_release_twice(held: Office) -> None:
    ids, barrier = mails(held), Barrier(4)

    def presses(_: int) -> list[Turned]:
        barrier.wait()
        return outgoing.release(held.house, SZ, list(ids.values()), held.player.actor("coordinator"))

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(presses, range(4)))
    for name, id_ in ids.items():
        own = [one for answer in answers for one in answer if one.id == id_]
        assert sorted(str(one.why) for one in own) == ["None", "state", "state", "state"]
        assert turns(held, name) == [("release_notice", "coordinator")]


def test_other_nodes_cannot_release_twice(held: Office) -> None:
    """Each with a connection and a writer of its own: what one reads, another may have changed before it writes."""
    ids, barrier = mails(held), Barrier(3)
    house = held.house
    url = house.database.url.render_as_string(hide_password=False)
    with ExitStack() as stack:
        nodes = [
            House(stack.enter_context(Database.open(url)), house.catalogue, house.clock) for _ in range(barrier.parties)
        ]

        def presses(node: House) -> list[Turned]:
            barrier.wait()
            return outgoing.release(node, SZ, list(ids.values()), held.player.actor("coordinator"))

        with ThreadPoolExecutor(barrier.parties) as pool:
            answers = list(pool.map(presses, nodes))
        for node in nodes:
            node.writer.close()
    assert sorted(sum(one.done for one in answer) for answer in answers) == [0, 0, len(ids)]
    assert [turns(held, name) for name in ids] == [[("release_notice", "coordinator")]] * len(ids)


def test_discarded_mail_is_never_sent_and_the_reason_stays(held: Office) -> None:
    id_ = mails(held)["A"]
    turned = outgoing.discard(held.house, SZ, id_, held.player.actor("coordinator"), "told in person")
    assert (turned.done, row(held, id_)["state"]) == (True, "cancelled")
    deliver(held.house)
    assert row(held, id_)["state"] == "cancelled"
    entry = history(held.house, SZ, held.subject("A"))[-1]
    assert (entry.act, entry.texts) == ("discard_notice", {"reason": "told in person"})
    assert outgoing.discard(held.house, SZ, id_, held.player.actor("coordinator"), "again").why is Why.STATE


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 1001])
def test_discarding_needs_a_reason(held: Office, reason: str) -> None:
    with pytest.raises(InvalidRequest):
        outgoing.discard(held.house, SZ, mails(held)["A"], held.player.actor("coordinator"), reason)
    assert row(held, mails(held)["A"])["state"] == "held"


def test_dead_mail_is_tried_again_at_the_corrected_address(checking: Office) -> None:
    id_ = mails(checking)["A"]
    put(checking, id_, "dead", error="550 no such user", attempts=8)
    corrected = CorrectCandidate(values={"email": "right@people.example"})
    record(checking.house, recording(checking, "A", "registrar", corrected))
    turned = outgoing.retry(checking.house, SZ, id_, checking.player.actor("registrar"))
    assert turned == Turned(id_, "queued")
    after = row(checking, id_)
    assert (after["attempts"], after["error"], after["address"]) == (0, None, "right@people.example")
    deliver(checking.house)
    assert row(checking, id_)["state"] == "sent"
    assert [m.address for m in checking.post.messages if m.id == id_][-1] == "right@people.example"


def test_sent_mail_is_said_once_more_in_the_same_words_and_only_once(checking: Office) -> None:
    id_, barrier = mails(checking)["A"], Barrier(3)
    deliver(checking.house)

    def presses(_: int) -> Turned:
        barrier.wait()
        return outgoing.resend(checking.house, SZ, id_, checking.player.actor("coordinator"))

    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(presses, range(3)))
    done = [one for one in answers if one.done]
    assert (len(done), {one.why for one in answers if not one.done}) == (1, {Why.REPEATED})
    copy = done[0].copy
    assert copy is not None
    assert row(checking, copy)["repeats"] == id_
    assert row(checking, copy)["body"] == row(checking, id_)["body"]
    assert turns(checking, "A") == [("resend_notice", "coordinator")]
    deliver(checking.house)
    assert row(checking, copy)["state"] == "sent"
    # What repeats may be repeated in its turn.
    assert outgoing.resend(checking.house, SZ, copy, checking.player.actor("coordinator")).done


@pytest.mark.parametrize(
    ("state", "possible"),
    [
        ("queued", set()),
        ("held", {"release", "discard"}),
        ("failed", {"discard", "retry"}),
        ("dead", {"discard", "retry"}),
        ("cancelled", set()),
    ],
)
def test_what_is_possible_depends_on_where_it_stands(checking: Office, state: str, possible: set[str]) -> None:
    id_, who, house = mails(checking)["A"], checking.player.actor("coordinator"), checking.house
    acts: dict[str, Callable[[], Turned]] = {
        "release": lambda: outgoing.release(house, SZ, [id_], who)[0],
        "discard": lambda: outgoing.discard(house, SZ, id_, who, "why not"),
        "retry": lambda: outgoing.retry(house, SZ, id_, who),
        "resend": lambda: outgoing.resend(house, SZ, id_, who),
    }
    for name, act in acts.items():
        put(checking, id_, state, hold_reason="decision" if state == "held" else None)
        turned = act()
        assert turned.done == (name in possible), name
        assert turned.why in ((None,) if name in possible else (Why.STATE,))


@pytest.mark.parametrize("role", ["auditor", "administrator", "chair", "member", "nobody"])
def test_only_the_office_posts(held: Office, role: str) -> None:
    turned = outgoing.release(held.house, SZ, [mails(held)["A"]], as_(role))
    assert [one.why for one in turned] == [Why.ROLE]
    assert row(held, mails(held)["A"])["state"] == "held"


def test_mail_of_another_institution_does_not_exist(held: Office) -> None:
    turned = outgoing.release(held.house, "goldap", [mails(held)["A"], "nothing"], held.player.actor("coordinator"))
    assert [one.why for one in turned] == [Why.UNKNOWN, Why.UNKNOWN]
    assert mail.one(held.house, "goldap", mails(held)["A"]) is None
    assert mail.page(held.house, "goldap", mail.Sieve()).mails == ()


def test_pages_follow_each_other_without_gap(checking: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = [r[0] for r in checking.rows("SELECT id FROM outbox ORDER BY id DESC")]
    monkeypatch.setattr(mail, "PAGE", 2)
    monkeypatch.setattr(mail, "WINDOW", 3)
    for sieve in (mail.Sieve(), mail.Sieve(state="queued"), mail.Sieve(notice="application_received")):
        seen: list[str] = []
        before = ""
        while True:
            sheaf = mail.page(checking.house, SZ, sieve, before)
            seen += [one.id for one in sheaf.mails]
            if sheaf.older is None:
                break
            before = sheaf.older
        where = f"WHERE notice = '{sieve.notice}'" if sieve.notice else ""
        expected = [r[0] for r in checking.rows(f"SELECT id FROM outbox {where} ORDER BY id DESC")]
        assert seen == (everything if not where else expected)


def test_counts_stop(checking: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    queued = checking.one("SELECT count(*) FROM outbox WHERE state = 'queued'")
    assert mail.counts(checking.house, SZ)["queued"] == queued > 2
    monkeypatch.setattr(mail, "MOST", 1)
    assert mail.counts(checking.house, SZ)["queued"] == 2
