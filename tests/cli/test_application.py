"""`nabor application`: from the desk to the ranking list, and what is refused in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import MEMBERS, NUMBER, Answer, Nabor, announce, done, sofia
from workflow.clock import VirtualClock

GROUND = "document_missing(document=diploma)"
REGISTER = "register|town|7/2022|clerk|--as|reg|--name"


def registered(nabor: Nabor, number: str, name: str, *more: str) -> str:
    """Registers somebody as clerk; returns the register number."""
    given = ("application", "register", "town", number, "clerk", "--as", "reg", "--name", name, "--json", *more)
    return str(done(nabor(*given)).json[0]["reference"])


def state(nabor: Nabor, reference: str) -> str:
    return str(done(nabor("application", "show", "town", reference, "--json")).json["state"])


def test_register_counts_from_receipt(nabor: Nabor, announced: str, clock: VirtualClock) -> None:
    clock.advance_to(sofia("2022-03-31 16:59"))
    assert state(nabor, registered(nabor, announced, "Ada")) == "submitted"
    clock.advance_to(sofia("2022-04-01 09:00"))
    done(nabor("deadlines", "fire"))
    in_time = registered(nabor, announced, "Bo", "--received", "2022-03-31 17:00", "--entry", "1012")
    late = registered(nabor, announced, "Cy", "--received", "2022-03-31 17:00:01", "--entry", "1013", "--number", "L 1")
    assert (state(nabor, in_time), state(nabor, late), late) == ("document_check", "late", "L 1")
    shown = done(nabor("application", "show", "town", in_time, "--history")).said
    assert "Received 2022-03-31 17:00 EEST" in shown
    # Both instants: when it counts from, and when it was typed in.
    assert "1 2022-03-31 17:00 EEST 2022-04-01 09:00 EEST Reg (registrar) register -> Document check" in shown
    assert "register_entry: 1012" in shown


def test_backdating_needs_an_entry(nabor: Nabor, announced: str, clock: VirtualClock) -> None:
    clock.advance_to(sofia("2022-03-10 09:00"))
    base = (
        "application",
        "register",
        "town",
        announced,
        "clerk",
        "--as",
        "reg",
        "--name",
        "Bo",
        "--json",
        "--received",
    )
    answer = nabor(*base, "2022-03-09 09:00")
    assert [r["code"] for r in answer.json["refused"]] == ["backdating_needs_reason"]
    assert nabor(*base, "2022-03-11 09:00").json["refused"][0]["code"] == "effective_in_future"
    assert done(nabor("application", "list", "town", announced, "--json")).json == []


def test_documents_are_those_required_but_for_what_is_said(nabor: Nabor, announced: str) -> None:
    reference = registered(nabor, announced, "Ada", "--without", "diploma")
    entry = done(nabor("application", "show", "town", reference, "--history", "--json")).json["history"][0]
    came = ["application_form", "curriculum_vitae", "data_declaration", "identity_document"]
    assert entry["parameters"]["documents"] == came
    done(nabor("application", "hand-in", "town", reference, "diploma", "--pages", "2", "--as", "reg"))
    entry = done(nabor("application", "show", "town", reference, "--history", "--json")).json["history"][1]
    assert (entry["act"], entry["parameters"]["document"]) == ("hand_in_document", "diploma")


def test_show_says_what_comes_next_and_what_was_sent(nabor: Nabor, announced: str) -> None:
    reference = registered(nabor, announced, "Ada [b]Byron[/b]", "--email", "ada@people.example")
    said = done(nabor("application", "show", "town", reference)).said
    assert "7/2022/0001: Ada [b]Byron[/b]" in said
    assert "Writes in en, ada@people.example" in said
    assert "Public Received" in said
    assert "Until Deadline for documents (documents_close): 2022-03-31 17:00 EEST" in said
    assert "application_received en mail Application registered, no. 7/2022/0001: Clerk queued" in said
    assert "Ada [b]Byron[/b]" in done(nabor("application", "list", "town", announced)).said


def test_moves_name_what_they_ask_for_and_send(nabor: Nabor, announced: str, clock: VirtualClock) -> None:
    reference = registered(nabor, announced, "Ada", "--without", "diploma")
    clock.advance_to(sofia("2022-04-01 09:00"))
    done(nabor("deadlines", "fire"))
    moves = {m["move"]: m for m in done(nabor("application", "moves", "town", reference, "--as", "kay", "--json")).json}
    assert (moves["reject"]["open"], moves["reject"]["asks"]) == (True, ["ground_missing"])
    assert moves["admit"]["open"] is False
    assert "The document Copy of the diploma (diploma) was not handed in. Ask the candidate for it." in [
        reason["words"] for reason in moves["admit"]["reasons"]
    ]
    assert moves["admit"]["notices"] == ["admitted"]


def test_bulk_moves_who_may_be_moved_and_tells_of_the_rest(nabor: Nabor, announced: str) -> None:
    a, b = registered(nabor, announced, "Ada"), registered(nabor, announced, "Bo")
    done(nabor("application", "advance", "town", a, "withdraw", "--as", "reg"))
    answer = nabor("application", "advance", "town", a, b, "withdraw", "--as", "reg", "--json")
    assert answer.code == 1
    assert [one["reference"] for one in answer.json["moved"]] == [b]
    assert [(one["reference"], one["reasons"][0]["code"]) for one in answer.json["refused"]] == [(a, "wrong_state")]
    said = nabor("application", "advance", "town", a, b, "withdraw", "--as", "reg").said
    assert "0 moved, 2 refused." in said
    assert f"{b}: refused - This cannot be done in the state Withdrawn (withdrawn)" in said


def test_ground_is_named_and_read_back(nabor: Nabor, announced: str, clock: VirtualClock) -> None:
    reference = registered(nabor, announced, "Ada", "--without", "diploma")
    clock.advance_to(sofia("2022-04-01 09:00"))
    done(nabor("deadlines", "fire"))
    reject = ("application", "advance", "town", reference, "reject", "--as", "kay")
    assert "A ground is missing" in nabor(*reject).said
    assert nabor(*reject, "--ground", "document_missing(diploma)").code == 2
    assert "There is no ground bad_hair" in nabor(*reject, "--ground", "bad_hair").said
    done(nabor("application", "verdict", "town", reference, "diploma", "not_ok", "--as", "kay", "--ground", GROUND))
    done(nabor(*reject, "--ground", GROUND))
    said = done(nabor("application", "show", "town", reference, "--history")).said
    assert "ground: document_missing (Copy of the diploma (diploma))" in said


def papers(nabor: Nabor, announced: str, folder: Path) -> None:
    """What is published is corrected, and the protocol drawn up and signed, on the terminal as on the pages."""
    one = ("town", announced)
    assert nabor("procedure", "publication", *one, "9").code == 2
    assert nabor("procedure", "approve", *one, "2", "--as", "boss").code == 1  # nobody asked for approval
    correct = ("procedure", "correct", *one, "2", "--as", "coo")
    assert "reason is missing" in nabor(*correct).said
    assert "Recorded: correct_publication" in done(nabor(*correct, "--reason", "a name")).said
    second = done(nabor("procedure", "publication", *one, "2", "--json")).json
    assert (second["version"], second["digest_holds"], second["reason"]) == (2, True, "a name")
    first = done(nabor("procedure", "publication", *one, "2", "--version", "1", "--json")).json
    assert first["digest"] != second["digest"]
    file = folder / "list.pdf"
    done(nabor("procedure", "publication", *one, "2", "--pdf", str(file)))
    assert file.read_bytes().startswith(b"%PDF-")
    assert nabor("procedure", "publication", *one, "2", "--pdf", str(file), "--language", "ru").code == 2
    assert "Nothing was drawn up yet" in done(nabor("procedure", "protocol", *one)).said
    done(nabor("procedure", "protocol", *one, "--pdf", str(folder / "draft.pdf")))
    done(nabor("procedure", "draw-up", *one, "--as", "coo"))
    assert nabor("procedure", "sign", *one, "1", "--as", "coo").code == 1
    for member in MEMBERS:
        done(nabor("procedure", "sign", *one, "1", "--as", member, "--remark", "seen"))
    said = done(nabor("procedure", "protocol", *one)).said
    assert "final since" in said
    (told,) = done(nabor("procedure", "protocol", *one, "--json")).json
    assert (told["version"], told["digest_holds"]) == (1, True)
    assert [s["remark"] for s in told["signatures"]] == ["seen"] * len(MEMBERS)
    done(nabor("procedure", "protocol", *one, "--docx", str(folder / "final.docx")))
    assert (folder / "final.docx").read_bytes().startswith(b"PK")
    assert nabor("procedure", "protocol", *one, "--version", "4").code == 2


def begin_interviews(nabor: Nabor, number: str, clock: VirtualClock) -> None:
    """The list of admitted is out, and nobody has objected within three days."""
    done(nabor("procedure", "advance", "town", number, "publish_admission", "--as", "coo"))
    clock.advance_to(sofia("2022-04-08 09:00"))
    done(nabor("deadlines", "fire"))
    done(nabor("procedure", "advance", "town", number, "begin_interviews", "--as", "coo"))


def test_straight_way_to_the_published_list(nabor: Nabor, announced: str, clock: VirtualClock, tmp_path: Path) -> None:
    marks = {"Ada": (5, 4), "Bo": (4, 4), "Cy": (4, 4), "Di": (2, 2)}
    people = {name: registered(nabor, announced, name, "--email", f"{name}@people.example") for name in marks}
    clock.advance_to(sofia("2022-04-04 09:00"))
    done(nabor("deadlines", "fire"))
    for reference in people.values():
        done(nabor("application", "verdict", "town", reference, "*", "ok", "--as", "kay"))
    done(nabor("application", "advance", "town", *people.values(), "admit", "--as", "kay"))
    begin_interviews(nabor, announced, clock)
    for name, (knowledge, manner) in marks.items():
        score = ("application", "score", "town", people[name], "interview")
        done(nabor(*score, str(knowledge), str(manner), "--as", "kay"))
        done(nabor(*score, f"knowledge={knowledge}", "--save-only", "--as", "lee"))
        assert nabor(*score, f"knowledge={knowledge}", "--as", "lee").code == 1  # a mark is missing
        done(nabor(*score, f"manner={manner}", "--as", "lee"))
    publish = ("procedure", "advance", "town", announced, "publish_ranking", "--as", "coo")
    tied = nabor(*publish, "--json")
    # Two are equal by every rule, with one seat and a reserve in order: the commission decides.
    assert (tied.code, [reason["code"] for reason in tied.json["refused"]]) == (1, ["tie_undecided"])
    done(nabor("procedure", "tie", "town", announced, "clerk", people["Cy"], people["Bo"], "--as", "kay"))
    done(nabor(*publish))
    ranked = done(nabor("procedure", "ranking", "town", announced, "--json")).json["clerk"]
    assert [(r["name"], r["group"], r["total"]) for r in ranked] == [
        ("Ada", "selected", "9.00"),
        ("Cy", "reserve", "8.00"),
        ("Bo", "reserve", "8.00"),
        ("Di", "not_approved", "4.00"),
    ]
    published = done(nabor("procedure", "publication", "town", announced, "2", "--json")).json
    assert [row["name"] for row in published["lists"]["reserve"]["rows"]] == ["Cy", "Bo"]
    assert "salt" not in published
    assert "Ada 9.00" in done(nabor("procedure", "publication", "town", announced, "2")).said
    papers(nabor, announced, tmp_path)
    done(nabor("application", "advance", "town", people["Ada"], "decline", "--as", "coo"))
    assert state(nabor, people["Cy"]) == "selected"
    shown = done(nabor("application", "show", "town", people["Cy"])).said
    assert "Answer to the offer (offer_answer) due 2022-04-15 24:00 EEST armed" in shown


def test_lots_are_drawn_or_recorded(nabor: Nabor, town: Path, clock: VirtualClock) -> None:
    file = town / "selection.yaml"
    text = file.read_text(encoding="utf-8")
    opening = "          - {move: {applications: open_scores, in: [admitted]}}\n"
    earlier = (
        "      open_all:\n        from: interviews\n        to: interviews\n        by: [coordinator]\n"
        f"        effects:\n{opening}        silent: a test\n        label: {{en: Open}}\n        assumption: a test\n"
    )
    for old, new in (
        ("commission_decision]", "lot]"),
        ("  decide_tie:", "  draw_lot:"),
        (opening, ""),
        ("      publish_ranking:\n", f"{earlier}      publish_ranking:\n"),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")
    announce(nabor)
    people = [registered(nabor, NUMBER, name, "--email", f"{name}@people.example") for name in ("Ada", "Bo")]
    clock.advance_to(sofia("2022-04-04 09:00"))
    done(nabor("deadlines", "fire"))
    for reference in people:
        done(nabor("application", "verdict", "town", reference, "*", "ok", "--as", "kay"))
    done(nabor("application", "advance", "town", *people, "admit", "--as", "kay"))
    begin_interviews(nabor, NUMBER, clock)
    for reference in people:
        for member in ("kay", "lee"):
            done(nabor("application", "score", "town", reference, "interview", "4", "4", "--as", member))
    done(nabor("procedure", "advance", "town", NUMBER, "open_all", "--as", "coo"))
    publish = ("procedure", "advance", "town", NUMBER, "publish_ranking", "--as", "coo")
    assert [reason["code"] for reason in nabor(*publish, "--json").json["refused"]] == ["tie_not_drawn"]
    lot = ("procedure", "lot", "town", NUMBER, "clerk")
    assert nabor(*lot, people[0], "--as", "kay").code == 2
    assert nabor(*lot, *people, "--on-paper", "--as", "kay").code == 1  # it does not say how
    done(nabor(*lot, *people[::-1], "--on-paper", "--reason", "from a hat, before Ms Cole", "--as", "kay"))
    assert nabor(*lot, *people, "--as", "kay").code == 1  # it is drawn
    done(nabor(*publish))
    ranked = done(nabor("procedure", "ranking", "town", NUMBER, "--json")).json["clerk"]
    assert [r["name"] for r in ranked] == ["Bo", "Ada"]
    assert [r["why"].rpartition(", ")[2] for r in ranked] == ["before it by lot.", "after it by lot."]
    same = done(nabor("procedure", "recompute", "town", NUMBER))
    assert "2 places of 1 positions computed anew: the same list." in same.said


def test_correction_and_recusal(nabor: Nabor, announced: str) -> None:
    reference = registered(nabor, announced, "Ada", "--email", "old@people.example")
    done(nabor("application", "correct", "town", reference, "email=new@people.example", "name=Ada B.", "--as", "reg"))
    said = done(nabor("application", "show", "town", reference)).said
    assert f"{reference}: Ada B." in said
    assert "new@people.example" in said
    done(nabor("application", "correct", "town", reference, "email=", "--as", "reg"))
    assert "Writes in en, letter" in done(nabor("application", "show", "town", reference)).said
    done(nabor("application", "conflict", "town", reference, "--as", "lee"))
    assert nabor("application", "conflict", "town", reference, "--as", "reg").code == 1


def test_same_person_for_another_application_keeps_one_set_of_data(nabor: Nabor, announced: str) -> None:
    reference = registered(nabor, announced, "Ada")
    again = ("application", "register", "town", announced, "clerk", "--as", "reg", "--name", "Ada", "--json")
    answer = nabor(*again, "--same-person-as", reference)
    assert answer.json["refused"][0]["code"] == "already_applied"


def test_reference_by_id_and_by_its_beginning(nabor: Nabor, announced: str) -> None:
    reference = registered(nabor, announced, "Ada")
    whole = done(nabor("application", "show", "town", reference, "--json")).json["id"]
    assert done(nabor("application", "show", "town", whole, "--json")).json["id"] == whole
    assert done(nabor("application", "show", "town", whole[:-2], "--json")).json["id"] == whole
    several = nabor("application", "show", "town", whole[:4])
    assert several.code == 2
    assert "may mean several; say which" in several.said
    for unknown in ("nobody", "%%%%", "x"):
        answer: Answer = nabor("application", "show", "town", unknown)
        assert (answer.code, f"there is no subject '{unknown}'" in answer.said) == (1, True)


def test_register_number_of_two_procedures_is_told_apart(nabor: Nabor, announced: str) -> None:
    dates = ("--date", "documents_close=2022-03-31 17:00", "--date", "interview_at=2022-04-20 10:00")
    done(nabor("procedure", "open", "town", "selection", "--number", "8", "--as", "coo", *dates))
    done(nabor("procedure", "advance", "town", "8", "announce", "--as", "coo"))
    registered(nabor, announced, "Ada", "--number", "R 1")
    registered(nabor, "8", "Bo", "--number", "R 1")
    answer = nabor("application", "show", "town", "R 1")
    assert answer.code == 2
    assert "--procedure 7/2022" in answer.said
    assert "--procedure 8" in answer.said
    shown = done(nabor("application", "show", "town", "R 1", "--procedure", "8", "--json")).json
    assert shown["candidate"]["name"] == "Bo"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f"{REGISTER}|A|--language|tlh", "there is no language for applicants 'tlh'; known are: en"),
        (f"{REGISTER}|", "name: String should have at least 1"),
        (f"{REGISTER}|A|--email|a", "email: String should match"),
        (f"{REGISTER}|A|--with|cake", "there is no document 'cake'; known are: application_form"),
        (f"{REGISTER}|A|--received|noon", "write 2022-03-31 17:30"),
        (f"{REGISTER}|A|--received|2022-03-31", "write 2022-03-31 17:30"),
        (f"{REGISTER}|A|--received|2022-03-27 03:30", "never was"),
        ("register|town|7/2022|cook|--as|reg|--name|A", "there is no position 'cook'; known are: clerk"),
        ("list|town|7/2022|--state|lost", "there is no state 'lost'; known are: submitted"),
        ("verdict|town|7/2022/0001|hat|ok|--as|kay", "known are: application_form, curriculum_vitae"),
        ("verdict|town|7/2022/0001|*|maybe|--as|kay", "known are: ok, not_ok"),
        ("score|town|7/2022/0001|dance|5|--as|kay", "known are: interview"),
        ("score|town|7/2022/0001|interview|5|--as|kay", "one mark for each of knowledge, manner"),
        ("score|town|7/2022/0001|interview|five|4|--as|kay", "'five' is no number"),
        ("score|town|7/2022/0001|interview|nan|4|--as|kay", "'nan' is no number"),
        ("check|town|7/2022/0001|medical|passed|--as|kay", "there is none at all"),
        ("complete|town|7/2022/0001|theory|--as|kay", "there is none at all"),
        ("correct|town|7/2022/0001|age=7|--as|reg", "known are: name, email, phone, address, town"),
        ("correct|town|7/2022/0001|name=|--as|reg", "name cannot be empty"),
        ("advance|town|7/2022/0001|7/2022/0001|withdraw|--as|reg", "named twice"),
    ],
)
def test_misuse_names_the_remedy(nabor: Nabor, announced: str, line: str, said: str) -> None:
    registered(nabor, announced, "Ada")
    answer = nabor("application", *line.split("|"))
    assert (answer.code, said in answer.said) == (2, True), answer.said
    assert len(done(nabor("application", "list", "town", announced, "--json")).json) == 1


SECTIONS = """
checks:
  medical: {label: {en: "Medical"}, assumption: "a test"}
