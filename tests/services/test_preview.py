"""A preview is the act without its commit: what it says is what then happens, and saying it changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import text

from tests.services.conftest import Office
from tests.services.given import as_, asks, codes, everything, ground, outbox, sqlite_only
from workflow.catalogue.index import Catalogue
from workflow.engine.errors import NaborError, UnknownSubject
from workflow.engine.request import Refused, Request
from workflow.scenarios.story import play, read_story
from workflow.services.cases import look
from workflow.services.house import House
from workflow.services.preview import Preview, foresee
from workflow.services.transitions import Done, perform_many

ADMITTED = (("2022-04-04 09:00 K", "verdict A, B, C * ok"), ("2022-04-04 10:00 K", "admit A, B, C"))


def queries(office: Office, monkeypatch: pytest.MonkeyPatch, work: Callable[[], object]) -> int:
    """How many statements the work reads."""
    read, count = office.house.database.read, Counter[str]()

    def counted(statement, **params):
        count["n"] += 1
        return read(statement, **params)

    with monkeypatch.context() as patch:
        patch.setattr(office.house.database, "read", counted)
        work()
    return count["n"]


def happens_as_foreseen(office: Office, requests: Sequence[Request]) -> tuple[Preview, list[Done | Refused]]:
    """Looks, checks that looking left no trace, does it, and compares what came with what was said."""
    before = everything(office)
    preview = foresee(office.house, requests)
    assert everything(office) == before
    seen = {row[0]: row for row in office.rows("SELECT id, kind, state FROM subject")}
    mails = len(outbox(office, "id"))
    numbers = {row[0] for row in office.rows("SELECT id FROM publication")}
    deadlines = {row[0] for row in office.rows("SELECT id FROM deadline")}

    outcomes = perform_many(office.house, requests)

    foreseen = [(one.to_state, tuple(r.code for r in one.reasons)) for one in preview.outcomes]
    came = [(None, o.codes) if isinstance(o, Refused) else (o.to_state, ()) for o in outcomes]
    assert foreseen == came
    moved = Counter(
        (kind, seen[i][2], state)
        for i, kind, state in office.rows("SELECT id, kind, state FROM subject")
        if seen[i][2] != state
    )
    shifts: Counter[tuple[str, str, str]] = Counter()
    for shift in preview.shifts:
        if shift.from_state != shift.to_state:
            shifts[shift.kind.value, shift.from_state, shift.to_state] += shift.count
    assert shifts == moved
    assert preview.mail_count == len(outbox(office, "id")) - mails
    texts = {(notice, subject, body) for notice, subject, body in outbox(office, "notice, subject, body")}
    assert {(mail.notice, mail.subject, mail.body) for mail in preview.mails} <= texts
    published = [r[1] for r in office.rows("SELECT id, name FROM publication ORDER BY number") if r[0] not in numbers]
    assert list(preview.published) == published
    armed = Counter(
        row[1] for row in office.rows("SELECT id, rule FROM deadline WHERE kind = 'due'") if row[0] not in deadlines
    )
    assert {due.rule: due.count for due in preview.deadlines} == armed
    return preview, outcomes


def test_many_applications_some_of_which_are_refused(checking: Office) -> None:
    checking.does(("2022-04-04 09:00 K", "verdict A, B * ok"))
    preview, _ = happens_as_foreseen(checking, [asks(checking, name, "admit", "K") for name in "ABC"])
    assert [one.subject.name for one in preview.possible] == ["A", "B"]
    assert [one.subject.name for one in preview.refused] == ["C"]
    assert {reason.code for reason in preview.refused[0].reasons} == {"verdict_missing"}
    assert [(s.from_state, s.to_state, s.count, s.asked) for s in preview.shifts] == [
        ("document_check", "admitted", 2, True)
    ]


def test_a_procedure_that_moves_others_publishes_and_writes_to_each(checking: Office) -> None:
    checking.does(
        *ADMITTED[:1],
        ("2022-04-04 10:00 K", "admit A, B"),
        ("2022-04-04 10:00 K", "reject C because document_missing(document=diploma)"),
        ("2022-04-04 11:00 coordinator", "date interview_at 2022-04-18 09:00"),
    )
    procedure = checking.player.procedure
    request = Request(
        institution="stara_zagora",
        subject=procedure,
        transition="publish_admission",
        actor=checking.player.actor("coordinator"),
    )
    preview, _ = happens_as_foreseen(checking, [request])
    assert [(mail.notice, mail.count) for mail in preview.mails if mail.notice != "position_closed"] == [
        ("interview_invitation", 2),
        ("not_admitted", 1),
    ]
    assert preview.published == ("admission_lists",)
    asked = [shift for shift in preview.shifts if shift.asked]
    assert [(s.from_state, s.to_state) for s in asked] == [("closed", "admission_published")]


def test_a_ranking_says_who_would_stand_where(interviewing: Office) -> None:
    def of_procedure(transition: str, who: str) -> Request:
        subject = interviewing.player.procedure
        actor = interviewing.player.actor(who)
        return Request(institution="stara_zagora", subject=subject, transition=transition, actor=actor)

    # Nobody has signed a sheet: one who cannot be moved stops the whole act, and nothing of it is foreseen.
    preview, _ = happens_as_foreseen(interviewing, [of_procedure("close_interviews", "K")])
    assert (preview.possible, preview.shifts, preview.mails) == ((), (), ())
    for name, marks in (("A", "5 4 4"), ("B", "4 4 4"), ("C", "4 4 3")):
        interviewing.does(*((f"2022-04-18 10:00 {member}", f"score {name} interview {marks}") for member in "KLM"))
    happens_as_foreseen(interviewing, [of_procedure("close_interviews", "K")])
    preview, _ = happens_as_foreseen(interviewing, [of_procedure("publish_ranking", "coordinator")])
    assert {(s.transition, s.to_state): s.count for s in preview.shifts if s.kind == "application"} == {
        ("select", "selected"): 1,
        ("put_in_reserve", "reserve"): 1,
        ("disapprove", "not_approved"): 1,
    }


def test_grounds_and_reasons_stand_in_the_sample(checking: Office) -> None:
    requests = [asks(checking, name, "reject", "K", grounds=ground()) for name in "AB"]
    happens_as_foreseen(checking, requests)
    assert {r.code for r in foresee(checking.house, [asks(checking, "C", "reject", "K")]).refused[0].reasons} == {
        "ground_missing"
    }


def test_what_fell_due_unnoticed_is_told_with_it(office: Office) -> None:
    """A sleeping scheduler: whoever looks after closing sees the procedure closed first, as the act would do it."""
    office.does(("2022-03-03 10:00 registrar", "register A for speech_therapist"))
    office.clock.advance_to(office.player.instant("2022-04-01 09:00"))
    request = Request(
        institution="stara_zagora",
        subject=office.player.procedure,
        transition="terminate",
        actor=office.player.actor("head"),
        reason="няма средства",
    )
    preview = foresee(office.house, [request])
    assert ("close_intake", "receiving", "closed") in {(s.transition, s.from_state, s.to_state) for s in preview.shifts}


def test_a_lost_race_is_foreseen(checking: Office) -> None:
    version = look(checking.house, "stara_zagora", checking.subject("A")).facts.version
    checking.does(("2022-04-04 09:00 K", "verdict A * ok"))
    request = asks(checking, "A", "admit", "K", expected_version=version)
    assert codes(Refused(foresee(checking.house, [request]).refused[0].reasons)) == {"lost_race"}


def test_queries_do_not_grow_with_the_number_of_subjects(checking: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    checking.does(ADMITTED[0])
    one = [asks(checking, "A", "admit", "K")]
    three = [asks(checking, name, "admit", "K") for name in "ABC"]
    foresee(checking.house, one)
    counts = [queries(checking, monkeypatch, lambda r=r: foresee(checking.house, r)) for r in (one, three)]  # type: ignore[misc]
    assert counts[0] == counts[1] <= 6


@sqlite_only
@pytest.mark.parametrize("institution", ["goldap", "mops", "moscow", "stara_zagora", "zhengzhou"])
def test_every_move_of_every_scenario_comes_as_foreseen(
    catalogue: Catalogue, institution: str, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """The property, over every story that the definitions ship: same states, same refusals, as many mails and lists."""
    moves = Counter[str]()

    def said_and_done(house: House, requests: list[Request]) -> list[Done | Refused]:
        def stored(table: str) -> int:
            with house.database.reading() as connection:
                return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())

        try:
            preview = foresee(house, requests)
        except NaborError as error:  # what stops the act stops its preview
            with pytest.raises(type(error)):
                perform_many(house, requests)
            raise
        mails, lists = stored("outbox"), stored("publication")
        outcomes = perform_many(house, requests)
        moves["moves"] += len(outcomes)
        assert [(one.to_state, tuple(r.code for r in one.reasons)) for one in preview.outcomes] == [
            (None, o.codes) if isinstance(o, Refused) else (o.to_state, ()) for o in outcomes
        ]
        assert (preview.mail_count, len(preview.published)) == (stored("outbox") - mails, stored("publication") - lists)
        return outcomes

    monkeypatch.setattr("workflow.scenarios.player.perform_many", said_and_done)
    for path in sorted((catalogue.folder(institution) / "scenarios").glob("*.yaml")):
        played = play(catalogue, read_story(path))
        assert (played.wrong, played.differences) == ((), ()), path.name
    assert moves["moves"] > 20


@sqlite_only
def test_a_subject_of_another_institution_is_unknown(checking: Office) -> None:
    request = Request(institution="goldap", subject=checking.subject("A"), transition="admit", actor=as_("coordinator"))
    with pytest.raises(UnknownSubject):
        foresee(checking.house, [request])
    with pytest.raises(ValueError, match="nothing"):
        foresee(checking.house, [])
