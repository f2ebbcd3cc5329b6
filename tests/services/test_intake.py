"""Papers of every kind, who may judge them, asking for what is missing, and a late paper that is admitted all the same.

The office is one that begins with the template: its rules hold all of it.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.engine.test_file_kind import pdf
from tests.services.conftest import Office
from tests.services.given import application, at_work, codes, everything, ground, moves, outbox, reason, records
from workflow.bootstrap import open_catalogue
from workflow.catalogue.index import Catalogue, built_in
from workflow.engine.errors import ImportFileError
from workflow.engine.rulebook import Rulebook
from workflow.persistence.database import Database
from workflow.persistence.files import FileStore
from workflow.services import dossier, filing, protocol
from workflow.services.acts import GiveVerdict, HandInDocument, Recording
from workflow.services.dossier import Dossier
from workflow.services.enforcement import sweep_all
from workflow.services.importing import Imported, import_file
from workflow.services.records import Recorded
from workflow.services.registration import register
from workflow.services.transitions import Done

FORM = {"application_form": 2, "identity_document": None, "data_declaration": None}


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """The definitions of an office that has copied the template, with a second post."""
    folder = tmp_path_factory.mktemp("definitions")
    target = folder / "begun"
    shutil.copytree(built_in() / "_template", target)
    for file in target.rglob("*.yaml"):
        text = file.read_text(encoding="utf-8").replace("your_institution", "begun")
        if file.name == "selection.yaml":
            clerk = text[text.index("  clerk:\n") : text.index("documents:\n")]
            text = text.replace(clerk, clerk + clerk.replace("clerk", "porter").replace("Clerk", "Porter"))
        file.write_text(text, encoding="utf-8")
    return open_catalogue([folder])


@pytest.fixture
def office(database: Database, begun: Catalogue) -> Office:
    """A clerk and a porter are sought; papers are accepted until 31 March, 17:00."""
    office = at_work(
        database,
        begun,
        ("begun", "selection"),
        "2022-03-01 09:00",
        language="en",
        positions={"clerk": 1, "porter": 1},
        dates={"documents_close": "2022-03-31 17:00", "interview_at": "2022-04-20 10:00"},
        K="chair",
        L="member",
    )
    office.does(("2022-03-01 10:00 coordinator", "announce"))
    return office


@pytest.fixture
def checking(office: Office) -> Office:
    """A has applied for both posts, B for one, both without diploma and curriculum vitae; the check has begun."""
    office.does(
        ("2022-03-10 10:00 registrar", "register A for clerk without diploma, curriculum_vitae"),
        ("2022-03-10 10:05 registrar", "register A for porter without diploma, curriculum_vitae"),
        ("2022-03-11 10:00 registrar", "register B for clerk without diploma, curriculum_vitae"),
        ("2022-04-04 09:00 registrar", "wait"),
    )
    return office


def asks(office: Office, *names: str) -> None:
    """The commission asks for the diploma and the curriculum vitae."""
    grounds = ground(document="diploma") + ground(document="curriculum_vitae")
    for name in names:
        assert isinstance(moves(office, name, "ask_to_supplement", "commission", grounds=grounds), Done)


def view(office: Office, who: str, name: str = "A/clerk") -> Dossier:
    player = office.player
    return dossier.view(office.house, player.institution, player.procedure, office.subject(name), player.actor(who))


def item(file: Dossier, name: str) -> dossier.Item:
    return next(one for one in file.items if one.name == name)


def last(office: Office, name: str) -> tuple[str, str, str, dict[str, object]]:
    """The last entry of an application: act, actor, role, parameters."""
    act, actor, role, parameters = office.rows(
        "SELECT act, actor, role, parameters FROM journal WHERE subject_id = :id ORDER BY seq DESC",
        id=office.subject(name),
    )[0]
    return act, actor, role, json.loads(parameters) if isinstance(parameters, str) else parameters


# --- kinds of documents -----------------------------------------------------------------------------------------------


def test_what_is_shown_is_recorded_by_whom_and_no_copy_is_kept(office: Office) -> None:
    office.does(("2022-03-10 10:00 registrar", "register A for clerk without identity_document"))
    assert item(view(office, "registrar", "A"), "identity_document").received_at is None
    before = everything(office)
    refused = records(office, "A", "registrar", HandInDocument(document="identity_document", pages=2))
    assert reason(refused) == ("shown_only", {"document": "identity_document"})
    assert everything(office) == before
    office.does(("2022-03-11 09:30 registrar", "hand_in A identity_document"))
    seen = item(view(office, "registrar", "A"), "identity_document")
    assert seen.seen_by == office.one("SELECT name FROM \"user\" WHERE id = 'begun.registrar'")
    assert seen.received_at == office.clock.now()
    assert seen.pages is None
    assert last(office, "A")[3] == {"document": "identity_document", "pages": None, "seen_by": "begun.registrar"}


def test_no_file_can_be_added_to_what_is_only_shown(office: Office, tmp_path: Path) -> None:
    office.does(("2022-03-10 10:00 registrar", "register A for clerk"))
    store = FileStore(tmp_path / "files")
    asked = Recording(
        institution="begun",
        subject=office.subject("A"),
        actor=office.player.actor("registrar"),
        act=HandInDocument(document="identity_document"),
    )
    outcome = filing.file_document(office.house, store, asked, "passport.pdf", io.BytesIO(pdf()), megabytes=1)
    assert reason(outcome) == ("shown_only", {"document": "identity_document"})
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []


def test_registering_keeps_the_kinds_apart(office: Office) -> None:
    new = application(office, position="clerk", documents=FORM)
    assert isinstance(register(office.house, new), Done)
    wording = Rulebook(office.player.definition, None).wordings["data_declaration"]  # type: ignore[arg-type]
    rows = office.rows("SELECT name, pages, seen_by, wording FROM document ORDER BY name")
    assert rows == [
        ("application_form", 2, None, None),
        ("data_declaration", None, None, wording),
        ("identity_document", None, "begun.registrar", None),
    ]
    (parameters,) = office.rows("SELECT parameters FROM journal WHERE act = 'register'")[0]
    known = json.loads(parameters) if isinstance(parameters, str) else parameters
    assert (known["seen"], known["wordings"]) == (["identity_document"], {"data_declaration": wording})


def test_pages_of_what_is_only_shown_are_refused_at_registering(office: Office) -> None:
    before = everything(office)
    new = application(office, position="clerk", documents={**FORM, "identity_document": 1})
    assert reason(register(office.house, new)) == ("shown_only", {"document": "identity_document"})
    assert everything(office) == before


def test_wording_of_a_declaration_is_the_digest_of_its_text_in_every_language(begun: Catalogue) -> None:
    process = begun.process("begun", "selection")
    book = Rulebook(process, None)  # type: ignore[arg-type]
    said = dict(process.documents["data_declaration"].text)
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    assert book.wordings == {"data_declaration": hashlib.sha256(text.encode()).hexdigest()}


# --- how it came ------------------------------------------------------------------------------------------------------


def test_the_usual_way_is_meant_when_nothing_is_said(office: Office) -> None:
    assert isinstance(register(office.house, application(office, position="clerk")), Done)
    assert office.rows("SELECT channel, posted_on FROM arrival") == [("in_person", None)]
    (parameters,) = office.rows("SELECT parameters FROM journal WHERE act = 'register'")[0]
    known = json.loads(parameters) if isinstance(parameters, str) else parameters
    assert known["channel"] == "in_person"
    assert "posted_on" not in known


@pytest.mark.parametrize(
    ("posted_on", "state"), [("2022-03-31", "document_check"), ("2022-04-01", "late"), (None, "late")]
)
def test_the_day_of_the_postmark_decides_where_the_rules_say_so(
    office: Office, posted_on: str | None, state: str
) -> None:
    office.does(("2022-04-01 09:00 registrar", "wait"))
    new = application(office, position="clerk", channel="by_post", posted_on=posted_on)
    done = register(office.house, new)
    assert isinstance(done, Done)
    assert done.to_state == state
    assert office.rows("SELECT channel, posted_on FROM arrival") == [("by_post", posted_on)]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"channel": "online"}, "unknown_item"),
        ({"posted_on": "2022-03-01"}, "postmark_not_counted"),
        ({"channel": "by_post", "posted_on": "2022-03-02"}, "posted_after_receipt"),
    ],
)
def test_a_way_that_cannot_be_is_refused_and_nothing_saved(office: Office, more: dict[str, str], code: str) -> None:
    before = everything(office)
    assert codes(register(office.house, application(office, position="clerk", **more))) == {code}
    assert everything(office) == before


def test_a_definition_without_ways_records_none(database: Database) -> None:
    office = at_work(
        database,
        open_catalogue(),
        ("mops", "recruitment"),
        "2026-03-02 09:00",
        language="pl",
        positions={"psychologist": 1},
        dates={"documents_close": "2026-03-20 15:30"},
    )
    office.does(
        ("2026-03-02 09:15 coordinator", "announce"), ("2026-03-03 10:00 registrar", "register A for psychologist")
    )
    assert office.rows("SELECT channel FROM arrival") == []
    assert codes(register(office.house, application(office, position="psychologist", channel="by_post"))) == {
        "unknown_item"
    }


# --- who may judge ----------------------------------------------------------------------------------------------------


def test_only_the_role_that_is_named_judges_an_item(database: Database) -> None:
    office = at_work(
        database,
        open_catalogue(),
        ("mops", "recruitment"),
        "2026-03-02 09:00",
        language="pl",
        positions={"psychologist": 1},
        dates={"documents_close": "2026-03-20 15:30"},
        K="chair",
        L="member",
    )
    office.does(
        ("2026-03-02 09:15 coordinator", "announce"),
        ("2026-03-03 10:00 registrar", "register A for psychologist with disability_certificate"),
        ("2026-03-23 09:00 registrar", "wait"),
    )
    before = everything(office)
    act = GiveVerdict(item="disability_certificate", ok=True)
    assert reason(records(office, "A", "L", act)) == (
        "judged_by_others",
        {"item": "disability_certificate", "needs": "chair"},
    )
    assert everything(office) == before
    member, chair = view(office, "L", "A"), view(office, "K", "A")
    assert not member.may_judge(item(member, act.item))
    assert member.may_judge(item(member, "diploma"))
    assert chair.may_judge(item(chair, act.item))
    assert isinstance(records(office, "A", "K", act), Recorded)


# --- asking for what is missing ---------------------------------------------------------------------------------------


def test_what_asks_for_nothing_is_refused(checking: Office, begun: Catalogue) -> None:
    assert codes(moves(checking, "B", "ask_to_supplement", "commission")) == {"ground_missing"}
    assert codes(moves(checking, "B", "ask_to_supplement", "registrar", grounds=ground())) == {"wrong_role"}


def test_the_person_is_told_what_is_missing_and_until_when(checking: Office) -> None:
    asks(checking, "B")
    body = outbox(checking, "body", subject="Documents are missing: application no. T-1/0003")[0][0]
    assert "Copy of the diploma" in body
    assert "Curriculum vitae" in body
    assert "11 April 2022" in body
    file = view(checking, "registrar", "B")
    assert [i.name for i in file.asked] == ["curriculum_vitae", "diploma"]
    assert file.next is not None
    assert file.next.rule == "supplement_due"


def test_it_goes_back_by_itself_when_the_last_paper_comes(checking: Office) -> None:
    asks(checking, "B")
    checking.does(("2022-04-05 10:00 registrar", "hand_in B diploma"))
    assert checking.state("B") == "supplementing"
    assert [i.name for i in view(checking, "registrar", "B").asked] == ["curriculum_vitae"]
    checking.does(("2022-04-06 10:00 registrar", "hand_in B curriculum_vitae"))
    assert checking.state("B") == "document_check"
    act, actor, role, parameters = last(checking, "B")
    assert (act, actor, role) == ("supplemented", "begun.registrar", "application")
    assert (parameters["document"], parameters["cause_subject"]) == ("curriculum_vitae", checking.subject("B"))
    deadline = "SELECT status FROM deadline WHERE rule = 'supplement_due' AND kind = 'due' AND subject_id = :id"
    assert checking.rows(deadline, id=checking.subject("B")) == [("cancelled",)]


def test_a_shared_paper_lets_every_application_of_the_person_go_on(checking: Office) -> None:
    """And nobody else's: B waits on."""
    asks(checking, "A/clerk", "A/porter", "B")
    checking.does(
        ("2022-04-05 10:00 registrar", "hand_in A/clerk diploma"),
        ("2022-04-05 10:01 registrar", "hand_in A/porter curriculum_vitae"),
    )
    assert [checking.state(n) for n in ("A/clerk", "A/porter", "B")] == ["document_check"] * 2 + ["supplementing"]
    assert last(checking, "A/clerk")[3]["cause_subject"] == checking.subject("A/porter")


