from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.catalogue.given import NOTICE, changed, place, write
from workflow.catalogue import check
from workflow.catalogue.index import Catalogue, built_in
from workflow.engine.errors import DefinitionError, UnknownInstitution, UnknownProcess


def said(action: Callable[[], object]) -> str:
    with pytest.raises(DefinitionError) as caught:
        action()
    return str(caught.value)


def rename(folder: Path, name: str) -> None:
    folder.rename(folder.with_name(name))
    file = folder.with_name(name) / "institution.yaml"
    file.write_text(changed(file.read_text(), ("institution: example", f"institution: {name}")))


# --- finding ----------------------------------------------------------------------------------------------------------


def test_folders_are_institutions_and_files_processes(tmp_path: Path) -> None:
    folder = write(tmp_path / "one")
    rename(write(tmp_path / "two"), "other")
    for hidden in ("_template", ".git"):
        (tmp_path / "one" / hidden).mkdir()
        (tmp_path / "one" / hidden / "institution.yaml").touch()
    (tmp_path / "one" / "notes").mkdir()
    (folder / "_draft.yaml").touch()
    (folder / "another.yaml").touch()
    catalogue = Catalogue([tmp_path / "one", tmp_path / "two"])
    assert catalogue.institutions() == ("example", "other")
    assert catalogue.folder("other") == tmp_path / "two" / "other"
    assert catalogue.processes("example") == ("another", "hiring")
    assert catalogue.processes("other") == ("hiring",)
    assert catalogue.countries() == ("PL",)
    assert catalogue.institution("other").title["en"] == "Town of Example"
    assert catalogue.process("other", "hiring").institution.name == "other"


def test_unknown_names_say_what_there_is(tmp_path: Path) -> None:
    write(tmp_path)
    catalogue = Catalogue([tmp_path])
    with pytest.raises(UnknownInstitution) as institution:
        catalogue.institution("exampel")
    assert str(institution.value) == "there is no institution 'exampel'; known are: example"
    with pytest.raises(UnknownProcess) as process:
        catalogue.snapshot("example", "hire")
    assert str(process.value) == "there is no process 'hire'; known are: hiring"


@pytest.mark.parametrize("name", ["../example", "example/..", ".", "", "institution", "sources"])
def test_names_lead_nowhere_else(tmp_path: Path, name: str) -> None:
    write(tmp_path)
    catalogue = Catalogue([tmp_path])
    with pytest.raises(UnknownInstitution):
        catalogue.process(name, "hiring")
    with pytest.raises(UnknownProcess):
        catalogue.process("example", name)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert said(Catalogue([tmp_path / "none"]).institutions) == (
        f"{tmp_path}/none: the definitions folder cannot be read (No such file or directory); "
        "create it, or correct the setting that names it"
    )


def test_one_name_in_two_folders(tmp_path: Path) -> None:
    write(tmp_path / "one")
    write(tmp_path / "two")
    assert said(Catalogue([tmp_path / "one", tmp_path / "two"]).institutions) == (
        f"{tmp_path}/two/example: the institution `example` is also in {tmp_path}/one/example; "
        "rename or remove one of them"
    )


# --- calendars --------------------------------------------------------------------------------------------------------


def test_calendar_versions_follow_their_content(tmp_path: Path) -> None:
    write(tmp_path / "one")
    write(tmp_path / "two", PL=[("format: 1", "# the same days\nformat: 1")])
    write(tmp_path / "three", PL=[("2022-01-06", "2022-01-07")])
    one, two, three = (Catalogue([tmp_path / name]).calendar("PL") for name in ("one", "two", "three"))
    assert one == two
    assert one.version != three.version


def test_the_first_folder_with_a_calendar_counts(tmp_path: Path) -> None:
    write(tmp_path / "own", PL=[("2022-01-06", "2022-01-07")])
    rename(write(tmp_path / "shipped"), "other")
    both = Catalogue([tmp_path / "own", tmp_path / "shipped"])
    assert both.calendar("PL") == Catalogue([tmp_path / "own"]).calendar("PL")


