"""`nabor procedure`: opening, looking, moving, and what is refused in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import NUMBER, Nabor, announce, done, sofia
from workflow.clock import VirtualClock


def test_open_procedure_shows_what_it_was_given(nabor: Nabor, town: Path) -> None:
    given = ("--seats", "clerk=3", "--date", "documents_close=2022-03-31 17:00", "--detail", "interview_place=room = 2")
    opening = ("procedure", "open", "town", "selection", "--number", "1", "--as", "coo", *given, "--json")
    opened = done(nabor(*opening)).json
    shown = done(nabor("procedure", "show", "town", "1", "--json")).json
    assert shown["id"] == opened["procedure"]
    assert shown["state"] == "draft"
    assert shown["dates"] == {"documents_close": "2022-03-31 17:00"}
    assert shown["details"] == {"interview_place": "room = 2"}
    assert [(p["name"], p["seats"], p["state"]) for p in shown["positions"]] == [("clerk", 3, "open")]
    assert [(d["deadline"], d["status"]) for d in shown["deadlines"]] == [("draft_forgotten", "armed")]
    assert [row["number"] for row in done(nabor("procedure", "list", "town", "--json")).json] == ["1"]


def test_show_speaks_local_time_and_labels(nabor: Nabor, announced: str) -> None:
    said = done(nabor("procedure", "show", "town", announced)).said
    assert "State Receiving documents (receiving), since 2022-03-01 09:00 EET" in said
    assert "Next After the deadline the commission checks the documents. [Registrar (registrar)]" in said
    # Summer time began on 27 March.
    assert "Deadline for documents (documents_close) due 2022-03-31 17:00 EEST armed" in said
    assert "chair Kay kay" in said


def test_moves_say_what_is_open_and_why_not_the_rest(nabor: Nabor, announced: str) -> None:
    moves = {m["move"]: m for m in done(nabor("procedure", "moves", "town", announced, "--as", "boss", "--json")).json}
    assert (moves["terminate"]["open"], moves["terminate"]["asks"]) == (True, ["reason_missing"])
    assert (moves["close_intake"]["open"], moves["close_intake"]["notices"]) == (False, ["intake_closed"])
    said = done(nabor("procedure", "moves", "town", announced, "--as", "boss")).said
    assert "open terminate: Terminate -> Terminated (terminated) asks for a reason (--reason)" in said
    closing = "not now close_intake: Close the intake -> Document check (document_check)"
    assert f"{closing} - This may be done only by: the clock." in said


def test_refusal_is_told_in_words_and_nothing_moves(nabor: Nabor, announced: str) -> None:
    answer = nabor("procedure", "advance", "town", announced, "terminate", "--as", "coo")
    assert answer.code == 1
    assert "only by: Head of the institution (head)" in answer.said
    assert "A reason is missing" in answer.said
    codes = nabor("procedure", "advance", "town", announced, "terminate", "--as", "coo", "--json").json
    assert [reason["code"] for reason in codes["refused"]] == ["wrong_role", "reason_missing"]
    assert done(nabor("procedure", "show", "town", announced, "--json")).json["state"] == "receiving"


def test_unknown_move_names_those_there_are(nabor: Nabor, announced: str) -> None:
    answer = nabor("procedure", "advance", "town", announced, "fly", "--as", "coo")
    assert answer.code == 1
    assert "There is no move fly here. Known are: close_intake, terminate." in answer.said


def test_deadline_follows_a_date(nabor: Nabor, announced: str, clock: VirtualClock) -> None:
    done(nabor("procedure", "date", "town", announced, "documents_close", "2022-04-05 12:00", "--as", "coo"))
    shown = done(nabor("procedure", "show", "town", announced, "--json")).json
    due = [(d["due_at"], d["status"]) for d in shown["deadlines"] if d["deadline"] == "documents_close"]
    assert due == [("2022-03-31T14:00:00Z", "cancelled"), ("2022-04-05T09:00:00Z", "armed")]
    clock.advance_to(sofia("2022-04-05 12:01"))
    done(nabor("deadlines", "fire"))
    assert done(nabor("procedure", "show", "town", announced, "--json")).json["state"] == "document_check"


def test_terminating_ends_positions_and_a_rerun_is_linked(nabor: Nabor, announced: str) -> None:
    done(nabor("procedure", "advance", "town", announced, "terminate", "--as", "boss", "--reason", "no money"))
    old = done(nabor("procedure", "show", "town", announced, "--json")).json
    assert (old["state"], old["positions"][0]["state"]) == ("terminated", "terminated")
    arguments = ("procedure", "open", "town", "selection", "--number", "8", "--as", "coo", "--rerun-of", announced)
    done(nabor(*arguments))
    assert done(nabor("procedure", "list", "town", "--json")).json[1]["predecessor"] == old["id"]


def test_move_of_a_position_is_told_apart(nabor: Nabor, announced: str) -> None:
    answer = nabor("procedure", "advance", "town", announced, "close", "--position", "clerk", "--as", "coo", "--json")
    assert (answer.code, answer.json["refused"][0]["code"]) == (1, "wrong_role")
    answer = nabor("procedure", "moves", "town", announced, "--position", "cook", "--as", "coo")
    assert answer.code == 2
    assert "there is no position 'cook'; known are: clerk" in answer.said


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("show nowhere 1", 1, "there is no institution 'nowhere'; known are: "),
        ("show town 99", 1, "there is no procedure '99'; known are: 7/2022"),
        ("date town 7/2022 party 2022-05-01 --as coo", 2, "known are: documents_close, interview_at"),
        ("date town 7/2022 interview_at soon --as coo", 2, "'soon' is no local date; write YYYY-MM-DD"),
        ("detail town 7/2022 song la --as coo", 2, "there is no detail 'song'; known are: interview_place"),
        ("appoint town 7/2022 ghost chair --as boss", 1, "there is no user 'ghost'"),
        ("appoint town 7/2022 kay king --as boss", 2, "known are: chair, member, secretary, substitute"),
        ("advance town 7/2022 terminate --as ghost", 1, "there is no user 'ghost'"),
        ("publication town 7/2022 1", 2, "there is no publication 1; there are: none yet"),
        ("survey town 7/2022", 2, "this process has no survey"),
        ("open town party --number 2 --as coo", 1, "there is no process 'party'; known are: selection"),
        ("open town selection --number 7/2022 --as coo", 2, "there is a procedure '7/2022' already"),
        ("open town selection --number 2 --as coo --seats cook=1", 2, "known are: clerk"),
        ("open town selection --number 2 --as coo --seats clerk=0", 2, "write clerk=1"),
        ("open town selection --number 2 --as coo --seats clerk", 2, "'clerk' is not key=value"),
        ("open town selection --number 2 --as reg", 1, "only by: Coordinator (coordinator)"),
    ],
)
def test_bad_input_names_what_exists(nabor: Nabor, announced: str, line: str, code: int, said: str) -> None:
    answer = nabor("procedure", *line.split())
    assert (answer.code, said in answer.said) == (code, True), answer.said
    assert [row["number"] for row in done(nabor("procedure", "list", "town", "--json")).json] == [announced]


SURVEY = """
survey:
  scale: 5
  hide_below: 2
  groups:
    candidates: {label: {en: "Candidates"}, by: [registrar]}
    unit: {label: {en: "Ordering unit"}, by: [coordinator]}
  shown_in: [terminated]
  questions: {clarity: {en: "Was it clear?"}, courtesy: {en: "Were we polite?"}}
  assumption: "a test"
