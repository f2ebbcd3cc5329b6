from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest

from tests.catalogue.given import Change, mistakes, place, write
from workflow.catalogue.loader import findings, inspect, load_calendar, load_institution, load_process, read_process
from workflow.catalogue.notices import TextFault
from workflow.engine.effects import Certify, Move, Pin, Publish
from workflow.engine.errors import DefinitionError
from workflow.engine.process import Basis, GuardCall, Kind, Reminder, Span, Stage

# --- what is right ----------------------------------------------------------------------------------------------------


def test_the_small_definition_is_valid_and_sound(tmp_path: Path) -> None:
    loaded = read_process(write(tmp_path), "hiring", calendars=["PL"])
    assert findings(loaded) == []


def test_everything_written_arrives(tmp_path: Path) -> None:
    process = load_process(write(tmp_path), "hiring")
    assert (process.format, process.name, process.institution.name) == (1, "hiring", "example")
    assert (process.institution.opens, process.institution.closes) == (time(8), time(16))
    assert process.institution.applicant_languages == ("en", "pl", "uk")
    assert process.basis == Basis(("F1", "F2"))
    assert process.details["room"].basis == Basis((), "E1")
    assert (process.documents["form"].per, process.documents["diploma"].per) == ("position", "dossier")
    assert process.documents["diploma"].only_for == ("gardener",)
    assert process.positions["gardener"].skips == ("drill",)
    talk = process.assessments["talk"]
    assert (talk.threshold, talk.threshold_basis) == (Decimal("1.5"), Basis(("F1",)))
    skill = talk.criteria["skill"]
    assert [str(n) for n in (skill.min, skill.max, skill.step, skill.weight)] == ["0", "2.5", "0.5", "1.10"]
    assert process.ranking is not None
    assert dict(process.ranking.total) == {"talk": Decimal("0.6"), "drill": Decimal("0.4")}
    assert process.training is not None
    assert process.training.parts["garden"].after == ("safety",)
    assert process.publications["results"].lists["hired"].states == ("hired",)
    assert process.acts["give_verdict"].of is Kind.APPLICATION
    assert process.acts["set_date"].states == ()
    assert sorted(process.texts["received"]) == ["en", "pl", "uk"]
    assert process.texts["received"]["en"].subject == "{{ position }}, {{ register_number }}"
    assert process.texts["received"]["en"].body.startswith("Dear {{ candidate }},\n\n{% if grounds %}\n")


def test_lifecycles_arrive(tmp_path: Path) -> None:
    process = load_process(write(tmp_path), "hiring")
    application = process.lifecycles[Kind.APPLICATION]
    assert [(t.key, t.sources, t.target) for t in application.named("register")] == [
        ("register.0", ("new",), "checked"),
        ("register.1", ("new",), "rejected"),
    ]
    offer = application.named("offer")[0]
    assert offer.key == "offer"
    assert offer.guards == (
        GuardCall("documents_complete"),
        GuardCall("result_at_least", ("talk",)),
        GuardCall("checks_passed", ("medical",)),
    )
    assert (offer.notices, offer.silent) == (("received",), None)
    assert application.named("accept")[0].effects == (Certify(),)
    assert application.named("reinstate")[0].undoes == "reject"
    procedure = process.lifecycles[Kind.PROCEDURE]
    assert procedure.named("announce")[0].effects == (Pin(),)
    assert procedure.named("finish")[0].effects == (Publish("results"), Move("positions", "close"))
    hired = application.states["hired"]
    assert (hired.stage, hired.final, hired.holds_seat, hired.owner) == (Stage.ONBOARDING, "hired", True, None)
    assert application.states["checked"].until == "closing_day"


def test_deadlines_arrive(tmp_path: Path) -> None:
    deadlines = load_process(write(tmp_path), "hiring").deadlines
    closing, answer = deadlines["closing_day"], deadlines["answer"]
    assert (closing.at, closing.after, closing.ends, closing.roll) == ("closing", None, "exact", False)
    assert closing.reminders == (Reminder(Span(1, "days"), "reminder"),)
    assert (answer.at, answer.after, answer.ends, answer.roll) == (None, Span(5, "working_days"), "end_of_day", True)
    assert (answer.of, answer.states, answer.transition, answer.notice) == (
        Kind.APPLICATION,
        ("offered",),
        "lapse",
        None,
    )
    # One state may be written without a list.
    assert deadlines["draft_forgotten"].states == ("draft",)


# --- several mistakes, several files ----------------------------------------------------------------------------------


