"""Files handed in as documents: kept under their digest, refused with a sentence, handed out as attachments only."""

from __future__ import annotations

import hashlib
import html
import os
import re
from pathlib import Path
from typing import Any

import pytest

from tests.engine.test_file_kind import docx, odt, pdf, png
from tests.web.conftest import Browser, Town
from tests.web.test_application import as_, home, text, version
from workflow.settings import Settings


@pytest.fixture
def handing(town: Town) -> Town:
    """A and B have applied; their papers may still be added to."""
    town.office.does(("2022-03-03 10:00 registrar", "register A, B for speech_therapist"))
    return town


def document(town: Town) -> str:
    return town.office.player.definition.required_documents("speech_therapist")[0]


def send(town: Town, browser: Browser, content: bytes, name: str, who: str = "A", **fields: str) -> Any:
    doc = document(town)
    return browser.post(
        home(town, who, "documents"),
        {"document": doc, "version": version(town, who), **fields},
        files={f"file-{doc}": (name, content, "application/octet-stream")},
    )


def kept(settings: Settings) -> list[Path]:
    return [path for path in settings.files.rglob("*") if path.is_file()] if settings.files.exists() else []


def test_file_is_kept_under_its_digest_and_handed_out_as_an_attachment(handing: Town, settings: Settings) -> None:
    registrar, content = as_(handing, "registrar"), pdf()
    answer = send(handing, registrar, content, "../диплом \u202efdp.pdf")
    assert answer.status_code == 303, text(answer)
    digest = hashlib.sha256(content).hexdigest()
    assert [str(p.relative_to(settings.files)) for p in kept(settings)] == [f"stara_zagora/{digest[:2]}/{digest}"]
    assert kept(settings)[0].read_bytes() == content
    parameters = handing.office.rows("SELECT parameters FROM journal WHERE act = 'hand_in_document'")[-1][0]
    assert f'"sha256":"{digest}"' in parameters
    assert "диплом" not in parameters
    page = registrar.get(home(handing, "A")).text
    link = re.search(r'href="([^"]+/files/[^"]+)"[^>]*>([^<]*)<', page)
    assert link
    assert html.unescape(link[2]) == "диплом fdp.pdf"
    file = registrar.get(link[1])
    assert file.status_code == 200
    assert file.content == content
    assert file.headers["content-type"] == "application/pdf"
    assert file.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%D0%B4")
    assert "\u202e" not in file.headers["content-disposition"]
    assert file.headers["x-content-type-options"] == "nosniff"
    assert file.headers["content-security-policy"].startswith("sandbox")


def test_new_version_keeps_its_predecessor(handing: Town) -> None:
    registrar = as_(handing, "registrar")
    assert send(handing, registrar, pdf(b"first"), "one.pdf").status_code == 303
    received = handing.office.rows("SELECT name, received_at, pages FROM document ORDER BY name")
    assert send(handing, registrar, pdf(b"second"), "two.pdf").status_code == 303
    assert handing.office.rows("SELECT name, received_at, pages FROM document ORDER BY name") == received
    page = registrar.get(home(handing, "A", "check") + f"?item={document(handing)}").text
    assert page.index("two.pdf") < page.index("one.pdf")
    assert "Earlier version" in page
    assert handing.office.one("SELECT count(*) FROM document_file") == 2


def test_same_bytes_are_kept_once(handing: Town, settings: Settings) -> None:
    registrar = as_(handing, "registrar")
    assert send(handing, registrar, pdf(), "one.pdf").status_code == 303
    stored = handing.office.rows("SELECT * FROM stored_file")
    assert send(handing, registrar, pdf(), "two.pdf", "B").status_code == 303
    assert len(kept(settings)) == 1
    assert handing.office.rows("SELECT * FROM stored_file") == stored
    assert handing.office.one("SELECT count(*) FROM document_file") == 2


def test_file_and_pages_are_handed_in_together(handing: Town) -> None:
    handing.office.does(("2022-03-03 11:00 registrar", f"register C for speech_therapist without {document(handing)}"))
    registrar = as_(handing, "registrar")
    assert send(handing, registrar, docx(), "a.docx", "C", **{f"pages-{document(handing)}": "3"}).status_code == 303
    row = handing.office.rows(
        "SELECT pages FROM document JOIN application ON application.dossier_id = document.dossier_id "
        "WHERE application.id = :id AND document.name = :name",
        id=handing.office.subject("C"),
        name=document(handing),
    )
    assert row == [(3,)]
    assert (
        registrar.post(
            home(handing, "C", "documents"),
            {"document": document(handing), f"pages-{document(handing)}": "many"},
        ).status_code
        == 422
    )


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "a.pdf", "The file is empty"),
        (b"<html><script>alert(1)</script>", "a.pdf", "This kind of file is not accepted"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", "This kind of file is not accepted"),
        (png(), "a.pdf", "is a PNG by its content"),
        (pdf() + docx(), "a.pdf", "two kinds of file at once"),
        (docx(macros=True), "a.docx", "holds a program"),
        (odt()[:200], "a.odt", "damaged or cut short"),
    ],
)
def test_what_is_not_accepted_is_told_beside_the_field(
    handing: Town, settings: Settings, content: bytes, name: str, sentence: str
) -> None:
    before = handing.office.one("SELECT count(*) FROM journal")
    answer = send(handing, as_(handing, "registrar"), content, name, **{f"pages-{document(handing)}": "7"})
    assert answer.status_code == 422
    assert f'id="file-{document(handing)}-wrong"' in answer.text
    assert sentence in text(answer)
    assert 'value="7"' in answer.text
    assert kept(settings) == []
    assert handing.office.one("SELECT count(*) FROM journal") == before