def test_the_clock_ends_it_with_the_grounds_that_are_left(checking: Office) -> None:
    asks(checking, "B")
    checking.does(("2022-04-05 10:00 registrar", "hand_in B diploma"), ("2022-04-12 09:00 registrar", "wait"))
    assert checking.state("B") == "rejected"
    act, actor, _, parameters = last(checking, "B")
    assert (act, actor) == ("not_supplemented", "clock")
    assert parameters["grounds"] == [{"code": "document_missing", "values": {"document": "curriculum_vitae"}}]
    body = outbox(checking, "body", subject="Your application no. T-1/0003")[0][0]
    assert "Curriculum vitae" in body
    assert "diploma" not in body


def test_a_paper_after_the_deadline_comes_too_late_though_the_scheduler_slept(checking: Office) -> None:
    asks(checking, "B")
    checking.does(("2022-04-05 10:00 registrar", "hand_in B diploma"))
    checking.clock.advance_to(datetime(2022, 4, 12, 6, 0, tzinfo=UTC))  # no sweep came by
    late = records(checking, "B", "registrar", HandInDocument(document="curriculum_vitae"))
    assert isinstance(late, Recorded), late  # what came is on record, and moves nobody
    sweep_all(checking.house)
    assert checking.state("B") == "rejected"


