"""One small institution with everything that a definition can hold, as text: tests change a line and see what happens.

It is valid and sound; `tests/catalogue/test_loader.py` holds it to that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from workflow.catalogue.loader import load_process
from workflow.catalogue.notices import Proofread
from workflow.engine.errors import DefinitionError

INSTITUTION = """\
format: 1
institution: example
title: {en: "Town of Example", pl: "Gmina Przykład"}
languages: [en, pl]
applicant_languages: [en, pl, uk]
zone: Europe/Warsaw
calendar: PL
office_hours: "08:00-16:00"
email: "office@example.example"
address: {en: "1 Main Street", pl: "ul. Główna 1"}
source: F1
"""

SOURCES = """\
format: 1
sources:
  F1: {seed: announcement.txt, words: "The town recruits"}
  F2: {seed: announcement.txt, words: "by 31 March 2022, 16:00"}
"""

PROCESS = """\
format: 1
process: hiring
title: {en: "Hiring", pl: "Nabór"}
source: [F1, F2]

roles:
  clerk: {en: "Clerk", pl: "Referent"}
  mayor: {en: "Mayor", pl: "Burmistrz"}
dates:
  closing: {label: {en: "Closing", pl: "Termin"}, default: "2022-03-31 16:00", source: F2}
details:
  room: {label: {en: "Room", pl: "Pokój"}, default: {en: "room 1", pl: "pokój 1"}, assumption: "E1"}
requirements:
  degree: {label: {en: "Degree", pl: "Dyplom"}, source: F1}
positions:
  gardener: {label: {en: "Gardener", pl: "Ogrodnik"}, seats: 1, requires: [degree], skips: [drill], source: F1}
documents:
  form: {kind: original, per: position, label: {en: "Form", pl: "Formularz"}, source: F1}
  diploma: {kind: copy, only_for: [gardener], proves: [degree], label: {en: "Diploma", pl: "Dyplom"}, source: F1}
grounds:
  missing: {text: {en: "Not handed in: {document}", pl: "Brak: {document}"}, source: F2}
assessments:
  talk:
    label: {en: "Talk", pl: "Rozmowa"}
    quorum: 2
    assumption: "E2"
    criteria:
      skill: {label: {en: "Skill", pl: "Umiejętność"}, min: 0, max: 2.5, step: 0.5, weight: 1.10, assumption: "E3"}
    threshold: {at_least: 1.5, source: F1}
  drill:
    label: {en: "Drill", pl: "Ćwiczenie"}
    quorum: 1
    assumption: "E2"
    criteria:
      speed: {label: {en: "Speed", pl: "Szybkość"}, min: 1, max: 5, step: 1, assumption: "E3"}
ranking:
  total: {talk: 0.6, drill: 0.4}
  ties: [talk.skill, drill, commission_decision]
  assumption: "E4"
checks:
  medical: {label: {en: "Medical", pl: "Badania"}, assumption: "E5"}
training:
  title: {en: "Induction", pl: "Szkolenie"}
  hours: 8
  certificate: "EX-"
  assumption: "E6"
  parts:
    safety: {kind: theory, hours: 3, label: {en: "Safety", pl: "BHP"}, assumption: "E6"}
    garden: {kind: practice, hours: 5, after: [safety], label: {en: "Garden", pl: "Ogród"}, assumption: "E6"}
survey:
  scale: 5
  hide_below: 5
  assumption: "E7"
  groups:
    people: {label: {en: "People", pl: "Osoby"}, by: [clerk], invitation: reminder}
  shown_in: done
  questions:
    clear: {en: "Was it clear?", pl: "Czy jasno?"}
notices:
  received: {to: candidate, source: F1}
  reminder: {to: clerk, assumption: "E8"}
publications:
  results:
    title: {en: "Results", pl: "Wyniki"}
    assumption: "E9"
    lists:
      hired: {title: {en: "Hired", pl: "Zatrudnieni"}, states: [hired], shows: [register_number, name]}
acts:
  give_verdict: {by: [commission], in: [checked], assumption: "E10"}
  set_date: {by: [clerk], assumption: "E10"}

