"""The desk's data: a running procedure of every institution, stopped at one instant, with something to do in each."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from workflow.bootstrap import house_in_memory, open_catalogue
from workflow.catalogue.index import Catalogue
from workflow.persistence.files import FileStore
from workflow.persistence.invariants import breaches
from workflow.scenarios.desk import play_desk, read_desk
from workflow.scenarios.player import Unexpected
from workflow.scenarios.sentence import parse

END = datetime(2026, 3, 18, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return open_catalogue()


def test_every_institution_has_a_running_procedure_at_one_instant(catalogue: Catalogue):
    house, clock = house_in_memory(catalogue, datetime(2024, 1, 2, 10, 0, tzinfo=UTC), mail=True)
    desk = play_desk(house, clock, read_desk(catalogue))
    assert clock.now() == END
    assert tuple(desk.players) == catalogue.institutions()
    assert len(desk.players["stara_zagora"]) == 2
    with house.database.reading() as connection:
        armed = connection.execute(text("SELECT DISTINCT institution FROM deadline WHERE due_at > '2026-03-18'"))
        waiting = {row[0] for row in armed}
        given_up = connection.execute(text("SELECT count(*) FROM outbox WHERE state = 'dead'")).scalar()
    assert waiting == set(catalogue.institutions())
    # Addresses with letters outside ASCII, as people write them: mail that somebody has to look after.
    assert given_up
    assert breaches(house.database) == ()
    house.database.close()


def test_files_are_kept_with_the_ones_that_they_replace(catalogue: Catalogue, tmp_path: Path):
    """They are made when the demonstration is played, each says that it is a sample, and every byte is there again."""
    house, clock = house_in_memory(catalogue, datetime(2024, 1, 2, 10, 0, tzinfo=UTC))
    store = FileStore(tmp_path)
    play_desk(house, clock, [s for s in read_desk(catalogue) if s.institution == "stara_zagora"], store)
    with house.database.reading() as connection:
        query = "SELECT document, name, sha256 FROM document_file ORDER BY id"
        kept = [tuple(row) for row in connection.execute(text(query))]
    assert [(document, name) for document, name, _ in kept] == [
        ("diploma", "diplom-avramova.pdf"),
        ("curriculum_vitae", "cv.pdf"),
        ("diploma", "diplom-i-prilozhenie.pdf"),
        ("diploma", "Евтимов документи.pdf"),
        ("curriculum_vitae", "Евтимов документи.pdf"),
    ]
    for _, _, digest in kept:
        content = b"".join(store.open("stara_zagora", digest))
        assert content.startswith(b"%PDF-")
        assert hashlib.sha256(content).hexdigest() == digest
    house.database.close()


def test_everybody_of_the_office_has_a_user(catalogue: Catalogue):
    house, clock = house_in_memory(catalogue, datetime(2024, 1, 2, 10, 0, tzinfo=UTC))
    desk = play_desk(house, clock, [s for s in read_desk(catalogue) if s.institution == "moscow"])
    assert desk.users("moscow") == {
        f"moscow.{role}": role for role in ("registrar", "coordinator", "curator", "head", "administrator", "auditor")
    }
    house.database.close()


def test_a_line_that_goes_otherwise_says_where(catalogue: Catalogue):
    from dataclasses import replace

    house, clock = house_in_memory(catalogue, datetime(2024, 1, 2, 10, 0, tzinfo=UTC))
    (script,) = (s for s in read_desk(catalogue) if s.institution == "moscow")
    broken = replace(script, lines=(*script.lines, parse("2026-03-18 10:00 head", "announce")))
    with pytest.raises(Unexpected, match=r"desk\.yaml: 2026-03-18 10:00 head: announce : refused: "):
        play_desk(house, clock, [broken])
    house.database.close()