def test_what_came_in_time_sets_right_what_the_clock_has_decided(checking: Office) -> None:
    """Typed in after the sweep, one paper at a time; the first alone is not enough, and another day neither."""
    asks(checking, "B")
    checking.does(("2022-04-12 09:00 registrar", "wait"))
    assert checking.state("B") == "rejected"
    too_early = datetime(2022, 4, 3, 12, 0, tzinfo=UTC)  # before it was asked for
    in_time, late = datetime(2022, 4, 11, 20, 59, 59, tzinfo=UTC), datetime(2022, 4, 11, 21, 0, 1, tzinfo=UTC)

    def came(document: str, at: datetime) -> str:
        outcome = records(
            checking, "B", "registrar", HandInDocument(document=document), effective_at=at, register_entry="77"
        )
        assert isinstance(outcome, Recorded), outcome
        return checking.state("B")

    assert came("diploma", in_time) == "rejected"
    assert came("curriculum_vitae", late) == "rejected"
    assert came("curriculum_vitae", too_early) == "rejected"
    assert came("curriculum_vitae", in_time) == "document_check"
    act, actor, role, parameters = last(checking, "B")
    assert (act, actor, role) == ("supplemented_in_time", "begun.registrar", "application")
    assert (parameters["document"], parameters["cause_subject"]) == ("curriculum_vitae", checking.subject("B"))
    assert len(outbox(checking, "body", subject="Your documents have come: application no. T-1/0003")) == 1