lifecycles:
  procedure:
    initial: draft
    states:
      draft:
        stage: preparation
        label: {en: "Draft", pl: "Projekt"}
        public: {en: "In preparation", pl: "W przygotowaniu"}
        next: {en: "Announcement", pl: "Ogłoszenie"}
        owner: clerk
        assumption: "E11"
      open:
        stage: intake
        label: {en: "Open", pl: "Otwarty"}
        public: {en: "Open", pl: "Otwarty"}
        next: {en: "Ranking", pl: "Lista"}
        owner: mayor
        source: F2
      done:
        stage: outcome
        label: {en: "Done", pl: "Koniec"}
        public: {en: "Done", pl: "Koniec"}
        next: {en: "Nothing", pl: "Nic"}
        final: filled
        source: F1
    transitions:
      announce:
        from: draft
        to: open
        by: [clerk]
        guards: [has_positions, {date_set: closing}]
        effects: [pin]
        silent: "the announcement tells everybody"
        label: {en: "Announce", pl: "Ogłoś"}
        source: F1
      finish:
        from: open
        to: done
        by: [mayor]
        guards: [{none_in: [checked]}, {commission_appointed: talk}]
        effects: [{publish: results}, {move: {positions: close}}]
        silent: "the list tells everybody"
        label: {en: "Finish", pl: "Zakończ"}
        source: F1
  position:
    initial: vacant
    states:
      vacant:
        stage: intake
        label: {en: "Vacant", pl: "Wolne"}
        public: {en: "Vacant", pl: "Wolne"}
        next: {en: "Hiring", pl: "Zatrudnienie"}
        owner: clerk
        until: closing_day
        source: F1
      closed:
        stage: outcome
        label: {en: "Closed", pl: "Zamknięte"}
        public: {en: "Closed", pl: "Zamknięte"}
        next: {en: "Nothing", pl: "Nic"}
        final: closed
        source: F1
    transitions:
      close:
        from: vacant
        to: closed
        by: [procedure]
        silent: "the list tells everybody"
        label: {en: "Close", pl: "Zamknij"}
        source: F1
  application:
    initial: checked
    states:
      checked:
        stage: document_check
        label: {en: "Checked", pl: "Sprawdzana"}
        public: {en: "Being checked", pl: "W sprawdzaniu"}
        next: {en: "Talk", pl: "Rozmowa"}
        owner: commission
        until: closing_day
        source: F1
      offered:
        stage: outcome
        label: {en: "Offered", pl: "Oferta"}
        public: {en: "Offered", pl: "Oferta"}
        next: {en: "Answer", pl: "Odpowiedź"}
        owner: candidate
        holds_seat: true
        source: F1
      rejected:
        stage: admission
        label: {en: "Rejected", pl: "Odrzucona"}
        public: {en: "Rejected", pl: "Odrzucona"}
        next: {en: "Nothing", pl: "Nic"}
        final: rejected
        source: F1
      hired:
        stage: onboarding
        label: {en: "Hired", pl: "Zatrudniona"}
        public: {en: "Hired", pl: "Zatrudniona"}
        next: {en: "Work", pl: "Praca"}
        final: hired
        holds_seat: true
        source: F1
      lapsed:
        stage: outcome
        label: {en: "Lapsed", pl: "Wygasła"}
        public: {en: "Lapsed", pl: "Wygasła"}
        next: {en: "Nothing", pl: "Nic"}
        final: lapsed
        source: F1
    transitions:
      register:
        - from: new
          to: checked
          by: [clerk]
          guards: [{received_by: closing}]
          notices: [received]
          backdated: true
          label: {en: "Register", pl: "Zarejestruj"}
          source: F2
        - from: new
          to: rejected
          by: [clerk]
          guards: [ground_given]
          notices: [received]
          label: {en: "Register late", pl: "Po terminie"}
          source: F2
      offer:
        from: checked
        to: offered
        by: [commission]
        guards: [documents_complete, {result_at_least: talk}, {checks_passed: [medical]}]
        notices: [received]
        label: {en: "Offer", pl: "Oferta"}
        source: F1
      reject:
        from: checked
        to: rejected
        by: [commission, chair]
        guards: [ground_given]
        notices: [received]
        label: {en: "Reject", pl: "Odrzuć"}
        source: F1
      reinstate:
        from: rejected
        to: checked
        by: [chair]
        undoes: reject
        guards: [reason_given]
        notices: [received]
        label: {en: "Reinstate", pl: "Przywróć"}
        assumption: "E12"
      accept:
        from: offered
        to: hired
        by: [candidate]
        effects: [certify]
        notices: [received]
        label: {en: "Accept", pl: "Przyjmij"}
        source: F1
      lapse:
        from: offered
        to: lapsed
        by: [clock]
        notices: [received]
        label: {en: "Lapse", pl: "Wygaś"}
        source: F1