training:
  title: {en: "First days"}
  hours: 6
  parts:
    theory: {kind: theory, hours: 4, label: {en: "Theory"}, assumption: "a test"}
    practice: {kind: practice, hours: 2, after: [theory], label: {en: "Practice"}, assumption: "a test"}
  assumption: "a test"

notices:"""
ACTS = """
acts:
  record_check: {by: [registrar], assumption: "a test"}
  complete_part: {by: [registrar], assumption: "a test"}
  record_attendance: {by: [registrar], assumption: "a test"}
  set_part: {by: [registrar], assumption: "a test"}
"""


def test_checks_and_training_are_recorded(nabor: Nabor, town: Path) -> None:
    file = town / "selection.yaml"
    text = file.read_text(encoding="utf-8").replace("\nnotices:", SECTIONS, 1).replace("\nacts:\n", ACTS, 1)
    file.write_text(text, encoding="utf-8")
    announce(nabor)
    reference = registered(nabor, NUMBER, "Ada")
    acts = ("application", "check", "town", reference, "medical")
    done(nabor(*acts, "passed", "--valid-until", "2022-12-31", "--as", "reg"))
    assert nabor(*acts, "perhaps", "--as", "reg").code == 2
    assert nabor(*acts, "failed", "--valid-until", "2022-12-31 10:00", "--as", "reg").code == 2
    part = ("application", "complete", "town", reference)
    blocked = nabor(*part, "practice", "--as", "reg")
    assert (blocked.code, "can be completed only after: Theory (theory)" in blocked.said) == (1, True)
    attended = ("application", "attend", "town", reference, "theory")
    assert nabor(*attended, "tomorrow", "2", "--as", "reg").code == 2
    assert nabor(*attended, "2022-03-01", "-1", "--as", "reg").code == 2
    assert nabor(*attended, "2099-03-01", "2", "--as", "reg").code == 1
    assert nabor("application", "re-examine", "town", reference, "medical", "--as", "reg").code == 1
    assert nabor("application", "task", "town", reference, "contract", "--as", "reg").code == 2
    done(
        nabor("procedure", "part", "town", NUMBER, "theory", "--day", "2022-03-01", "--host", "Ms Cole", "--as", "reg")
    )
    done(nabor(*part, "theory", "--as", "reg"))
    done(nabor(*part, "practice", "--hours", "1.5", "--as", "reg"))
    entries = done(nabor("application", "show", "town", reference, "--history", "--json")).json["history"]
    assert [entry["parameters"] for entry in entries[1:]] == [
        {"check": "medical", "passed": True, "valid_until": "2022-12-31"},
        {"part": "theory", "hours": "4"},
        {"part": "practice", "hours": "1.5"},
    ]


def test_a_signed_sheet_is_changed_and_a_member_replaced(nabor: Nabor, town: Path, clock: VirtualClock) -> None:
    file = town / "selection.yaml"
    text = file.read_text(encoding="utf-8")
    acts = (
        "  change_sheet: {by: [commission], assumption: a test}\n  replace_member: {by: [head], assumption: a test}\n"
    )
    reasons = "change_reasons:\n  slip: {text: {en: a slip}, assumption: a test}\n\n"
    for old, new in (("  decide_tie:", f"{acts}  decide_tie:"), ("\nranking:\n", f"\n{reasons}ranking:\n")):
        assert text.count(old) == 1
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")
    announce(nabor)
    person = registered(nabor, NUMBER, "Ada", "--email", "ada@people.example")
    clock.advance_to(sofia("2022-04-04 09:00"))
    done(nabor("deadlines", "fire"))
    done(nabor("application", "verdict", "town", person, "*", "ok", "--as", "kay"))
    done(nabor("application", "advance", "town", person, "admit", "--as", "kay"))
    begin_interviews(nabor, NUMBER, clock)
    for member in ("kay", "lee"):
        done(nabor("application", "score", "town", person, "interview", "4", "4", "--as", member))
    change = ("application", "change", "town", person, "interview", "lee", "manner=5", "--code", "slip")
    refused = nabor(*change, "--as", "lee", "--json")
    assert [reason["code"] for reason in refused.json["refused"]] == ["reason_missing"]
    assert nabor(*change, "--reason", "misread", "--as", "kay").code == 1
    done(nabor(*change, "--reason", "misread", "--as", "lee"))
    replace = ("procedure", "replace", "town", NUMBER, "lee", "reg", "--order", "7", "--reason", "illness")
    assert nabor(*replace, "--as", "coo").code == 1
    done(nabor(*replace, "--as", "boss"))
    assert nabor(*change, "--reason", "misread", "--as", "lee").code == 1