def test_what_the_commission_turned_down_is_not_set_right_by_a_paper(checking: Office) -> None:
    given = ground(document="diploma")
    assert isinstance(moves(checking, "B", "reject", "commission", grounds=given), Done)
    assert isinstance(records(checking, "B", "registrar", HandInDocument(document="diploma")), Recorded)
    assert checking.state("B") == "rejected"


def test_a_paper_that_came_in_time_counts_when_it_is_typed_in_later(checking: Office) -> None:
    asks(checking, "B")
    checking.does(("2022-04-05 10:00 registrar", "hand_in B diploma"))
    checking.clock.advance_to(datetime(2022, 4, 12, 6, 0, tzinfo=UTC))  # no sweep came by
    came = HandInDocument(document="curriculum_vitae")
    in_time = datetime(2022, 4, 11, 12, 0, tzinfo=UTC)
    outcome = records(checking, "B", "registrar", came, effective_at=in_time, register_entry="77")
    assert isinstance(outcome, Recorded), outcome
    assert checking.state("B") == "document_check"


def test_a_better_paper_is_judged_anew(checking: Office) -> None:
    checking.does(
        (
            "2022-04-04 09:30 commission",
            "verdict A/clerk application_form not_ok because document_missing(document=diploma)",
        )
    )
    given = ground(document="application_form")
    assert isinstance(moves(checking, "A/clerk", "ask_to_supplement", "commission", grounds=given), Done)
    assert item(view(checking, "K"), "application_form").ok is False
    checking.does(("2022-04-05 10:00 registrar", "hand_in A/clerk application_form pages 2"))
    assert checking.state("A/clerk") == "document_check"
    file = view(checking, "K")
    assert item(file, "application_form").ok is None
    assert "application_form" in [one.name for one in file.to_judge]
    assert "document_not_ok" in codes(moves(checking, "A/clerk", "admit", "commission"))