deadlines:
  draft_forgotten:
    of: procedure
    in: draft
    after: {days: 30}
    on_due: {notice: reminder}
    label: {en: "Forgotten", pl: "Zapomniany"}
    assumption: "E13"
  closing_day:
    of: procedure
    in: [open]
    at: closing
    ends: exact
    roll: false
    on_due: {notice: reminder}
    reminders: [{before: {days: 1}, notice: reminder}]
    label: {en: "Closing", pl: "Termin"}
    source: F2
  answer:
    of: application
    in: [offered]
    after: {working_days: 5}
    on_due: {transition: lapse}
    reminders: [{before: {working_days: 2}, notice: reminder}]
    label: {en: "Answer", pl: "Odpowiedź"}
    source: F1
"""

NOTICE = """\
Subject: {{ position }}, {{ register_number }}

Dear {{ candidate }},

{% if grounds %}
{{ grounds }}
{% endif %}
please answer by {{ due.answer }}, {{ detail.room }}, {{ date.closing }}: {{ result.talk }}.
"""

CALENDAR = """\
format: 1
country: PL
weekend: [saturday, sunday]
years:
  2022:
    source: "the Act"
    days_off:
      - {date: 2022-01-06, name: {pl: "Trzech Króli"}, source: "art. 1"}
    working_days:
      - {date: 2022-01-08, source: "made up"}
"""

FILES: Mapping[str, str] = {
    "example/institution.yaml": INSTITUTION,
    "example/sources.yaml": SOURCES,
    "example/hiring.yaml": PROCESS,
    **{f"example/notices/{language}/received.md": NOTICE for language in ("en", "pl", "uk")},
    **{f"example/notices/{language}/reminder.md": NOTICE for language in ("en", "pl")},
    "_calendars/PL.yaml": CALENDAR,
}

Change = tuple[str, str]
"""What stands in a text exactly once, and what stands there instead."""


def changed(text: str, *changes: Change) -> str:
    """The text with each change made. A change that fits nowhere, or twice, is a mistake of the test."""
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        text = text.replace(old, new)
    return text


def write(folder: Path, **changes: Sequence[Change]) -> Path:
    """Writes the definitions below the folder and returns the institution's folder.

    `changes`: file -> what is changed in it; a file is named by its stem, a notice as `en_received`.
    """
    names = {}
    for name, text in FILES.items():
        path = Path(name)
        key = f"{path.parent.name}_{path.stem}" if "notices" in path.parts else path.stem
        names[key] = name
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(changed(text, *changes.get(key, ())), encoding="utf-8")
    assert changes.keys() <= names.keys()
    return folder / "example"


def place(file: Path, at: str) -> str:
    """`line:column` of a text that stands in the file exactly once."""
    text = file.read_text(encoding="utf-8")
    assert text.count(at) == 1, f"{at!r} stands {text.count(at)} times"
    before = text[: text.index(at)]
    return f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


def mistakes(folder: Path, *, proofread: Proofread | None = None) -> list[str]:
    """The problems of the small process, with files named from its folder."""
    with pytest.raises(DefinitionError) as caught:
        load_process(folder, "hiring", calendars=["PL"], proofread=proofread)
    return [str(problem).replace(f"{folder}/", "") for problem in caught.value.problems]