def test_all_mistakes_of_all_files_at_once(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        institution=[("zone: Europe/Warsaw", "zone: Europe/Warschau"), ("calendar: PL", "calendar: BG")],
        sources=[('words: "The town recruits"', "word: x")],
        hiring=[
            ("seats: 1", "seats: many"),
            ("to: clerk", "to: clark"),
            ("        to: open\n", "        to: opened\n"),
            ('{en: "Rejected", pl: "Odrzucona"}\n        next', '{en: "Rejected"}\n        next'),
        ],
        en_received=[("{{ candidate }}", "{{ candidat }}")],
    )
    (folder / "notices/uk/received.md").unlink()
    assert mistakes(folder) == [
        "sources.yaml:3:3: sources.F1: `words` is missing; add it",
        "sources.yaml:3:32: sources.F1.word: unknown key `word`; did you mean `words`?",
        "institution.yaml:6:7: zone: unknown time zone `Europe/Warschau`; write it as Europe/Sofia",
        "institution.yaml:7:11: calendar: there is no calendar `BG`; there are: PL (or add _calendars/BG.yaml)",
        'hiring.yaml:16:62: positions.gardener.seats: a whole number is expected, not `"many"`; '
        "write digits, without quotes",
        "hiring.yaml:61:18: notices.reminder.to: unknown role `clark`; did you mean `clerk`?",
        "hiring.yaml:100:13: lifecycles.procedure.transitions.announce.to: unknown procedure state `opened`; "
        "did you mean `open`?",
        "hiring.yaml:164:9: lifecycles.application.states.rejected.public: the text is missing in pl; add it",
        "notices/en/received.md:3:9: unknown placeholder `candidat`; did you mean `candidate`?",
        "hiring.yaml:60:3: notices.received: the text of the notice is missing in uk; write notices/uk/received.md",
    ]


def test_broken_yaml_hides_no_other_file(tmp_path: Path) -> None:
    folder = write(tmp_path, institution=[("title: {", "title: [")], sources=[("format: 1", "format: 1\nformat: 1")])
    assert [line.split(";")[0] for line in mistakes(folder)] == [
        "sources.yaml:2:1: the key `format` stands here twice",
        "institution.yaml:3:52: this is no YAML: while parsing a flow sequence, did not find expected ',' or ']'",
    ]


def test_files_that_are_not_there(tmp_path: Path) -> None:
    folder = write(tmp_path)
    for name in ("institution.yaml", "sources.yaml"):
        (folder / name).unlink()
    with pytest.raises(DefinitionError) as caught:
        load_process(folder, "hired")
    assert [str(problem) for problem in caught.value.problems] == [
        f"{folder}/{name}: there is no such file; write it, or correct the name"
        for name in ("sources.yaml", "institution.yaml", "hired.yaml")
    ]


# --- institution ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            ("institution: example", "institution: sample"),
            "2:14: institution: the folder is named example; write `institution: example`",
        ),
        (
            ('"08:00-16:00"', '"16:00-08:00"'),
            '8:15: office_hours: `16:00-08:00` are no office hours; write them as "08:30-17:30"',
        ),
        (("applicant_languages: [en, pl, uk]", "applicant_languages: [en, Polish]"),
         "5:27: applicant_languages.1: `Polish` is not written as it must be; it must fit ^[a-z]{2,3}$"),
        (("[en, pl]\n", "[en, pl, pl]\n"),
         "4:21: languages.2: `pl` stands here twice; keep one"),
        (('pl: "ul. Główna 1"', 'de: "Hauptstr. 1"'), "10:1: address: the text is missing in pl; add it"),
        (("source: F1", "source: F9"), "11:9: source: unknown source `F9`; there are: F1, F2"),
        (("source: F1\n", ""), "1:1: none of `source` and `assumption` stands here; add exactly one of them"),
        (("email: \"office@", "email: \"office at "),
         "9:8: email: `office at example.example` is not written as it must be; it must fit ^[^@\\s<>]+@[^@\\s<>]+$"),
    ],
)  # fmt: skip
def test_institution(tmp_path: Path, change: Change, said: str) -> None:
    folder = write(tmp_path, institution=[change])
    with pytest.raises(DefinitionError) as caught:
        load_institution(folder)
    assert str(caught.value.problems[0]) == f"{folder}/institution.yaml:{said}"