def test_a_scan_of_what_was_asked_for_comes_in_its_place(checking: Office, tmp_path: Path) -> None:
    """And the bytes that were there before stay retrievable, after the replacement and after a verdict."""
    store = FileStore(tmp_path / "files")
    asks(checking, "B")

    def put(content: bytes) -> object:
        asked = Recording(
            institution="begun",
            subject=checking.subject("B"),
            actor=checking.player.actor("registrar"),
            act=HandInDocument(document="diploma"),
        )
        return filing.file_document(checking.house, store, asked, "diploma.pdf", io.BytesIO(content), megabytes=1)

    assert isinstance(put(pdf(b"first")), Recorded)
    checking.does(("2022-04-05 10:00 registrar", "hand_in B curriculum_vitae"))
    given = ground(document="diploma")
    assert isinstance(moves(checking, "B", "ask_to_supplement", "commission", grounds=given), Done)
    checking.does(("2022-04-06 10:00 registrar", "wait"))
    assert isinstance(put(pdf(b"second")), Recorded)
    assert checking.state("B") == "document_check"
    checking.does(("2022-04-06 11:00 commission", "verdict B diploma ok"))
    file = view(checking, "K", "B")
    kept = [filing.hand_out(checking.house, store, file.case, file.sight, f.id) for f in item(file, "diploma").files]
    assert [b"".join(one.content) for one in kept if one is not None] == [pdf(b"second"), pdf(b"first")]


# --- late, and admitted all the same ----------------------------------------------------------------------------------


def test_a_late_paper_is_admitted_with_a_reason_by_whom_the_rules_name(checking: Office) -> None:
    checking.does(("2022-04-04 09:10 registrar", "register C for clerk"))
    assert checking.state("C") == "late"
    assert codes(moves(checking, "C", "admit_late", "head")) == {"reason_missing"}
    assert codes(moves(checking, "C", "admit_late", "commission", reason="the office was closed")) == {"wrong_role"}
    assert isinstance(moves(checking, "C", "admit_late", "head", reason="the office was closed"), Done)
    assert checking.state("C") == "document_check"
    act, actor, role, parameters = last(checking, "C")
    assert (act, actor, role) == ("admit_late", "begun.head", "head")
    assert "reason" in parameters  # its words stand beside the chain, where they can be erased
    text = checking.one(
        "SELECT text FROM journal_text WHERE subject_id = :id AND field = 'reason'", id=checking.subject("C")
    )
    assert text == "the office was closed"


