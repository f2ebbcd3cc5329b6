"""Every mistake that a definition can hold, one at a time: exactly one problem, at its place, with its remedy."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.catalogue.given import PROCESS, mistakes, place, write
from workflow.catalogue.loader import findings, inspect
from workflow.catalogue.yaml_reader import Value, parse


class Mistake(NamedTuple):
    """What is changed in hiring.yaml, the text `at` whose beginning the problem points, and all that is said."""

    old: str
    new: str
    at: str
    said: str


_SPEED = (
    '    criteria:\n      speed: {label: {en: "Speed", pl: "Szybkość"}, min: 1, max: 5, step: 1, assumption: "E3"}\n'
)

COUNTS: list[Mistake] = [
    Mistake(
        _SPEED,
        "    answers: {questions: 60, right: 1, wrong: -0.25}\n" + _SPEED,
        at="answers",
        said="assessments.drill.answers: both `criteria` and `answers` stand here; keep one of them",
    ),
    Mistake(
        _SPEED,
        "    answers: {questions: 60, right: -1.5}\n",
        at="-1.5}",
        said="assessments.drill.answers.right: a right answer would count -1.5; more than 0",
    ),
    Mistake(
        _SPEED,
        "    answers: {questions: 60, right: 1, wrong: 1.5}\n",
        at="1.5}",
        said="assessments.drill.answers.wrong: a wrong answer would count 1.5, no less than a right one; less than 1",
    ),
    Mistake(
        _SPEED,
        "    answers: {questions: 60, right: 1, blank: 0.5}\n",
        at="blank",
        said=(
            "assessments.drill.answers.blank: a blank answer counts, and wrong answers are not counted; add "
            "`wrong: ...`, 0 if it costs nothing"
        ),
    ),
    Mistake(
        _SPEED,
        "    answers: {questions: 60, right: 1, floor: 60}\n",
        at="60}",
        said=(
            "assessments.drill.answers.floor: everybody has at least 60 points, and nobody can have more "
            "than 60; less than 60"
        ),
    ),
]

SHAPES: list[Mistake] = [
    Mistake(
        "        owner: mayor\n",
        "        ownr: mayor\n",
        at="ownr",
        said="lifecycles.procedure.states.open.ownr: unknown key `ownr`; did you mean `owner`?",
    ),
    Mistake(
        "survey:\n",
        "surveys: 1\nsurvey:\n",
        at="surveys",
        said="surveys: unknown key `surveys`; did you mean `survey`?",
    ),
    Mistake(
        "{days: 30}",
        "{day: 30, days: 30}",
        at="day: ",
        said="deadlines.draft_forgotten.after.day: unknown key `day`; did you mean `days`?",
    ),
    Mistake(
        "    quorum: 2\n",
        "",
        at="talk:\n",
        said="assessments.talk: `quorum` is missing; add it",
    ),
    Mistake(
        "kind: copy",
        "kind: copie",
        at="copie",
        said="documents.diploma.kind: `copie` is not allowed here; did you mean `copy`?",
    ),
    Mistake(
        "seats: 1",
        "seats: 0",
        at="0, requires",
        said="positions.gardener.seats: `0` is too small; at least 1",
    ),
    Mistake(
        "seats: 1",
        'seats: "1"',
        at='"1',
        said='positions.gardener.seats: a whole number is expected, not `"1"`; write digits, without quotes',
    ),
    Mistake(
        "holds_seat: true\n        source: F1\n      rejected",
        "holds_seat: yes\n        source: F1\n      rejected",
        at="yes",
        said=(
            'lifecycles.application.states.offered.holds_seat: true or false is expected, not `"yes"`; write '
            "true or false, without quotes"
        ),
    ),
    Mistake(
        "weight: 1.10",
        "weight: heavy",
        at="heavy",
        said=(
            'assessments.talk.criteria.skill.weight: a number is expected, not `"heavy"`; write it with a '
            "decimal point, without quotes"
        ),
    ),
    Mistake(
        'certificate: "EX-"',
        "certificate: 7",
        at="7\n",
        said="training.certificate: a text is expected, not `7`; put it in quotes",
    ),
    Mistake(
        "by: [candidate]",
        "by: candidate",
        at="candidate\n        effects",
        said="lifecycles.application.transitions.accept.by: a list is expected, not `candidate`; write [candidate]",
    ),
    Mistake(
        'default: "2022-03-31 16:00"',
        'default: "31.03.2022"',
        at='"31',
        said="dates.closing.default: `31.03.2022` is no date; write YYYY-MM-DD or YYYY-MM-DD HH:MM",
    ),
    Mistake(
        'default: "2022-03-31 16:00"',
        "default: 2022-02-30",
        at="2022",
        said="dates.closing.default: `2022-02-30` is no date; write YYYY-MM-DD or YYYY-MM-DD HH:MM",
    ),
    Mistake(
        "  missing: {text",
        "  Missing 1: {text",
        at="Missing",
        said="grounds.Missing 1: `Missing 1` is no name; use small letters, digits and _, beginning with a letter",
    ),
    Mistake(
        'label: {en: "Room", pl: "Pokój"}',
        "label: Room",
        at="Room",
        said="details.room.label: `key: value` lines are expected, not `Room`; write a map",
    ),
    Mistake(
        'label: {en: "Room", pl: "Pokój"}',
        'label: {en: "", pl: "Pokój"}',
        at='""',
        said="details.room.label.en: is empty; write something, or leave the key out",
    ),
    Mistake(
        "process: hiring",
        "process: hirings",
        at="hirings",
        said="process: the file is named hiring.yaml; write `process: hiring`",
    ),
    Mistake(
        "format: 1",
        "format: 2",
        at="2\nprocess",
        said="format: `2` is not allowed here; there are: 1",
    ),
]

TOGETHER: list[Mistake] = [
    Mistake(
        '    assumption: "E9"\n    lists:\n',
        '    assumption: "E9"\n    approval: {by: [mayor], source: F2}\n    lists:\n',
        at="mayor], source: F2}\n    lists",
        said="publications.results.approval.by.0: `mayor` is to approve it, but may not record `approve_publication`; "
        "add `mayor` to `acts.approve_publication.by`",
    ),
    Mistake(
        '    assumption: "E9"\n    lists:\n',
        '    assumption: "E9"\n    until: {source: F2}\n    lists:\n',
        at="until: {source",
        said="publications.results.until: none of `at` and `after` stands here; add exactly one of them",
    ),
    Mistake(
        '    assumption: "E9"\n    lists:\n',
        '    assumption: "E9"\n    until: {after: {months: 0}, source: F2}\n    lists:\n',
        at="0}, source: F2}\n    lists",
        said="publications.results.until.after.months: a term of 0 is none; at least 1",
    ),
    Mistake(
        "acts:\n",
        "acts:\n  sign_protocol: {by: [commission], source: F2}\n",
        at="sign_protocol",
        said="acts.sign_protocol: `sign_protocol` needs the section `protocol`; add the section, or leave the act out",
    ),
    Mistake(
        "acts:\n",
        'protocol: {title: {en: "P", pl: "P"}, signed_by: [chair], source: F2}\n'
        "acts:\n  draw_up_protocol: {by: [clerk], source: F2}\n",
        at="protocol: {title",
        said="protocol: nobody may record `sign_protocol`; add `sign_protocol` to `acts`",
    ),
    Mistake(
        '{en: "Closing", pl: "Termin"}, default: "2022-03-31 16:00", source: F2}',
        '{en: "Closing", pl: "Termin"}, default: "2022-03-31 16:00"}',
        at="closing:",
        said="dates.closing: none of `source` and `assumption` stands here; add exactly one of them",
    ),
    Mistake(
        'pl: "Dyplom"}, source: F1}\npositions',
        'pl: "Dyplom"}, source: F1, assumption: "E"}\npositions',
        at='assumption: "E"',
        said="requirements.degree.assumption: both `source` and `assumption` stand here; keep one of them",
    ),
    Mistake(
        '        silent: "the list tells everybody"\n        label: {en: "Close"',
        '        label: {en: "Close"',
        at="close:",
        said=(
            "lifecycles.position.transitions.close: none of `notices` and `silent` stands here; add exactly one of them"
        ),
    ),
    Mistake(
        "    at: closing\n",
        "    at: closing\n    after: {days: 1}\n",
        at="after: {days: 1",
        said="deadlines.closing_day.after: both `at` and `after` stand here; keep one of them",
    ),
    Mistake(
        "{working_days: 5}",
        "{working_days: 5, days: 1}",
        at="working_days: 5",
        said="deadlines.answer.after.working_days: both `days` and `working_days` stand here; keep one of them",
    ),
    Mistake(
        "{working_days: 5}",
        "{working_days: 0}",
        at="0}\n    on_due: {transition: lapse}",
        said="deadlines.answer.after.working_days: a term of 0 is none; at least 1",
    ),
    Mistake(
        "on_due: {transition: lapse}",
        "on_due: {}",
        at="{}",
        said="deadlines.answer.on_due: nothing happens when it is due; give it a transition, a notice, or both",
    ),
    Mistake(
        'title: {en: "Results", pl: "Wyniki"}',
        'title: {en: "Results"}',
        at='title: {en: "Results',
        said="publications.results.title: the text is missing in pl; add it",
    ),
    Mistake(
        'title: {en: "Results", pl: "Wyniki"}',
        'title: {en: "Results", pl: "Wyniki", de: "Liste"}',
        at="de:",
        said="publications.results.title.de: the language `de` is not one of the institution's; there are: en, pl, uk",
    ),
    Mistake(
        "min: 0, max: 2.5",
        "min: 3, max: 2.5",
        at="2.",
        said="assessments.talk.criteria.skill.max: the scale from 3 to 2.5 is empty; max is above min",
    ),
    Mistake(
        "      speed: {",
        '      grip: {label: {en: "Grip", pl: "Chwyt"}, min: 1, max: 5, step: 1, optional: true, '
        'assumption: "E3"}\n      speed: {',
        at='optional: true, assumption: "E3"',
        said=(
            "assessments.drill.criteria.grip.optional: it may be left empty, and what it counts then is not said; "
            "add `missing: ...`"
        ),
    ),
    Mistake(
        'weight: 1.10, assumption: "E3"',
        'weight: 1.10, missing: 0, assumption: "E3"',
        at="missing: 0",
        said=(
            "assessments.talk.criteria.skill.missing: what an empty mark counts stands here, and it may not be left "
            "empty; add `optional: true`"
        ),
    ),
    Mistake(
        "      speed: {",
        '      grip: {label: {en: "Grip", pl: "Chwyt"}, min: 1, max: 5, step: 1, optional: true, missing: 6, '
        'assumption: "E3"}\n      speed: {',
        at="6, assumption",
        said="assessments.drill.criteria.grip.missing: an empty mark would count 6, more than the best one; at most 5",
    ),
    Mistake(
        'weight: 1.10, assumption: "E3"',
        'weight: 1.10, optional: true, missing: 0, assumption: "E3"',
        at="criteria:\n      skill",
        said=(
            "assessments.talk.criteria: every criterion may be left empty, so that an empty sheet could be signed; "
            "leave out `optional` of one of them"
        ),
    ),
    Mistake(
        'weight: 1.10, assumption: "E3"',
        'weight: 1.10, threshold: {at_least: 3, source: F1}, assumption: "E3"',
        at="3, source",
        said=(
            "assessments.talk.criteria.skill.threshold.at_least: nobody can reach 3 on a scale that ends at 2.5; "
            "at most 2.5"
        ),
    ),
    Mistake(
        "    quorum: 2\n",
        "    quorum: 2\n    combine: {trimmed_mean: {drop: 2, at_least: 4}}\n",
        at="4}}",
        said=(
            "assessments.talk.combine.trimmed_mean.at_least: of 4 sheets nothing remains when 2 highest and 2 lowest "
            "are dropped; at least 5"
        ),
    ),
    Mistake(
        "    quorum: 2\n",
        "    quorum: 2\n    combine: {weighted_mean: {chair: 0, member: 1}}\n",
        at="0, member",
        said="assessments.talk.combine.weighted_mean.chair: a weight of 0 weighs nothing; more than 0",
    ),
    Mistake(
        "    quorum: 2\n",
        "    quorum: 2\n    combine: {median: {}, mean: {}}\n",
        at="{median",
        said="assessments.talk.combine: members are combined by one rule, with its parameters; keep one of them",
    ),
    Mistake(
        "step: 0.5",
        "step: 0.3",
        at="0.3",
        said=(
            "assessments.talk.criteria.skill.step: steps of 0.3 do not lead from 0 to 2.5; choose a step that"
            " divides the scale"
        ),
    ),
    Mistake(
        "        from: vacant\n",
        "        from: new\n",
        at="new\n        to: closed",
        said="lifecycles.position.transitions.close.from: a position does not come from `new`; it begins in `initial`",
    ),
    Mistake(
        "effects: [certify]",
        "effects: [certify, {rank: {in: [checked], selected: offer, reserve: offer, not_approved: reject}}]",
        at="{rank",
        said=(
            "lifecycles.application.transitions.accept.effects.1: the effect `rank` has no meaning in the "
            "lifecycle of an application; move it to a transition of a procedure or a position"
        ),
    ),
    Mistake(
        "{move: {positions: close}}",
        "{move: {position: close}}",
        at="position: ",
        said=(
            "lifecycles.procedure.transitions.finish.effects.1.move.position: a transition of a procedure "
            "cannot move `position`; there are: applications, positions, objections"
        ),
    ),
    Mistake(
        "{move: {positions: close}}",
        "{move: {positions: close}, publish: results}",
        at="{move",
        said=(
            "lifecycles.procedure.transitions.finish.effects.1: an effect is a name, or one name with its "
            "parameters; one effect per item"
        ),
    ),
    Mistake(
        "{move: {positions: close}}",
        "{shortlist: {in: [checked], by: talk, round: down, enter: reject, leave: reject}}",
        at="shortlist",
        said=(
            "lifecycles.procedure.transitions.finish.effects.1.shortlist"
            ": none of `ratio` and `at_most` stands here; add exactly one of them"
        ),
    ),
    Mistake(
        "{move: {positions: close}}",
        "{shortlist: {in: [checked], by: talk, ratio: 2, at_most: 3, enter: reject, leave: reject}}",
        at="at_most",
        said=(
            "lifecycles.procedure.transitions.finish.effects.1.shortlist"
            ".at_most: both `ratio` and `at_most` stand here; keep one of them"
        ),
    ),
    Mistake(
        "{move: {positions: close}}",
        "{shortlist: {in: [checked], by: talk, ratio: 0.9, enter: reject, leave: reject}}",
        at="0.9",
        said=(
            "lifecycles.procedure.transitions.finish.effects.1.shortlist"
            ".ratio: a ratio of 0.9 invites fewer people than there are seats; at least 1 for each seat"
        ),
    ),
    Mistake(
        "{move: {positions: close}}",
        "{shortlist: {in: [checked], by: talk, at_most: 3, round: down, enter: reject, leave: reject}}",
        at="round: down",
        said=(
            "lifecycles.procedure.transitions.finish.effects.1.shortlist"
            ".round: `round` says nothing of `at_most`, which is a whole number; leave it out, or give a `ratio`"
        ),
    ),
    Mistake(
        "{move: {positions: close}}",
        "{shortlist: {in: [checked], by: talk, ratio: 2, last_mark: some_enter, enter: reject, leave: reject}}",
        at="some_enter",
        said=(
            "lifecycles.procedure.transitions.finish.effects.1.shortlist"
            ".last_mark: `some_enter` is not allowed here; did you mean `none_enter`?"
        ),
    ),
    Mistake(
        "        to: closed\n",
        "        to: closed\n        effects: [{call_next: {in: [checked], transition: reject, until: 5}}]\n",
        at="until: 5",
        said=(
            "lifecycles.position.transitions.close.effects.0.call_next.until: "
            "`until` says nothing without `counting`; add `counting`, or leave both out"
        ),
    ),
    Mistake(
        "        to: closed\n",
        "        to: closed\n"
        "        effects: [{call_next: {in: [checked], transition: reject, counting: [checked]}}]\n",
        at="counting: [",
        said=(
            "lifecycles.position.transitions.close.effects.0.call_next.counting: "
            "`counting` says nothing without `until`; add `until`, or leave both out"
        ),
    ),
    Mistake(
        "        to: closed\n",
        "        to: closed\n"
        "        effects: [{call_next: {in: [checked], transition: reject, within: {after: {months: 3}}}}]\n",
        at="within: {after: {months: 3}",
        said=(
            "lifecycles.position.transitions.close.effects.0.call_next.within: "
            "none of `since` and `of` stands here; add exactly one of them"
        ),
    ),
    Mistake(
        "        to: closed\n",
        "        to: closed\n"
        "        effects: [{call_next: {in: [checked], transition: reject, "
        "within: {after: {days: 0}, since: [checked]}}}]\n",
        at="0}, since",
        said=(
            "lifecycles.position.transitions.close.effects.0.call_next.within.after.days: "
            "a term of 0 is none; at least 1"
        ),
    ),
    Mistake(
        "{move: {positions: close}}",
        "{check_opening_ratio: {in: [checked], ratio: 3, on_miss: cut}}",
        at="{in: [checked], ratio",
        said=(
            "lifecycles.procedure.transitions.finish.effects.1.check_opening_ratio: "
            "a position may be left without a seat, and nothing ends it; add `end`, a transition of positions"
        ),
    ),
    Mistake(
        "{move: {positions: close}}",
        "{check_opening_ratio: {in: [checked], ratio: 3, on_miss: keep, end: close}}",
        at="end: close",
        said=(
            "lifecycles.procedure.transitions.finish.effects.1.check_opening_ratio.end: "
            "`keep` ends no position; leave it out"
        ),
    ),
    Mistake(
        "{move: {positions: close}}",
        "{move: {others_of_candidate: reject}}",
        at="others_of_candidate",
        said=(
            "lifecycles.procedure.transitions.finish.effects.1.move.others_of_candidate: a transition of a procedure "
            "cannot move `others_of_candidate`; there are: applications, positions, objections"
        ),
    ),
    Mistake(
        "drill, commission_decision]",
        "drill, lot]",
        at="lot]",
        said="ranking.ties.2: `lot` needs the act `draw_lot`; say in `acts` who may draw",
    ),
    Mistake(
        "\nacts:\n",
        "\nacts:\n  draw_lot: {by: [mayor], source: F1}\n",
        at="draw_lot",
        said=("acts.draw_lot: `draw_lot` needs `lot` among the ties of `ranking`; add it there, or leave the act out"),
    ),
    Mistake(
        "    threshold: {at_least: 1.5, source: F1}\n",
        "",
        at="{result_at_least",
        said=(
            "lifecycles.application.transitions.offer.guards.1: `result_at_least` needs a threshold of the "
            "assessment `talk`; add `threshold: {at_least: ...}` to it"
        ),
    ),
    Mistake(
        '  certificate: "EX-"\n',
        "",
        at="certify",
        said=(
            "lifecycles.application.transitions.accept.effects.0: `certify` needs `training` with a "
            "`certificate`; add the prefix of its number"
        ),
    ),
]

NAMES: list[Mistake] = [
    Mistake(
        '    assumption: "E9"\n    lists:\n',
        '    assumption: "E9"\n    until: {at: closng, source: F2}\n    lists:\n',
        at="closng",
        said="publications.results.until.at: unknown date `closng`; did you mean `closing`?",
    ),
    Mistake(
        "source: [F1, F2]",
        "source: [F1, F3]",
        at="F3",
        said="source.1: unknown source `F3`; there are: F1, F2",
    ),
    Mistake(
        "requires: [degree]",
        "requires: [degre]",
        at="degre]",
        said="positions.gardener.requires.0: unknown requirement `degre`; did you mean `degree`?",
    ),
    Mistake(
        "skips: [drill]",
        "skips: [drills]",
        at="drills",
        said="positions.gardener.skips.0: unknown assessment `drills`; did you mean `drill`?",
    ),
    Mistake(
        "by: [clerk], invitation: reminder}",
        "by: [clerk], invitation: remindr}",
        at="remindr",
        said="survey.groups.people.invitation: unknown notice `remindr`; did you mean `reminder`?",
    ),
    Mistake(
        "by: [clerk], invitation: reminder}",
        "by: [clark], invitation: reminder}",
        at="clark",
        said="survey.groups.people.by.0: unknown role `clark`; did you mean `clerk`?",
    ),
    Mistake(
        "  shown_in: done\n",
        "  shown_in: doen\n",
        at="doen",
        said="survey.shown_in: unknown procedure state `doen`; did you mean `open`?",
    ),
    Mistake(
        "only_for: [gardener]",
        "only_for: [cook]",
        at="cook",
        said="documents.diploma.only_for.0: unknown position `cook`; there are: gardener",
    ),
    Mistake(
        '{document}", pl',
        '{documents}", pl',
        at='"Not ',
        said="grounds.missing.text.en: unknown placeholder `documents`; did you mean `document`?",
    ),
    Mistake(
        "total: {talk: 0.6,",
        "total: {walk: 0.6,",
        at="walk",
        said="ranking.total.walk: unknown assessment `walk`; did you mean `talk`?",
    ),
    Mistake(
        "ties: [talk.skill,",
        "ties: [requirement.degrees,",
        at="requirement.degrees",
        said="ranking.ties.0: unknown key of ties `requirement.degrees`; did you mean `requirement.degree`?",
    ),
    Mistake(
        "  ties: [talk.skill,",
        "  priority: [{requirement: degre, among: 5, source: F1}]\n  ties: [talk.skill,",
        at="degre,",
        said="ranking.priority.0.requirement: unknown requirement `degre`; did you mean `degree`?",
    ),
    Mistake(
        "  ties: [talk.skill,",
        "  priority: [{requirement: degree, among: 5, not_for: [gardner], source: F1}]\n  ties: [talk.skill,",
        at="gardner",
        said="ranking.priority.0.not_for.0: unknown position `gardner`; did you mean `gardener`?",
    ),
    Mistake(
        "ties: [talk.skill, drill, commission_decision]",
        "ties: [talk.skill, dropped.talk, commission_decision]",
        at="dropped.talk",
        said=(
            "ranking.ties.1: unknown key of ties `dropped.talk`; there are: commission_decision, lot, talk, "
            "talk.skill, drill, drill.speed, requirement.degree"
        ),
    ),
    Mistake(
        '    label: {en: "Drill", pl: "Ćwiczenie"}\n',
        '    label: {en: "Drill", pl: "Ćwiczenie"}\n    for: ties\n',
        at="drill: 0.4",
        said=(
            "ranking.total.drill: `drill` is held for ties only and cannot count for the total; take one of the two out"
        ),
    ),
    Mistake(
        "ties: [talk.skill,",
        "ties: [talk.skills,",
        at="talk.",
        said="ranking.ties.0: unknown key of ties `talk.skills`; did you mean `talk.skill`?",
    ),
    Mistake(
        "after: [safety]",
        "after: [safty]",
        at="safty",
        said="training.parts.garden.after.0: unknown training part `safty`; did you mean `safety`?",
    ),
    Mistake(
        "to: clerk",
        "to: clark",
        at="clark",
        said="notices.reminder.to: unknown role `clark`; did you mean `clerk`?",
    ),
    Mistake(
        "states: [hired], shows: [register_number, name]}",
        "states: [hired], shows: [register_number, reason]}",
        at="shows",
        said=(
            "publications.results.lists.hired.shows: a list of applications has no column `reason`; "
            "there are: register_number, name, initials, town, grounds, place, total, position"
        ),
    ),
    Mistake(
        "states: [hired], shows: [register_number, name]}",
        "of: position, states: [hired], shows: [position]}",
        at="hired]",
        said="publications.results.lists.hired.states.0: unknown position state `hired`; there are: vacant, closed",
    ),
    Mistake(
        "states: [hired], shows",
        "states: [fired], shows",
        at="fired",
        said="publications.results.lists.hired.states.0: unknown application state `fired`; did you mean `hired`?",
    ),
    Mistake(
        "  give_verdict:",
        "  give_veredict:",
        at="give_veredict",
        said="acts.give_veredict: unknown act `give_veredict`; did you mean `give_verdict`?",
    ),
    Mistake(
        "in: [checked], assumption",
        "in: [draft], assumption",
        at="draft]",
        said=(
            "acts.give_verdict.in.0: unknown application state `draft`; there are: checked, offered, "
            "rejected, hired, lapsed"
        ),
    ),
    Mistake(
        "    initial: vacant",
        "    initial: new",
        at="new\n    states",
        said="lifecycles.position.initial: `new` is where nothing is yet; it may stand in `from` only",
    ),
    Mistake(
        "owner: mayor",
        "owner: clock",
        at="clock\n",
        said="lifecycles.procedure.states.open.owner: unknown role `clock`; did you mean `clerk`?",
    ),
    Mistake(
        "roles:\n",
        'roles:\n  clock: {en: "Clock", pl: "Zegar"}\n',
        at="clock:",
        said="roles.clock: the role `clock` is built in; leave it out, or choose another name",
    ),
    Mistake(
        "        until: closing_day\n        source: F1\n      closed",
        "        until: answer\n        source: F1\n      closed",
        at="answer\n",
        said=(
            "lifecycles.position.states.vacant.until: unknown deadline above `answer`; there are: "
            "draft_forgotten, closing_day"
        ),
    ),
    Mistake(
        "undoes: reject",
        "undoes: rejection",
        at="rejection",
        said=(
            "lifecycles.application.transitions.reinstate.undoes: unknown application transition `rejection`;"
            " did you mean `reject`?"
        ),
    ),
    Mistake(
        "        to: open\n",
        "        to: opened\n",
        at="opened",
        said="lifecycles.procedure.transitions.announce.to: unknown procedure state `opened`; did you mean `open`?",
    ),
    Mistake(
        "by: [commission, chair]",
        "by: [comission, chair]",
        at="comission",
        said="lifecycles.application.transitions.reject.by.0: unknown role `comission`; did you mean `commission`?",
    ),
    Mistake(
        'silent: "the announcement tells everybody"',
        "notices: [announced]",
        at="announced",
        said=(
            "lifecycles.procedure.transitions.announce.notices.0: unknown notice `announced`; there are: "
            "received, reminder"
        ),
    ),
    Mistake(
        "{publish: results}",
        "{publish: result}",
        at="result}",
        said=(
            "lifecycles.procedure.transitions.finish.effects.0.publish: unknown publication `result`; did you"
            " mean `results`?"
        ),
    ),
    Mistake(
        "{positions: close}",
        "{positions: shut}",
        at="shut",
        said=(
            "lifecycles.procedure.transitions.finish.effects.1.move.positions: unknown position transition "
            "`shut`; there are: close"
        ),
    ),
    Mistake(
        "{positions: close}",
        "{positions: close, in: [vacan]}",
        at="vacan]",
        said=(
            "lifecycles.procedure.transitions.finish.effects.1.move.in.0: unknown position state `vacan`; did"
            " you mean `vacant`?"
        ),
    ),
    Mistake(
        "guards: [has_positions,",
        "guards: [has_position,",
        at="has_position",
        said=(
            "lifecycles.procedure.transitions.announce.guards.0: unknown guard `has_position`; did you mean "
            "`has_positions`?"
        ),
    ),
    Mistake(
        "{date_set: closing}",
        "{date_set: closed}",
        at="closed}",
        said=(
            "lifecycles.procedure.transitions.announce.guards.1.date_set: unknown date `closed`; did you mean"
            " `closing`?"
        ),
    ),
    Mistake(
        "guards: [documents_complete,",
        "guards: [seats_open,",
        at="seats_open",
        said=(
            "lifecycles.application.transitions.offer.guards.0: the guard `seats_open` speaks of a position, "
            "not of an application; there are: ground_given, reason_given, documents_complete, "
            "requirements_proved, verdicts_complete, documents_asked, supplement_complete, supplement_incomplete, "
            "supplement_in_time, received_by, received_after, received_through and 18 more"
        ),
    ),
    Mistake(
        "guards: [documents_complete,",
        "guards: [{documents_complete: all},",
        at="all",
        said=(
            "lifecycles.application.transitions.offer.guards.0.documents_complete: `documents_complete` takes"
            " no parameter; write `documents_complete` alone"
        ),
    ),
    Mistake(
        "{result_at_least: talk}",
        "result_at_least",
        at="result_at_least",
        said=(
            "lifecycles.application.transitions.offer.guards.1.result_at_least: `result_at_least` needs an "
            "assessment; write {result_at_least: ...}; there are: talk, drill"
        ),
    ),
    Mistake(
        "{checks_passed: [medical]}",
        "{checks_passed: [medical, police]}",
        at="police",
        said=(
            "lifecycles.application.transitions.offer.guards.2.checks_passed.1: unknown check `police`; there"
            " are: medical"
        ),
    ),
    Mistake(
        "{none_in: [checked]}",
        "[none_in, checked]",
        at="[none_in",
        said=(
            "lifecycles.procedure.transitions.finish.guards.0: a guard is a name, or one name with its "
            "parameters; see definitions/README.md"
        ),
    ),
    Mistake(
        "effects: [pin]",
        "effects: [pinn]",
        at="pinn",
        said="lifecycles.procedure.transitions.announce.effects.0.pinn: unknown key `pinn`; did you mean `pin`?",
    ),
    Mistake(
        'proves: [degree], label: {en: "Diploma"',
        'proves: [degree], judged_by: [mayr], label: {en: "Diploma"',
        at="mayr",
        said="documents.diploma.judged_by.0: unknown role `mayr`; did you mean `mayor`?",
    ),
    Mistake(
        "documents:\n  form:",
        'channels:\n  online: {counts: postmark, label: {en: "online", pl: "online"}, source: F1}\ndocuments:\n  form:',
        at="postmark, label",
        said=(
            "channels.online.counts: nothing that comes `online` has a postmark; leave `counts` out: the arrival counts"
        ),
    ),
    Mistake(
        "guards: [documents_complete,",
        "guards: [{received_through: pigeon}, documents_complete,",
        at="pigeon",
        said=(
            "lifecycles.application.transitions.offer.guards.0.received_through: "
            "unknown channel `pigeon`; there are none; declare it first"
        ),
    ),
    Mistake(
        "degree: {label",
        "degree: {judged_by: [mayr], label",
        at="mayr",
        said="requirements.degree.judged_by.0: unknown role `mayr`; did you mean `mayor`?",
    ),
    Mistake(
        'proves: [degree], label: {en: "Diploma"',
        'proves: [degree], text: {en: "I have one", pl: "Mam"}, label: {en: "Diploma"',
        at='text: {en: "I have',
        said=(
            "documents.diploma.text: only a declaration has a text; "
            "make its `kind` a declaration, or leave the text out"
        ),
    ),
    Mistake(
        "        guards: [has_positions, {date_set: closing}]\n",
        "        guards: [has_positions, {date_set: closing}]\n        follows: set_date\n",
        at="set_date\n",
        said=(
            "lifecycles.procedure.transitions.announce.follows: "
            "unknown act on a procedure `set_date`; there are none; declare it first"
        ),
    ),
    Mistake(
        "        guards: [documents_complete,",
        "        follows: give_verdict\n        guards: [documents_complete,",
        at="give_verdict\n        guards",
        said=(
            "lifecycles.application.transitions.offer.follows: "
            "unknown act on an application `give_verdict`; there are none; declare it first"
        ),
    ),
    Mistake(
        "    at: closing\n",
        "    at: closng\n",
        at="closng",
        said="deadlines.closing_day.at: unknown date `closng`; did you mean `closing`?",
    ),
    Mistake(
        "    in: [open]\n",
        "    in: [opened]\n",
        at="opened",
        said="deadlines.closing_day.in.0: unknown procedure state `opened`; did you mean `open`?",
    ),
    Mistake(
        "on_due: {transition: lapse}",
        "on_due: {transition: laps}",
        at="laps}",
        said="deadlines.answer.on_due.transition: unknown application transition `laps`; did you mean `lapse`?",
    ),
]


@pytest.mark.parametrize("mistake", [*SHAPES, *COUNTS, *TOGETHER, *NAMES], ids=lambda m: m.said.split(":")[0])
def test_one_mistake(tmp_path: Path, mistake: Mistake) -> None:
    folder = write(tmp_path, hiring=[(mistake.old, mistake.new)])
    assert mistakes(folder) == [f"hiring.yaml:{place(folder / 'hiring.yaml', mistake.at)}: {mistake.said}"]


# --- anything, anywhere -----------------------------------------------------------------------------------------------


def _paths(value: Value, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from _paths(inner, (*path, key))


WHOLE = json.loads(json.dumps(parse(PROCESS.encode(), "hiring.yaml").data, default=float))
PATHS = [path for path in _paths(WHOLE) if path]
ODD: list[Any] = [None, 5, -0.5, True, "x", "new", [], {}, [[1]], ["x", "x"], {"a": {"b": 1}}, {"new": None}]


@given(path=st.sampled_from(PATHS), odd=st.sampled_from(ODD))
@settings(max_examples=200)
def test_whatever_stands_wherever_is_read_or_told(
    tmp_path_factory: pytest.TempPathFactory, path: tuple[str | int, ...], odd: Any
) -> None:
    folder = tmp_path_factory.getbasetemp() / "odd" / "example"
    if not folder.exists():
        write(folder.parent)
    changed = copy.deepcopy(WHOLE)
    place: Any = changed
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = odd
    (folder / "hiring.yaml").write_text(json.dumps(changed), encoding="utf-8")
    loaded, problems = inspect(folder, "hiring", calendars=["PL"])
    assert (loaded is None) <= bool(problems)
    assert all(problem.line > 0 for problem in problems)
    if loaded is not None:
        assert all(finding.line > 0 for finding in findings(loaded))