def test_an_unknown_calendar(tmp_path: Path) -> None:
    write(tmp_path)
    assert said(lambda: Catalogue([tmp_path]).calendar("BG")) == (
        f"{tmp_path}/_calendars/BG.yaml: there is no calendar of `BG`; there are: PL"
    )


# --- keeping ----------------------------------------------------------------------------------------------------------


def test_what_was_read_is_kept_until_its_files_change(tmp_path: Path) -> None:
    folder = write(tmp_path)
    catalogue = Catalogue([tmp_path])
    first = catalogue.snapshot("example", "hiring")
    assert catalogue.snapshot("example", "hiring") is first
    catalogue.refresh()
    assert catalogue.snapshot("example", "hiring") is first

    file = folder / "notices/en/received.md"
    file.write_text(changed(NOTICE, ("Dear {{", "Hello {{")))
    assert catalogue.snapshot("example", "hiring") is first
    catalogue.refresh()
    second = catalogue.snapshot("example", "hiring")
    assert second.hash != first.hash
    assert second.process.texts["received"]["en"].body.startswith("Hello")


def test_refresh_sees_what_came_and_went(tmp_path: Path) -> None:
    folder = write(tmp_path)
    catalogue = Catalogue([tmp_path])
    catalogue.process("example", "hiring")
    rename(folder, "renamed")
    catalogue.refresh()
    assert catalogue.institutions() == ("renamed",)
    with pytest.raises(UnknownInstitution):
        catalogue.process("example", "hiring")


# --- checking ---------------------------------------------------------------------------------------------------------


def test_check_tells_mistakes_unsoundness_and_stray_files(tmp_path: Path) -> None:
    folder = write(tmp_path)
    catalogue = Catalogue([tmp_path])
    assert catalogue.check("example") == []

    (folder / "notices/de").mkdir()
    (folder / "notices/de/received.md").write_text(NOTICE)
    (folder / "notices/en/recieved.md").write_text(NOTICE)
    catalogue.refresh()
    assert [str(problem) for problem in catalogue.check("example")] == [
        f"{folder}/notices/de/received.md: `de` is no language of the institution; there are: en, pl, uk",
        f"{folder}/notices/en/recieved.md: no process has a notice `recieved`; did you mean `received`?",
    ]


def test_check_reads_the_calendar_too(tmp_path: Path) -> None:
    write(tmp_path, PL=[("weekend: [saturday", "weekend: [saterday")])
    assert [problem.path for problem in Catalogue([tmp_path]).check("example")] == ["weekend.0"]


def test_an_institution_without_a_process(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "hiring.yaml").unlink()
    assert str(Catalogue([tmp_path]).check("example")[0]) == (
        f"{folder}: there is no process; write <process>.yaml beside it"
    )


@pytest.mark.parametrize(
    ("arguments", "code", "out", "err"),
    [
        ([], 0, "", "example: nothing wrong\n"),
        (["example"], 0, "", "example: nothing wrong\n"),
        (["exampel"], 2, "", "there is no institution 'exampel'; known are: example\n"),
    ],
)
def test_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, out: str, err: str
) -> None:
    write(tmp_path)
    assert check.main(["--folder", str(tmp_path), *arguments]) == code
    assert capsys.readouterr() == (out, err)


def test_command_prints_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path, hiring=[("        owner: mayor\n", "")])
    assert check.main(["--folder", str(tmp_path)]) == 1
    at = place(folder / "hiring.yaml", "open:\n        stage")
    assert capsys.readouterr() == (
        f"{folder}/hiring.yaml:{at}: lifecycles.procedure.states.open: nobody must act in the state `open`; "
        "add `owner: <role>`\n",
        "example: 1 wrong\n",
    )


# --- what is shipped --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("institution", Catalogue([built_in()]).institutions())
def test_shipped_definitions_are_right(institution: str) -> None:
    assert [str(problem) for problem in Catalogue([built_in()]).check(institution)] == []


@pytest.mark.parametrize("country", Catalogue([built_in()]).countries())
def test_shipped_calendars_are_right(country: str) -> None:
    assert Catalogue([built_in()]).calendar(country).country == country
