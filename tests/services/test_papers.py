"""Publications that a second person approves, that end and are corrected; the protocol, signed and frozen."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.services.conftest import Office
from tests.services.given import as_, at_work, codes, everything, moves, reason, records
from workflow.catalogue.index import Catalogue
from workflow.engine.request import Refused
from workflow.persistence.database import Database
from workflow.services import protocol
from workflow.services.acts import ApprovePublication, CorrectPublication, DrawUpProtocol, SignProtocol
from workflow.services.integrity import verify
from workflow.services.names import initials
from workflow.services.paper_words import PaperWords
from workflow.services.publication_paper import cell, columns, publication_paper
from workflow.services.publications import lists_of, publication, publications
from workflow.services.records import Recorded


@pytest.fixture
def ranked(interviewing: Office) -> Office:
    """The ranking list is made and waits for approval: A selected, B in reserve, C not approved."""
    for name, marks in {"A": "5 4 4", "B": "4 4 4", "C": "4 4 3"}.items():
        interviewing.does(*((f"2022-04-18 10:00 {member}", f"score {name} interview {marks}") for member in "KLM"))
    interviewing.does(
        ("2022-04-19 09:00 K", "close_interviews"),
        ("2022-04-20 10:00 coordinator", "publish_ranking"),
    )
    return interviewing


def lines(office: Office) -> list[tuple[int, int, bool, bool]]:
    """(number, version, is a draft, is up) of every version."""
    found = publications(office.house, office.player.institution, office.player.procedure)
    return [(one.number, one.version, one.is_draft, one.is_up) for one in found]


def shown(office: Office, number: int, version: int = -1):
    versions = publication(office.house, office.player.institution, office.player.procedure, number)
    return versions[version if version < 0 else version - 1]


# --- approval ---------------------------------------------------------------------------------------------------------


def test_a_list_that_needs_approval_is_a_draft_until_a_second_person_approves_it(ranked: Office):
    assert lines(ranked) == [(1, 1, False, True), (2, 1, True, False)]
    act = ApprovePublication(number=2, version=1)
    before = everything(ranked)
    assert reason(records(ranked, "procedure", "coordinator", act))[0] == "wrong_role"
    drafter = ranked.player.actor("coordinator").user
    same_person = as_("head", "coordinator", user=drafter)
    assert codes(records(ranked, "procedure", "head", act, actor=same_person)) == {"own_draft"}
    wrong = ApprovePublication(number=2, version=2)
    assert codes(records(ranked, "procedure", "head", wrong)) == {"nothing_to_approve"}
    missing = ApprovePublication(number=9, version=1)
    assert codes(records(ranked, "procedure", "head", missing)) == {"unknown_item"}
    assert everything(ranked) == before
    assert isinstance(records(ranked, "procedure", "head", act), Recorded)
    line = shown(ranked, 2).line
    assert (line.is_up, line.made_by, line.approved_by) == (True, "coordinator", "head")
    assert codes(records(ranked, "procedure", "head", act)) == {"nothing_to_approve"}
    assert shown(ranked, 2).holds


def test_a_draft_is_marked_as_one_in_its_paper(ranked: Office):
    one, process = shown(ranked, 2), ranked.player.definition
    assert publication_paper(process, "T-1", one.line, one.content, "bg").mark == "ПРОЕКТ"
    records(ranked, "procedure", "head", ApprovePublication(number=2, version=1))
    one = shown(ranked, 2)
    assert publication_paper(process, "T-1", one.line, one.content, "bg").mark == ""


def test_a_procedure_waits_for_the_approval_of_its_list(ranked: Office):
    waiting = codes(moves(ranked, "procedure", "conclude", "coordinator"))
    assert "not_published" in waiting
    records(ranked, "procedure", "head", ApprovePublication(number=2, version=1))
    assert codes(moves(ranked, "procedure", "conclude", "coordinator")) == waiting - {"not_published"}


def test_guards_know_a_final_protocol_and_that_a_further_version_is_none(ranked: Office):
    from workflow.services.docket import Docket

    def facts() -> tuple[frozenset[str], bool]:
        def work(unit):
            docket = Docket(ranked.house, unit, ranked.player.institution, ranked.clock.now())
            case = docket.case(ranked.player.procedure)
            docket.load([case], {"papers"})
            return case.facts.published, case.facts.protocol_final

        found: tuple[frozenset[str], bool] = ranked.house.glance(work)
        return found

    assert facts() == (frozenset({"admission_lists"}), False)
    records(ranked, "procedure", "coordinator", DrawUpProtocol())
    for member in "KLM":
        assert not facts()[1]
        records(ranked, "procedure", member, SignProtocol(version=1))
    assert facts()[1]
    records(ranked, "procedure", "coordinator", DrawUpProtocol(), reason="Грешка")
    assert not facts()[1]


# --- its end ----------------------------------------------------------------------------------------------------------


def test_a_publication_ends_by_itself_at_its_instant(interviewing: Office):
    line = shown(interviewing, 1).line
    assert line.until_at is not None
    assert PaperWords(interviewing.player.definition, "bg").moment(line.until_at) == "05.10.2022 24:00"
    interviewing.clock.advance_to(line.until_at - timedelta(microseconds=1))
    assert lines(interviewing) == [(1, 1, False, True)]
    interviewing.clock.advance_to(line.until_at)
    assert lines(interviewing) == [(1, 1, False, False)]
    assert shown(interviewing, 1).line.ended_at == line.until_at
    late = records(interviewing, "procedure", "coordinator", CorrectPublication(number=1), reason="късно")
    assert codes(late) == {"publication_taken_down"}
    effects = interviewing.one("SELECT effects FROM journal WHERE act = 'publish_admission'")
    assert json.loads(effects)["published"][0]["derivation"]


# --- correction -------------------------------------------------------------------------------------------------------


def test_a_correction_is_the_next_version_and_the_one_before_stays(interviewing: Office):
    before = shown(interviewing, 1)
    interviewing.does(("2022-04-18 09:40 coordinator", 'correct A name="Анна Вярна"'))
    act = CorrectPublication(number=1)
    assert codes(records(interviewing, "procedure", "coordinator", act)) == {"reason_missing"}
    assert codes(records(interviewing, "procedure", "coordinator", act, reason="  ")) == {"reason_missing"}
    assert codes(records(interviewing, "procedure", "head", act, reason="Грешно име")) == {"wrong_role"}
    unknown = CorrectPublication(number=7)
    assert codes(records(interviewing, "procedure", "coordinator", unknown, reason="а")) == {"unknown_item"}
    # C moves on: that is no error of the list. A has another name: that is.
    assert isinstance(moves(interviewing, "C", "withdraw", "candidate"), object)
    done = records(interviewing, "procedure", "coordinator", act, reason="Грешно име")
    assert isinstance(done, Recorded)
    assert lines(interviewing) == [(1, 1, False, False), (1, 2, False, True)]
    first, second = shown(interviewing, 1, 1), shown(interviewing, 1, 2)
    assert (first.content, first.line.digest, first.holds) == (before.content, before.line.digest, True)
    names = [row["name"] for row in second.content["lists"]["admitted"]["rows"]]
    assert names == ["Анна Вярна", "B", "C"]
    assert (second.content["reason"], second.holds) == ("Грешно име", True)
    parameters = json.loads(interviewing.one("SELECT parameters FROM journal WHERE act = 'correct_publication'"))
    assert (parameters["digest_before"], parameters["digest"]) == (first.line.digest, second.line.digest)
    paper = publication_paper(interviewing.player.definition, "T-1", second.line, second.content, "bg")
    assert paper.lines[1] == "Поправка, версия 2. Основание: Грешно име"


def test_a_correction_of_what_needs_approval_waits_for_it_and_the_old_one_stays_up(ranked: Office):
    def approve(version: int) -> Recorded | Refused:
        return records(ranked, "procedure", "head", ApprovePublication(number=2, version=version))

    correct = CorrectPublication(number=2)
    # A draft gives way to its correction at once.
    records(ranked, "procedure", "coordinator", correct, reason="Преди одобрението")
    assert lines(ranked)[1:] == [(2, 1, False, False), (2, 2, True, False)]
    assert codes(approve(1)) == {"nothing_to_approve"}
    assert isinstance(approve(2), Recorded)
    records(ranked, "procedure", "coordinator", correct, reason="След одобрението")
    assert lines(ranked)[2:] == [(2, 2, False, True), (2, 3, True, False)]
    assert isinstance(approve(3), Recorded)
    assert lines(ranked)[2:] == [(2, 2, False, False), (2, 3, False, True)]


@pytest.mark.parametrize("field", ["content", "digest"])
def test_a_publication_that_was_changed_behind_our_back_is_noticed(interviewing: Office, field: str):
    assert shown(interviewing, 1).holds
    with interviewing.house.database.writing() as connection:
        if field == "content":
            connection.execute(text("UPDATE publication SET content = replace(content, '\"A\"', '\"Z\"')"))
        else:  # somebody who changes both still has the journal against him
            content = interviewing.one("SELECT content FROM publication").replace('"A"', '"Z"')
            values = {"c": content, "d": hashlib.sha256(content.encode()).hexdigest()}
            connection.execute(text("UPDATE publication SET content = :c, digest = :d"), values)
    assert not shown(interviewing, 1).holds


@pytest.mark.parametrize(
    ("name", "said"),
    [("Иван Петров", "И. П."), ("Anna Nowak-Żuk", "A. N.-Ż."), ("王小明", "王**"), ("欧阳 娜娜", "欧* 娜*"), ("", "")],
)
def test_initials(name: str, said: str):
    assert initials(name) == said


# --- the protocol -----------------------------------------------------------------------------------------------------


def drawn(office: Office, version: int) -> protocol.Drawn:
    found = protocol.drawn(office.house, office.player.institution, office.player.procedure, version)
    assert found is not None
    return found


def test_the_protocol_is_drawn_up_signed_by_each_and_then_final(ranked: Office):
    early = SignProtocol(version=1)
    assert codes(records(ranked, "procedure", "K", early)) == {"unknown_item"}
    assert codes(records(ranked, "procedure", "registrar", DrawUpProtocol())) == {"wrong_role"}
    assert isinstance(records(ranked, "procedure", "coordinator", DrawUpProtocol()), Recorded)
    stranger = as_("commission", user="somebody")
    assert codes(records(ranked, "procedure", "K", early, actor=stranger)) == {"not_a_signatory"}
    assert isinstance(records(ranked, "procedure", "K", early), Recorded)
    assert codes(records(ranked, "procedure", "K", early)) == {"protocol_signed"}
    records(ranked, "procedure", "L", SignProtocol(version=1, remark="Не съм съгласна с място 2"))
    assert drawn(ranked, 1).line.final_at is None
    records(ranked, "procedure", "M", early)
    found = drawn(ranked, 1)
    assert found.line.final_at == ranked.clock.now()
    assert [(one.name, one.function, one.remark) for one in found.signatories] == [
        ("K", "chair", ""),
        ("L", "member", "Не съм съгласна с място 2"),
        ("M", "member", ""),
    ]
    assert found.holds
    assert hashlib.sha256(found.text.encode()).hexdigest() == found.line.digest
    said = json.loads(ranked.one("SELECT parameters FROM journal WHERE act = 'draw_up_protocol'"))
    assert said == {"version": 1, "digest": found.line.digest}
    assert verify(ranked.house).broken == ()


def test_what_was_signed_does_not_change_and_a_correction_is_a_further_version(ranked: Office):
    records(ranked, "procedure", "coordinator", DrawUpProtocol())
    first = drawn(ranked, 1)
    assert codes(records(ranked, "procedure", "coordinator", DrawUpProtocol())) == {"reason_missing"}
    ranked.does(("2022-04-21 09:00 coordinator", 'correct A name="Анна Вярна"'))
    assert drawn(ranked, 1).text == first.text
    records(ranked, "procedure", "coordinator", DrawUpProtocol(), reason="Грешно име")
    assert codes(records(ranked, "procedure", "K", SignProtocol(version=1))) == {"protocol_replaced"}
    assert isinstance(records(ranked, "procedure", "K", SignProtocol(version=2)), Recorded)
    assert drawn(ranked, 1).text == first.text
    assert ("Анна Вярна" in first.text, "Анна Вярна" in drawn(ranked, 2).text) == (False, True)


def test_a_protocol_that_was_changed_behind_our_back_is_noticed(ranked: Office):
    records(ranked, "procedure", "coordinator", DrawUpProtocol())
    with ranked.house.database.writing() as connection:
        connection.execute(text("UPDATE protocol SET content = replace(content, '13.00', '14.00')"))
    assert not drawn(ranked, 1).holds


def flat(office: Office) -> dict[str, list[str]]:
    """Part of the draft -> everything that stands in it, as lines."""
    paper = protocol.draft_paper(office.house, office.player.institution, office.player.procedure)
    found: dict[str, list[str]] = {}
    part = ""
    for block in paper.as_data()["blocks"]:
        if block["kind"] == "heading" and block["level"] == 1:
            part = block["text"]
        elif block["kind"] in ("facts", "table", "signatures"):
            found.setdefault(part, []).extend(" | ".join(row) for row in block["rows"])
        else:
            found.setdefault(part, []).append(block["text"])
    assert paper.mark == "ПРОЕКТ"
    return found


def test_the_protocol_says_what_the_journal_says(checking: Office):
    office = checking
    office.does(
        ("2022-04-04 09:00 K", "verdict A, B * ok"),
        ("2022-04-04 10:00 K", "admit A, B"),
        ("2022-04-04 10:10 K", "verdict C diploma not_ok because document_missing(document=diploma)"),
        ("2022-04-04 10:15 K", "reject C because document_missing(document=diploma)"),
        ("2022-04-04 11:00 coordinator", 'date interview_at 2022-04-18 09:00 reason "зала"'),
        ("2022-04-05 10:00 coordinator", "publish_admission"),
        ("2022-04-06 10:00 M", "conflict B"),
        *((f"2022-04-18 10:00 {m}", "score A interview 4 4 4") for m in "KLM"),
        *((f"2022-04-18 10:00 {m}", "score B interview 4 4 4") for m in "KL"),
    )
    parts = flat(office)
    assert "Логопед | 1 | 3 | 0 | 2 | 1" in parts["Подадени заявления"]
    (refused,) = parts["Недопуснати кандидати и основания"]
    assert refused.startswith("T-1/0003 | C | Логопед | ")
    assert "завършено образование" in refused
    assert parts["Отводи на членове на комисията"] == ["M | T-1/0002 | 06.04.2022 10:00 | –"]
    assert any("зала" in line for line in parts["Решения с писмени мотиви"])
    # Sealed sheets are nobody's business, the protocol's neither.
    assert parts["Формиране на оценките"] == ["Няма"]
    assert parts["Промени в подписани оценъчни листове"] == ["Няма"]
    assert [line.partition(" | ")[0] for line in parts["Състав на комисията"]] == ["K", "L", "M"]
    hashed = "".join(line for line in parts["Правила и проверимост на записа"]).replace(" ", "")
    assert office.one("SELECT definition_hash FROM procedure") in hashed


def test_ties_and_computations_stand_in_the_protocol(interviewing: Office):
    for name in "AB":
        interviewing.does(*((f"2022-04-18 10:00 {member}", f"score {name} interview 4 4 4") for member in "KLM"))
    interviewing.does(
        *((f"2022-04-18 10:30 {member}", "score C interview 4 4 3") for member in "KLM"),
        ("2022-04-19 09:00 K", "close_interviews"),
        ("2022-04-19 10:00 K", 'tie speech_therapist B, A reason "по-дълъг опит"'),
        ("2022-04-20 10:00 coordinator", "publish_ranking"),
    )
    parts = flat(interviewing)
    assert (
        "Логопед | Ред: T-1/0002 > T-1/0001 | K | 19.04.2022 10:00 | по-дълъг опит"
        in parts["Равни резултати и как са решени"]
    )
    assert [line for line in parts["Резултати"] if "|" in line] == [
        "1 | T-1/0002 | B | 12.00 | 12.00 | класиран",
        "2 | T-1/0001 | A | 12.00 | 12.00 | резерва",
        "3 | T-1/0003 | C | 11.00 | 11.00 | неодобрен",
    ]
    assert any(
        line.startswith("T-1/0003 | Интервю | K: 4, 4, 3; L: 4, 4, 3") for line in parts["Формиране на оценките"]
    )


def test_an_erased_text_leaves_no_trace_in_the_protocol(interviewing: Office):
    interviewing.does(("2022-04-18 09:40 head", 'terminate reason "тайната на Петър"'))
    assert any("Петър" in line for line in flat(interviewing)["Решения с писмени мотиви"])
    with interviewing.house.database.writing() as connection:
        connection.execute(text("UPDATE journal_text SET text = '', salt = ''"))
    assert not any("Петър" in line for line in flat(interviewing)["Решения с писмени мотиви"])


# --- what Polish law asks of the result: name, place of residence, reasons --------------------------------------------


@pytest.fixture
def centre(database: Database, catalogue: Catalogue) -> Office:
    """A social welfare centre that interviewed two psychologists and one social worker."""
    office = at_work(
        database,
        catalogue,
        ("mops", "recruitment"),
        "2026-01-12 08:00",
        language="pl",
        positions={"psychologist": 1, "social_worker": 1},
        dates={"documents_close": "2026-01-30 15:30", "interview_at": "2026-02-10 09:00"},
        K="chair",
        L="member",
        M="member",
    )
    office.does(
        ("2026-01-12 09:00 coordinator", "announce"),
        ("2026-01-19 09:00 registrar", "register A, B for psychologist"),
        ("2026-01-19 09:10 registrar", "register C for social_worker"),
        ("2026-01-20 09:00 registrar", "correct A town=Olsztyn"),
        ("2026-02-02 09:00 commission", "verdict A, B, C * ok"),
        ("2026-02-02 10:00 commission", "admit A, B, C"),
        ("2026-02-02 11:00 coordinator", "finish_check"),
        *(
            ("2026-02-10 10:00 " + member, f"score {name} interview {mark} {mark} {mark}")
            for member in "KLM"
            for name, mark in (("A", 9), ("B", 8), ("C", 7))
        ),
        ("2026-02-10 12:00 K", "record_interview A, B, C"),
        ("2026-02-10 13:00 coordinator", "finish_interviews"),
        ("2026-02-10 14:00 K", "finish_tests"),
        ("2026-02-11 09:00 head", 'choose psychologist reason "najlepszy wynik"'),
        ("2026-02-11 09:30 head", 'leave_unresolved social_worker reason "brak doświadczenia kandydatki"'),
        ("2026-02-12 09:00 candidate", "accept A"),
        ("2026-02-18 09:00 coordinator", "publish_result"),
    )
    return office


def result(office: Office) -> dict[str, list[tuple[str, ...]]]:
    """The published result in Polish: list -> lines."""
    (shown,) = publication(office.house, "mops", office.player.procedure, 1)
    process = office.player.definition
    said = PaperWords(process, "pl")
    return {
        said.words(one["title"]): [
            tuple(cell(process, said, row, name) for name in columns(one["shows"])) for row in one["rows"]
        ]
        for one in lists_of(shown.content)
    }


def test_the_result_names_the_chosen_their_town_and_the_reasons(centre: Office):
    assert result(centre) == {
        "W wyniku naboru wybrano": [("A", "Olsztyn", "Psycholog")],
        "Uzasadnienie dokonanego wyboru": [("Psycholog", "najlepszy wynik")],
        "Uzasadnienie nierozstrzygnięcia naboru": [
            ("Pracownik socjalny", "Nabór na stanowisko nie został rozstrzygnięty", "brak doświadczenia kandydatki")
        ],
    }


def test_a_corrected_result_shows_the_town_as_it_is_known_now(centre: Office):
    centre.does(
        ("2026-02-19 09:00 registrar", "correct A town=Ostróda"),
        ("2026-02-19 10:00 coordinator", 'correct_publication 1 reason "błędna miejscowość"'),
    )
    shown = publication(centre.house, "mops", centre.player.procedure, 1)
    assert [one.holds for one in shown] == [True, True]
    rows = [lists_of(one.content)[0]["rows"][0]["town"] for one in shown]
    assert rows == ["Olsztyn", "Ostróda"]
    reasons = [row["reason"] for one in shown for row in lists_of(one.content)[2]["rows"]]
    assert reasons == ["brak doświadczenia kandydatki"] * 2  # the post stands there once, not twice