def test_too_large_file_leaves_nothing(handing: Town, settings: Settings) -> None:
    megabytes = settings.upload_megabytes
    answer = send(handing, as_(handing, "registrar"), b"%PDF-1.4\n" + b"0" * (megabytes * 1_000_000), "a.pdf")
    assert answer.status_code == 422
    assert f"larger than {megabytes} MB" in text(answer)
    assert kept(settings) == []
    far = send(handing, as_(handing, "registrar"), b"0" * ((megabytes + 3) * 1_000_000), "a.pdf")
    assert far.status_code == 413
    assert kept(settings) == []


def test_name_is_shown_as_text(handing: Town) -> None:
    registrar = as_(handing, "registrar")
    assert send(handing, registrar, pdf(), "<b onload=x>" + "n" * 300 + ".pdf").status_code == 303
    page = registrar.get(home(handing, "A", "check") + f"?item={document(handing)}").text
    assert "<b onload" not in page
    assert "&lt;b onload=x&gt;nnn" in page
    assert len(handing.office.one("SELECT name FROM document_file")) <= 120


def test_who_may_not_hand_in_fills_no_disk(handing: Town, settings: Settings) -> None:
    for who in ("coordinator", "L"):
        answer = send(handing, as_(handing, who), pdf(), "a.pdf")
        assert answer.status_code in (404, 422), who
    assert not settings.files.exists()
    assert send(handing, as_(handing, "auditor"), pdf(), "a.pdf").status_code == 403


def test_file_is_seen_like_its_application(handing: Town) -> None:
    registrar = as_(handing, "registrar")
    send(handing, registrar, pdf(), "a.pdf")
    file = handing.office.one("SELECT id FROM document_file")
    path = home(handing, "A", "files", file)
    assert as_(handing, "auditor").get(path).status_code == 200
    assert as_(handing, "L").get(path).status_code == 404  # not before the check
    assert handing.browser(None).get(path).status_code == 303
    assert registrar.get(home(handing, "B", "files", file)).status_code == 404
    assert registrar.get(home(handing, "A", "files", "../../secret")).status_code == 404
    handing.office.does(("2022-04-01 09:00 registrar", "wait"), ("2022-04-01 09:01 M", "conflict A"))
    assert as_(handing, "L").get(path).status_code == 200
    assert as_(handing, "M").get(path).status_code == 404


def test_missing_bytes_are_not_found(handing: Town, settings: Settings) -> None:
    registrar = as_(handing, "registrar")
    send(handing, registrar, pdf(), "a.pdf")
    kept(settings)[0].unlink()
    file = handing.office.one("SELECT id FROM document_file")
    assert registrar.get(home(handing, "A", "files", file)).status_code == 404


@pytest.mark.parametrize("fault", ["write", "fsync", "replace"])
def test_full_disk_saves_nothing_and_works_again(
    handing: Town, settings: Settings, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    registrar = as_(handing, "registrar")
    before = handing.office.one("SELECT count(*) FROM journal")

    def full(*_: Any, **__: Any) -> Any:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        if fault == "replace":
            broken.setattr(Path, "replace", full)
        else:
            broken.setattr(f"workflow.persistence.files.os.{fault}", full)
        answer = send(handing, registrar, pdf(), "a.pdf")
    assert answer.status_code == 507
    assert "no room for files" in text(answer)
    assert kept(settings) == []
    assert handing.office.one("SELECT count(*) FROM journal") == before
    assert send(handing, registrar, pdf(), "a.pdf").status_code == 303


def test_folder_that_cannot_be_written_is_told(handing: Town, settings: Settings) -> None:
    settings.files.parent.mkdir(parents=True, exist_ok=True)
    settings.files.write_text("a file where the folder should be")
    answer = send(handing, as_(handing, "registrar"), pdf(), "a.pdf")
    assert answer.status_code == 507
    assert "Files cannot be kept" in text(answer)


def test_refused_record_takes_the_bytes_back(
    handing: Town, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    registrar = as_(handing, "registrar")
    raced = send(handing, registrar, pdf(), "a.pdf", version="1000")
    assert raced.status_code == 409
    assert kept(settings) == []
    send(handing, registrar, pdf(), "a.pdf", "B")
    assert send(handing, registrar, pdf(), "a.pdf", version="1000").status_code == 409
    assert len(kept(settings)) == 1  # B's bytes stay


def test_what_a_crash_left_is_swept(handing: Town, settings: Settings) -> None:
    incoming = settings.files / "incoming"
    incoming.mkdir(parents=True)
    old, new = incoming / "old", incoming / "new"
    old.write_bytes(b"x")
    new.write_bytes(b"x")
    os.utime(old, (1, 1))
    assert send(handing, as_(handing, "registrar"), pdf(), "a.pdf").status_code == 303
    assert not old.exists()
    assert new.exists()
