"""The office's own scanner: what it lets in, what it refuses, and what nobody could look at."""

from __future__ import annotations

import io
import os
import sys
import time
from pathlib import Path

import pytest

from tests.engine.test_file_kind import pdf
from tests.services.conftest import Office
from tests.services.given import everything, sqlite_only
from workflow.engine.file_kind import NotAccepted
from workflow.persistence.files import FileStore
from workflow.services import filing
from workflow.services.acts import HandInDocument, Recording
from workflow.services.records import Recorded
from workflow.services.scanning import Scanner

ENDS = "import sys; sys.exit({code})"
READS = "import pathlib, sys; sys.exit(1 if b'harmful' in pathlib.Path(sys.argv[1]).read_bytes() else 0)"
SECRET = "import os, sys; sys.exit(1 if any(n.startswith('NABOR_') for n in os.environ) else 0)"


def python(program: str, seconds: float = 20) -> Scanner:
    return Scanner((sys.executable, "-c", program), seconds)


@pytest.mark.parametrize(("code", "why"), [(0, None), (1, "infected"), (2, "not_scanned"), (127, "not_scanned")])
def test_exit_code_decides(tmp_path: Path, code: int, why: str | None) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x")
    found = python(ENDS.format(code=code)).look(file)
    assert (None if found is None else found.code) == why


def test_what_takes_too_long_is_not_scanned(tmp_path: Path) -> None:
    begun = time.monotonic()
    found = python("import time; time.sleep(60)", seconds=0.5).look(tmp_path)
    assert found == NotAccepted("not_scanned")
    assert time.monotonic() - begun < 10


def test_a_scanner_that_is_gone_lets_nothing_in(tmp_path: Path) -> None:
    assert Scanner((str(tmp_path / "gone"),), 5).look(tmp_path) == NotAccepted("not_scanned")


def test_settings_are_not_told_to_the_scanner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NABOR_SECRET", "s" * 40)
    assert os.environ["NABOR_SECRET"]
    assert python(SECRET).look(tmp_path) is None


@sqlite_only
def test_what_the_scanner_refuses_is_kept_nowhere(office: Office, tmp_path: Path) -> None:
    office.does(("2022-03-03 10:00 registrar", "register A for speech_therapist"))
    store = FileStore(tmp_path / "files")
    before = everything(office)

    def put(content: bytes) -> object:
        asked = Recording(
            institution=office.player.institution,
            subject=office.subject("A"),
            actor=office.player.actor("registrar"),
            act=HandInDocument(document="diploma"),
        )
        source = io.BytesIO(content)
        return filing.file_document(office.house, store, asked, "d.pdf", source, megabytes=1, scanner=python(READS))

    assert put(pdf(b"harmful")) == NotAccepted("infected")
    assert everything(office) == before
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []
    assert isinstance(put(pdf(b"harmless")), Recorded)