"""


def test_survey_hides_small_groups_and_opens_when_the_result_is_final(nabor: Nabor, town: Path) -> None:
    file = town / "selection.yaml"
    text = file.read_text(encoding="utf-8").replace("\nnotices:", f"{SURVEY}\nnotices:", 1)
    acts = '\nacts:\n  answer_survey: {by: [registrar, coordinator], assumption: "from paper"}\n'
    file.write_text(text.replace("\nacts:\n", acts, 1), encoding="utf-8")
    announce(nabor)
    number = NUMBER
    answered = ("procedure", "survey", "town", number, "--as", "reg", "--answer")
    shown = ("procedure", "survey", "town", number)
    done(nabor(*answered, "clarity=5"))
    assert "the report opens when the result is final" in nabor(*shown).said
    done(nabor("procedure", "advance", "town", number, "terminate", "--as", "boss", "--reason", "no need any more"))
    assert "fewer than 2 people have answered" in done(nabor(*shown)).said
    done(nabor(*answered, "clarity=2", "--answer", "courtesy=4"))
    done(nabor("procedure", "survey", "town", number, "--as", "coo", "--answer", "clarity=3"))
    assert nabor(*answered, "clarity=4", "--group", "unit").code == 1, "only who belongs to it answers for a group"
    candidates, unit = done(nabor(*shown, "--json")).json["groups"]
    assert candidates == {
        "group": "candidates",
        "invited": None,
        "shown": 2,
        "questions": [
            {"question": "clarity", "answers": 2, "mean": "3.50", "satisfied": "50 %"},
            {"question": "courtesy", "answers": None, "mean": None, "satisfied": None},
        ],
    }
    assert (unit["shown"], unit["questions"]) == (0, [])
    assert nabor(*answered, "clarity=6").code == 1
    assert nabor(*answered, "beauty=5").code == 2


def test_corrected_wording_is_adopted_and_a_rule_is_not(nabor: Nabor, announced: str, tmp_path: Path) -> None:
    file = tmp_path / "definitions" / "town" / "selection.yaml"
    text = file.read_text(encoding="utf-8")
    before = done(nabor("procedure", "show", "town", announced, "--json")).json["definition"]
    file.write_text(text.replace("Receiving documents", "Documents, please"), encoding="utf-8")
    assert "Receiving documents" in done(nabor("procedure", "show", "town", announced)).said
    done(nabor("procedure", "adopt", "town", announced, "--as", "boss"))
    assert "Documents, please (receiving)" in done(nabor("procedure", "show", "town", announced)).said
    assert done(nabor("procedure", "show", "town", announced, "--json")).json["definition"] != before
    file.write_text(text.replace("quorum: 2", "quorum: 1"), encoding="utf-8")
    answer = nabor("procedure", "adopt", "town", announced, "--as", "boss", "--json")
    assert (answer.code, answer.json["refused"][0]["code"]) == (1, "wording_changes_rules")