def test_the_protocol_says_who_was_late_and_who_let_whom_in_and_why(checking: Office) -> None:
    checking.does(
        ("2022-04-04 09:10 registrar", 'register C for clerk received 2022-03-31 17:20 entry "31"'),
        ("2022-04-04 09:11 registrar", 'register D for clerk received 2022-03-31 17:25 entry "32"'),
    )
    assert isinstance(moves(checking, "C", "admit_late", "head", reason="a burst pipe closed the office"), Done)
    paper = protocol.draft_paper(checking.house, checking.player.institution, checking.player.procedure).as_data()
    blocks = paper["blocks"]
    (start,) = (n for n, block in enumerate(blocks) if block.get("text") == "Applications that came too late")
    assert blocks[start + 1]["rows"] == (
        ("T-1/0004", "C", "31/03/2022 17:20", "Admitted by head: a burst pipe closed the office"),
        ("T-1/0005", "D", "31/03/2022 17:25", "Not considered"),
    )


# --- how it came, in a spreadsheet ------------------------------------------------------------------------------------


def sheet(office: Office, tmp_path: Path, *rows: str) -> list[Imported]:
    file = tmp_path / "register.csv"
    header = "register_number,name,position,documents,received_at,channel,posted_on,town\n"
    file.write_text(header + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    actor = office.player.actor("registrar")
    return import_file(office.house, institution="begun", procedure=office.player.procedure, path=file, actor=actor)


def test_a_spreadsheet_says_how_papers_came_and_when_they_were_posted(office: Office, tmp_path: Path) -> None:
    office.does(("2022-04-01 12:00 registrar", "wait"))
    done = sheet(
        office,
        tmp_path,
        "R-1,Ada,clerk,*,2022-04-01 09:00,By post,2022-03-31,Ruse",
        "R-2,Bo,clerk,*,2022-04-01 09:05,by_post,2022-04-01,",
        "R-3,Cy,clerk,*,2022-03-30 09:00,,,",
    )
    assert [(one.register_number, one.state) for one in done] == [
        ("R-1", "document_check"),
        ("R-2", "late"),
        ("R-3", "document_check"),
    ]
    ways = office.rows(
        "SELECT a.register_number, w.channel, w.posted_on FROM arrival w "
        "JOIN application a ON a.institution = w.institution AND a.id = w.application_id ORDER BY 1"
    )
    assert ways == [("R-1", "by_post", "2022-03-31"), ("R-2", "by_post", "2022-04-01"), ("R-3", "in_person", None)]
    assert office.rows("SELECT town FROM residence") == [("Ruse",)]


def test_a_way_that_is_not_known_and_a_day_that_is_none_name_the_cell(office: Office, tmp_path: Path) -> None:
    with pytest.raises(ImportFileError) as caught:
        sheet(
            office,
            tmp_path,
            "R-1,Ada,clerk,*,,by pigeon,,",
            "R-2,Bo,clerk,*,,by_post,31.3.2022,",
            "R-3,Cy,clerk,*,,in_person,2022-02-28,",
        )
    said = [(one.path, one.what) for one in caught.value.problems]
    assert said == [
        ("row 2: channel", "there is no way of coming 'by pigeon'"),
        ("row 3: posted_on", "'31.3.2022' is no day"),
    ]
    with pytest.raises(ImportFileError) as caught:
        sheet(office, tmp_path, "R-3,Cy,clerk,*,,in_person,2022-02-28,")
    assert [one.path for one in caught.value.problems] == ["row 2: posted_on"]
    assert office.one("SELECT count(*) FROM application") == 0