# --- notices ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            ("{{ due.answer }}", "{{ due.anser }}"),
            "8:21: unknown placeholder `due.anser`; did you mean `due.answer`?",
        ),
        (("{{ result.talk }}", "{{ result.walk }}"), None),
        (("{% if grounds %}", "{% if not ground and grounds %}"), "5:11: unknown placeholder `ground`; "
         "did you mean `grounds`?"),
        (("{{ position }}", "{{ positions }}"), "1:13: unknown placeholder `positions`; did you mean `position`?"),
        (("Subject: {{", "Topic: {{"), "1:1: the first line is no subject; begin with `Subject: ...`"),
        (("\n\nDear", "\nDear"), "2:1: the second line is not empty; leave a line between subject and text"),
    ],
)  # fmt: skip
def test_notice(tmp_path: Path, change: Change, said: str | None) -> None:
    folder = write(tmp_path, pl_reminder=[change])
    expected = said or "8:78: unknown placeholder `result.walk`; did you mean `result.talk`?"
    assert mistakes(folder) == [f"notices/pl/reminder.md:{expected}"]


def test_a_notice_without_text(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "notices/pl/reminder.md").write_text("Subject: x\n\n  \n")
    assert mistakes(folder) == ["notices/pl/reminder.md:4:1: the notice has no text; write it after an empty line"]


def test_candidates_are_told_in_their_languages_and_the_office_in_its_own(tmp_path: Path) -> None:
    folder = write(tmp_path)
    for language in ("en", "pl", "uk"):
        (folder / f"notices/{language}/received.md").unlink()
    for language in ("en", "pl"):
        (folder / f"notices/{language}/reminder.md").unlink()
    assert [line.split(": ", 1)[1].split(";")[0] for line in mistakes(folder)] == [
        *(f"notices.received: the text of the notice is missing in {language}" for language in ("en", "pl", "uk")),
        *(f"notices.reminder: the text of the notice is missing in {language}" for language in ("en", "pl")),
    ]


def test_what_the_proofreader_finds_has_its_line(tmp_path: Path) -> None:
    seen: list[tuple[str, str]] = []

    def proofread(subject: str, body: str, language: str) -> TextFault | None:
        seen.append((language, subject))
        if language != "uk":
            return None
        return TextFault("body", 3, "is not allowed", "remove it")

    folder = write(tmp_path)
    assert mistakes(folder, proofread=proofread) == [
        "notices/uk/received.md:5:1: body: is not allowed; remove it",
    ]
    assert sorted(language for language, _ in seen) == ["en", "en", "pl", "pl", "uk"]


def test_unsound_rules_are_found_beside_a_missing_notice(tmp_path: Path) -> None:
    folder = write(tmp_path, hiring=[("        owner: mayor\n", "")])
    (folder / "notices/pl/reminder.md").unlink()
    loaded, problems = inspect(folder, "hiring")
    assert loaded is not None
    assert [p.path for p in problems] == ["notices.reminder"]
    at = place(folder / "hiring.yaml", "open:\n        stage")
    assert [str(p) for p in findings(loaded)] == [
        f"{folder}/hiring.yaml:{at}: lifecycles.procedure.states.open: nobody must act in the state `open`; "
        "add `owner: <role>`"
    ]


# --- calendars --------------------------------------------------------------------------------------------------------


def test_calendar(tmp_path: Path) -> None:
    write(tmp_path)
    calendar = load_calendar(tmp_path / "_calendars" / "PL.yaml")
    assert (calendar.country, calendar.weekend, calendar.years) == ("PL", frozenset({5, 6}), frozenset({2022}))
    assert dict(calendar.days_off) == {date(2022, 1, 6): {"pl": "Trzech Króli"}}
    assert calendar.working_days == frozenset({date(2022, 1, 8)})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("2022-01-06", "2023-01-06"), "8:16: years.2022.days_off.0.date: `2023-01-06` does not lie in 2022; "
         "move it to its year"),
        (("2022-01-06", "2022-02-30"), "8:16: years.2022.days_off.0.date: `2022-02-30` is no day; write YYYY-MM-DD"),
        (("2022-01-06", "2022-01-08"), "10:16: years.2022.working_days.0.date: `2022-01-08` stands here twice; "
         "keep one"),
        (("2022-01-08", "2022-01-10"), "5:3: years: PL: 2022-01-10 is no weekend day, so it needs no line to be a "
         "working day; correct the days"),
        (("country: PL", "country: DE"), "2:10: country: the file is named PL.yaml; write `country: PL`"),
        (("saturday, sunday", "saturday, sundy"), "3:21: weekend.1: `sundy` is not allowed here; "
         "did you mean `sunday`?"),
        (('source: "art. 1"', 'sourc: "art. 1"'), "8:9: years.2022.days_off.0: `source` is missing; add it"),
    ],
)  # fmt: skip
def test_calendar_mistakes(tmp_path: Path, change: Change, said: str) -> None:
    write(tmp_path, PL=[change])
    file = tmp_path / "_calendars" / "PL.yaml"
    with pytest.raises(DefinitionError) as caught:
        load_calendar(file)
    assert str(caught.value.problems[0]) == f"{file}:{said}"
