"""The pages of rules: every clause in words, live counts, the matrix, versions, scenarios; nobody changes anything."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from tests.services.conftest import SZ
from tests.web.conftest import Browser, Town
from workflow.catalogue.index import Catalogue
from workflow.engine.acts import ACTS
from workflow.engine.diagram import STYLE
from workflow.engine.guards import GUARDS
from workflow.engine.process import GuardCall, Kind
from workflow.persistence.statement import Statement
from workflow.web import clauses as words
from workflow.web.rendering import STATIC
from workflow.web.rules import KINDS

PROCESS = ("rules", "staff_selection")
PARTS = ("", "clauses", "notices", "sources", "roles", "soundness", "versions", "scenarios")


def in_english(town: Town, who: str = "administrator") -> Browser:
    browser = town.as_(who)
    browser.client.cookies.set("nabor-language", "en")
    return browser


def text_of(answer: Any) -> str:
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", answer.text).split()))


def main_of(answer: Any) -> str:
    return str(answer.text.partition("<main")[2].partition("</main>")[0])


@pytest.mark.parametrize("who", ["coordinator", "K", "auditor", "administrator"])
def test_whoever_works_here_reads_every_part(town: Town, who: str) -> None:
    browser = in_english(town, who)
    assert browser.get(town.url("rules")).status_code == 200
    for part in PARTS:
        assert browser.get(town.url(*PROCESS, *([part] if part else []))).status_code == 200, part
    for kind in Kind:
        expected = 404 if kind is Kind.OBJECTION else 200  # the rules of this process know no objections
        assert browser.get(town.url(*PROCESS) + f"?of={kind.value}").status_code == expected


@pytest.mark.parametrize(
    "path",
    [
        ("rules", "nothing"),
        ("rules", "nothing", "clauses"),
        ("rules", "nothing", "soundness"),
        ("rules", "..%2Fgoldap%2Frecruitment"),
        (*PROCESS, "notices", "nothing"),
        (*PROCESS, "scenarios", "nothing"),
        (*PROCESS, "scenarios", "..%2Finstitution"),
    ],
)
def test_what_does_not_exist_is_not_found(town: Town, path: tuple[str, ...]) -> None:
    assert in_english(town).get(town.url(*path)).status_code == 404
    assert in_english(town).get(town.url(*PROCESS) + "?of=nothing").status_code == 404
    assert in_english(town).get(town.url(*PROCESS, "versions") + "?old=x&new=files").status_code == 404


def test_the_institution_is_shown_as_its_folder_describes_it(town: Town) -> None:
    said = text_of(in_english(town).get(town.url("rules")))
    for fact in ("Europe/Sofia", "08:30–17:30", "podbor@stara-zagora.example", "1 procedure", "bg, en"):
        assert fact in said


def test_every_state_is_a_link_to_its_place_in_the_list(town: Town, catalogue: Catalogue) -> None:
    process = catalogue.process(SZ, "staff_selection")
    for kind in (one for one in KINDS if one is not Kind.OBJECTION):
        page = in_english(town).get(town.url(*PROCESS) + f"?of={kind.value}").text
        picture = page.partition("<svg")[2].partition("</svg>")[0]
        ids = re.findall(r' id="([^"]+)"', page)
        assert len(ids) == len(set(ids))
        for state in process.lifecycles[kind].states:
            assert f'<a href="#{kind.value}-{state}">' in picture
            assert f"{kind.value}-{state}" in ids
        assert "style=" not in page
        assert "<style" not in page


def test_live_counts_stand_at_the_states_of_each_lifecycle(checking: Town) -> None:
    browser = in_english(checking)
    page = browser.get(checking.url(*PROCESS)).text
    check = page.partition('data-state="document_check"')[2].partition("</a>")[0]
    assert re.search(r'class="count">.*?>3</text>', check)
    assert text_of(browser.get(checking.url(*PROCESS))).count("3 stand here") == 1
    assert text_of(browser.get(checking.url(*PROCESS) + "?of=position")).count("2 stand here") == 1
    assert text_of(browser.get(checking.url(*PROCESS) + "?of=procedure")).count("1 stands here") == 1
    # The number is a link for those who may open the list, and only for them.
    link = f'href="{checking.url("applications")}?state=document_check"'
    assert link not in page
    assert link in in_english(checking, "coordinator").get(checking.url(*PROCESS)).text


def test_every_move_says_who_when_and_what_it_stands_on(town: Town) -> None:
    said = text_of(in_english(town).get(town.url(*PROCESS)))
    for fact in ("commission", "A ground of the catalogue is given.", "assumed", "Every necessary requirement"):
        assert fact in said


@pytest.mark.parametrize("institution", ["stara_zagora", "goldap", "mops", "moscow", "zhengzhou"])
def test_every_guard_effect_deadline_and_role_has_words(
    town: Town, catalogue: Catalogue, institution: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Says:
        language = "en"

        def say(self, message: str, /, **values: Any) -> str:
            return message % values if values else message

        def count(self, one: str, many: str, n: int, /, **values: Any) -> str:
            return (one if n == 1 else many) % {"n": n, **values}

        def words(self, text: Any, process: Any) -> str:
            return str(text.get("en") or next(iter(text.values()), ""))

    for name in catalogue.processes(institution):
        process = catalogue.process(institution, name)
        said = words.Clauses(Says(), process)  # type: ignore[arg-type]
        for kind, lifecycle in process.lifecycles.items():
            for t in lifecycle.transitions:
                assert all(said.who(t, kind))
                assert not [role for role in said.who(t, kind) if re.search(r"[a-z]_[a-z]", role)]
                for effect in t.effects:
                    assert said.effect(effect).endswith(".")
        for act in ACTS:
            assert said.act(act) != act
        for rule in process.deadlines.values():
            assert said.due(rule)
            assert said.then(rule)
        for guard in GUARDS.values():
            parameters = () if guard.takes == "nothing" else ("some_name",)
            assert not said.guard(GuardCall(guard.name, parameters), Kind.APPLICATION).startswith(guard.name)


def test_the_stylesheet_has_every_class_of_the_drawing() -> None:
    own = (STATIC / "nabor.css").read_text(encoding="utf-8")
    selectors = set(re.findall(r"^(\.lifecycle[^{]*)\{", STYLE.partition("@media")[0], re.MULTILINE))
    assert selectors
    assert [s for s in selectors if not all(part.strip() in own for part in s.split(","))] == []


def test_the_matrix_says_what_each_role_may_do_in_each_state(town: Town) -> None:
    page = in_english(town).get(town.url(*PROCESS, "roles"))
    (table,) = [t for t in page.text.split("<table") if "<caption>Application" in t]
    header, *rows = re.findall(r"(?s)<tr>(.*?)</tr>", table)
    columns = [html.unescape(c) for c in re.findall(r'<th scope="col">(.*?)</th>', header)]
    (row,) = [r for r in rows if "#application-document_check" in r]
    cells = [
        html.unescape(" ".join(re.sub(r"<[^>]+>", " ", c).split())) for c in re.findall(r"(?s)<td>(.*?)</td>", row)
    ]
    may = dict(zip(columns[1:], cells, strict=True))
    assert "Judge a document or requirement" in may["commission"]
    assert may["Registrar"] != "– nothing"
    assert all(may.values())
    # Every route is in the list of pages once.
    from workflow.web.app import ROUTES

    listed = re.findall(r'<li class="code">((?:GET|POST) [^<]+)</li>', page.text)
    assert sorted(listed) == sorted(f"{r.method} {r.path}" for r in ROUTES)


def test_a_notice_is_shown_as_written_and_filled_in(town: Town, catalogue: Catalogue) -> None:
    process = catalogue.process(SZ, "staff_selection")
    browser = in_english(town)
    for name in process.notices:
        page = browser.get(town.url(*PROCESS, "notices", name))
        assert page.status_code == 200, name
        said = html.unescape(page.text)
        for text in process.texts[name].values():
            assert text.subject in said
        assert "[[link" not in page.text
    assert "{{ candidate" in html.unescape(browser.get(town.url(*PROCESS, "notices", "application_received")).text)


def test_versions_name_their_procedures_and_compare_with_the_files(
    town: Town, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    browser = in_english(town)
    page = browser.get(town.url(*PROCESS, "versions"))
    hash = catalogue.snapshot(SZ, "staff_selection").hash
    assert hash[:12] in page.text
    assert "T-1" in page.text
    assert "the same" in page.text
    same = browser.get(town.url(*PROCESS, "versions") + f"?old={hash}&new=files")
    assert "They do not differ." in same.text
    now = catalogue.snapshot(SZ, "staff_selection")
    text = now.text.replace('"Coordinator"', '"Co-ordinator <b>"', 1).replace('"seats":"4"', '"seats":"5"', 1)
    text = text.replace('"seats":4', '"seats":5', 1)
    assert text != now.text
    changed = replace(now, hash="f" * 64, rules_hash="e" * 64, text=text)
    monkeypatch.setitem(catalogue._snapshots, (SZ, "staff_selection"), changed)
    assert "rules differ" in browser.get(town.url(*PROCESS, "versions")).text
    page = browser.get(town.url(*PROCESS, "versions") + f"?old={hash}&new=files")
    marked = re.findall(
        r'(?s)<tr class="(added|removed)"><td><\w+>(.*?)</\w+>.*?<td class="code">(.*?)</td>', page.text
    )
    assert [(mark, text.strip()) for mark, _, text in marked] == [("removed", "seats: 4"), ("added", "seats: 5")]
    assert [word for _, word, _ in marked] == ["− removed", "+ added"]
    assert "Co-ordinator &lt;b&gt;" in page.text


def test_sources_are_quoted_and_every_clause_leads_to_them(town: Town) -> None:
    browser = in_english(town)
    page = browser.get(town.url(*PROCESS, "sources")).text
    for cited in set(re.findall(r'/sources#([^"]+)"', browser.get(town.url(*PROCESS, "clauses")).text)):
        assert f'id="{cited}"' in page


def test_mistakes_are_shown_with_file_and_line(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    from workflow.engine.errors import DefinitionError, Problem

    house, browser = town.office.house, in_english(town)
    problem = Problem("town/process.yaml", 12, 3, "states.x", "no way leads to it", "remove it")
    monkeypatch.setattr(house.catalogue, "check", lambda institution: [problem])
    page = browser.get(town.url(*PROCESS, "soundness"))
    assert "town/process.yaml:12:3" in page.text
    assert "Play all scenarios" not in page.text

    def broken(institution: str, process: str) -> None:
        raise DefinitionError([problem])

    monkeypatch.setattr(house.catalogue, "snapshot", broken)
    assert "its files have mistakes" in browser.get(town.url("rules")).text
    answer = browser.get(town.url(*PROCESS))
    assert answer.status_code == 409
    assert "town/process.yaml:12:3" in answer.text


def test_a_scenario_is_played_in_the_page_and_touches_nothing(town: Town) -> None:
    before = town.office.one("SELECT count(*) FROM journal")
    browser = in_english(town)
    path = town.url(*PROCESS, "scenarios", "straight")
    assert "Passed" not in browser.get(path).text
    answer = browser.post(path)
    assert answer.status_code == 200
    assert answer.text.count("Passed: everything came out as it must.") == 2
    assert "the clock" in answer.text
    assert town.office.one("SELECT count(*) FROM journal") == before


def test_a_scenario_that_comes_out_otherwise_says_where(
    town: Town, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    house = town.office.house
    folder = tmp_path / SZ
    shutil.copytree(house.catalogue.folder(SZ), folder)
    file = folder / "scenarios" / "straight.yaml"
    file.write_text(re.sub(r"procedure: filled", "procedure: draft", file.read_text("utf-8"), count=1), "utf-8")
    (folder / "scenarios" / "broken.yaml").write_text("format: 1\nscenario: x\n", "utf-8")
    monkeypatch.setattr(house.catalogue, "folder", lambda institution: folder)
    browser = in_english(town)
    listed = browser.get(town.url(*PROCESS, "scenarios"))
    assert "broken.yaml" in listed.text
    assert browser.get(town.url(*PROCESS, "scenarios", "broken")).status_code == 404
    answer = browser.post(town.url(*PROCESS, "scenarios", "straight"))
    assert answer.status_code == 200
    assert "It came out otherwise." in answer.text
    assert "expected" not in answer.text
    assert ">draft<" in answer.text


def test_all_scenarios_are_played_and_what_none_walks_is_listed(town: Town) -> None:
    said = text_of(in_english(town).post(town.url(*PROCESS, "soundness")))
    assert "playings of scenarios: all came out as they must" in said
    assert "is walked by a scenario" in said


@pytest.mark.parametrize("who", ["auditor", "coordinator", "K"])
def test_only_the_administrator_plays(town: Town, who: str) -> None:
    browser = in_english(town, who)
    for path in (town.url(*PROCESS, "soundness"), town.url(*PROCESS, "scenarios", "straight")):
        assert 'method="post"' not in main_of(browser.get(path))
        assert browser.post(path).status_code == 403
    assert 'method="post"' not in main_of(browser.get(town.url(*PROCESS, "scenarios")))


def test_a_page_of_rules_costs_a_fixed_number_of_statements(checking: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = in_english(checking)
    asked: list[str] = []
    database = checking.office.house.database
    read = database.read

    def counted(statement: Statement, /, **params: object) -> object:
        asked.append(statement.name)
        return read(statement, **params)

    monkeypatch.setattr(database, "read", counted)
    for part in PARTS:
        asked.clear()
        browser.get(checking.url(*PROCESS, *([part] if part else [])))
        assert len(asked) <= 5, (part, asked)
