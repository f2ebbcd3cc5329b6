"""What lies in the file of an application, and files handed in, on both databases."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.engine.test_file_kind import pdf
from tests.services.conftest import Office
from workflow.engine.errors import UnknownSubject
from workflow.engine.file_kind import NotAccepted
from workflow.engine.request import GivenGround, Refused
from workflow.persistence.files import FileStore
from workflow.services import dossier, filing, timeline
from workflow.services.acts import GiveVerdict, HandInDocument, Recording
from workflow.services.dossier import Dossier
from workflow.services.records import Recorded, record_many


def view(office: Office, who: str, name: str = "A") -> Dossier:
    player = office.player
    return dossier.view(office.house, player.institution, player.procedure, office.subject(name), player.actor(who))


def handing(office: Office, name: str, document: str, version: int | None = None) -> Recording:
    return Recording(
        institution=office.player.institution,
        subject=office.subject(name),
        actor=office.player.actor("registrar"),
        act=HandInDocument(document=document),
        expected_version=version,
    )


def document(office: Office) -> str:
    return office.player.definition.required_documents("speech_therapist")[0]


def put(office: Office, store: FileStore, name: str, content: bytes, version: int | None = None) -> object:
    asked = handing(office, name, document(office), version)
    return filing.file_document(office.house, store, asked, "scan.pdf", io.BytesIO(content), megabytes=1)


def test_file_shows_what_is_to_judge(checking: Office) -> None:
    file = view(checking, "K")
    assert file.documents
    assert file.requirements
    assert {i.name for i in file.to_judge} == {i.name for i in file.items if i.required}
    assert file.may("give_verdict")
    assert not file.may("hand_in_document")
    assert file.next is not None
    assert file.next.rule == "lists_due"
    assert [e.act for e in file.entries][-1] == "register"
    assert file.entries[-1].mails
    assert not file.sight.contact
    assert file.entries[-1].mails[0].address == ""
    assert view(checking, "registrar").entries[-1].mails[0].address != ""


def test_verdict_with_its_words(checking: Office) -> None:
    player, paper = checking.player, document(checking)
    ground = GivenGround(code="document_not_in_order", values={"document": paper, "detail": "unsigned"})
    verdict = Recording(
        institution=player.institution,
        subject=checking.subject("A"),
        actor=player.actor("K"),
        act=GiveVerdict(item=paper, ok=False, ground=ground),
    )
    assert isinstance(record_many(checking.house, [verdict])[0], Recorded)
    file = view(checking, "L")
    item = next(i for i in file.documents if i.name == paper)
    assert (item.ok, item.ground, item.judged_by) == (False, ground, "K")
    assert file.objections == (ground,)


def test_together_is_all_or_nothing(checking: Office) -> None:
    player, file = checking.player, view(checking, "K")
    seen = file.case.facts.version

    def verdicts(first: int) -> list[Recording]:
        return [
            Recording(
                institution=player.institution,
                subject=checking.subject("A"),
                actor=player.actor("K"),
                act=GiveVerdict(item=item.name, ok=True),
                expected_version=first + i,
            )
            for i, item in enumerate(file.to_judge)
        ]

    # One behind: the second would fit by chance, and must not be recorded alone.
    refused = record_many(checking.house, verdicts(seen - 1), together=True)
    assert all(isinstance(one, Refused) for one in refused)
    assert checking.one("SELECT count(*) FROM verdict") == 0
    done = record_many(checking.house, verdicts(seen), together=True)
    assert all(isinstance(one, Recorded) for one in done)
    assert view(checking, "K").to_judge == ()


def test_application_of_another_procedure_is_unknown(checking: Office) -> None:
    player = checking.player
    with pytest.raises(UnknownSubject):
        dossier.view(checking.house, player.institution, "0" * 36, checking.subject("A"), player.actor("coordinator"))


def test_neighbours_stand_in_the_same_state(checking: Office) -> None:
    assert dossier.neighbours(checking.house, view(checking, "K", "B").case) == (
        checking.subject("A"),
        checking.subject("C"),
    )
    checking.does(("2022-04-04 09:00 K", "verdict C * ok"), ("2022-04-04 09:10 K", "admit C"))
    assert dossier.neighbours(checking.house, view(checking, "K", "B").case) == (checking.subject("A"), None)


def test_what_happened_since(checking: Office) -> None:
    file = view(checking, "K")
    checking.does(("2022-04-04 09:00 L", "verdict A * ok"), ("2022-04-04 09:10 K", "admit A"))
    now = view(checking, "K")
    news = timeline.since(checking.house, now.case, file.case.facts.version, now.sight)
    assert news[0].act == "admit"
    assert {entry.act for entry in news[1:]} == {"give_verdict"}
    assert timeline.since(checking.house, now.case, now.case.facts.version, now.sight) == ()


def test_journal_comes_in_pages(checking: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    checking.does(("2022-04-04 09:00 L", "verdict A * ok"))
    case, sight = view(checking, "K").case, view(checking, "K").sight
    whole, none = timeline.page(checking.house, case, sight)
    assert none is None
    first, before = timeline.page(checking.house, case, sight, limit=3)
    assert first == whole[:3]
    assert before == whole[2].seq
    assert timeline.page(checking.house, case, sight, before)[0] == whole[3:]


def test_file_is_stored_recorded_and_handed_out(office: Office, tmp_path: Path) -> None:
    office.does(("2022-03-03 10:00 registrar", "register A, B for speech_therapist"))
    store = FileStore(tmp_path / "files")
    assert isinstance(put(office, store, "A", pdf(b"one")), Recorded)
    assert isinstance(put(office, store, "A", pdf(b"two")), Recorded)
    assert isinstance(put(office, store, "B", pdf(b"one")), Recorded)
    assert office.one("SELECT count(*) FROM stored_file") == 2
    file = view(office, "registrar")
    versions = next(i for i in file.documents if i.name == document(office)).files
    assert len(versions) == 2
    kept = filing.hand_out(office.house, store, file.case, file.sight, versions[0].id)
    assert kept is not None
    assert b"".join(kept.content) == pdf(b"two")
    other = view(office, "registrar", "B")
    assert filing.hand_out(office.house, store, other.case, other.sight, versions[0].id) is None
    hidden = view(office, "L")
    assert filing.hand_out(office.house, store, hidden.case, hidden.sight, versions[0].id) is None


def test_refused_file_is_kept_nowhere(office: Office, tmp_path: Path) -> None:
    office.does(("2022-03-03 10:00 registrar", "register A for speech_therapist"))
    store = FileStore(tmp_path / "files")
    assert isinstance(put(office, store, "A", pdf(), version=99), Refused)
    assert isinstance(put(office, store, "A", b"MZ"), NotAccepted)
    assert put(office, store, "A", b"%PDF-" + b"0" * 1_000_000) == NotAccepted("too_large", {"most": "1"})
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []
    assert office.one("SELECT count(*) FROM document_file") == 0
