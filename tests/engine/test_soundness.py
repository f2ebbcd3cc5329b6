"""Each way to lose somebody, planted into one sound definition: exactly the finding that it deserves."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.catalogue.given import Change, write
from workflow.catalogue.loader import inspect
from workflow.engine import soundness
from workflow.engine.effects import Move, Rank
from workflow.engine.process import NEW, Kind, Lifecycle, ProcessDefinition
from workflow.engine.soundness import Finding, check


def process(tmp_path: Path, *changes: Change) -> ProcessDefinition:
    loaded, problems = inspect(write(tmp_path, hiring=changes), "hiring")
    assert loaded is not None, "\n".join(str(problem) for problem in problems)
    return loaded.definition


class Fault(NamedTuple):
    """What is changed, and what is found: code, path, what is wrong, the remedy."""

    changes: tuple[Change, ...]
    code: str
    place: str
    what: str
    remedy: str


DRAFT_AGAIN = """\
      waiting:
        stage: intake
        label: {en: "Waiting", pl: "Czeka"}
        public: {en: "Waiting", pl: "Czeka"}
        next: {en: "Nothing", pl: "Nic"}
        owner: mayor
        source: F1
      done:
"""
OFFER_AGAIN = """\
      offer:
        - from: checked
          to: offered
          by: [commission]
          guards: [documents_complete]
          notices: [received]
          label: {en: "Offer", pl: "Oferta"}
          source: F1
        - from: checked
          to: lapsed
          by: [chair, commission]
          guards: [{result_at_least: talk}, documents_complete, {checks_passed: [medical]}]
          notices: [received]
          label: {en: "Offer", pl: "Oferta"}
          source: F1
      withdraw:
        from: checked
"""

FAULTS = [
    Fault(
        (("      done:\n", DRAFT_AGAIN), ("        from: open\n", "        from: [open, waiting]\n"),
         ("    in: [open]\n", "    in: [open, waiting]\n")),
        "unreachable_state",
        "lifecycles.procedure.states.waiting",
        "no way leads to the state `waiting`",
        "add a transition to it, or remove it",
    ),
    Fault(
        (("        from: open\n        to: done\n", "        from: open\n        to: open\n"),),
        "unreachable_state",
        "lifecycles.procedure.states.done",
        "no way leads to the state `done`",
        "add a transition to it, or remove it",
    ),
    Fault(
        (("      done:\n", DRAFT_AGAIN), ("        from: draft\n        to: open\n",
          "        from: draft\n        to: open\n        notices: [reminder]\n"),
         ('        silent: "the announcement tells everybody"\n        label: {en: "Announce", pl: "Ogłoś"}\n'
          "        source: F1\n",
          '        label: {en: "Announce", pl: "Ogłoś"}\n        source: F1\n'
          "      wait: {from: [draft, waiting], to: waiting, by: [clerk], notices: [reminder], "
          'label: {en: "Wait", pl: "Czekaj"}, source: F1}\n'),
         ("    in: [open]\n", "    in: [open, waiting]\n")),
        "cannot_end",
        "lifecycles.procedure.states.waiting",
        "from the state `waiting` no way leads to a final state",
        "add a transition towards an end",
    ),
    Fault(
        (("        final: lapsed\n", "        owner: clerk\n"),),
        "no_outcome",
        "lifecycles.application.states.lapsed",
        "the state `lapsed` ends the lifecycle and names no outcome",
        "add `final: <outcome>`, or a transition out of it",
    ),
    Fault(
        (("        undoes: reject\n", ""),),
        "left_after_the_end",
        "lifecycles.application.states.rejected.final",
        "the transition `reinstate` leads out of the final state `rejected`",
        "say which transition it `undoes`, or let it start elsewhere",
    ),
    Fault(
        (("        owner: mayor\n", ""),),
        "no_owner",
        "lifecycles.procedure.states.open",
        "nobody must act in the state `open`",
        "add `owner: <role>`",
    ),
    Fault(
        (("        owner: clerk\n        until: closing_day\n", "        owner: clerk\n"),),
        "no_deadline",
        "lifecycles.position.states.vacant",
        "the state `vacant` has no deadline: a case could wait in it for ever",
        "add it to the `in` of a deadline of the position, or `until: <a deadline of the procedure>`",
    ),
    Fault(
        (("        owner: commission\n        until: closing_day\n", "        owner: commission\n"),),
        "no_deadline",
        "lifecycles.application.states.checked",
        "the state `checked` has no deadline: a case could wait in it for ever",
        "add it to the `in` of a deadline of the application, or `until: <a deadline of the procedure or position>`",
    ),
    Fault(
        (("    in: [open]\n", "    in: [draft]\n"),),
        "no_deadline",
        "lifecycles.procedure.states.open",
        "the state `open` has no deadline: a case could wait in it for ever",
        "add it to the `in` of a deadline of the procedure",
    ),
    Fault(
        (("        by: [commission, chair]\n        guards: [ground_given]\n",
          "        by: [commission, chair]\n        guards: [reason_given]\n"),),
        "rejection_without_ground",
        "lifecycles.application.transitions.reject.0",
        "`reject` rejects and asks for no ground",
        "add the guard `ground_given`",
    ),
    Fault(
        (("          guards: [ground_given]\n          notices: [received]\n", "          notices: [received]\n"),),
        "rejection_without_ground",
        "lifecycles.application.transitions.register.1",
        "`register` rejects and asks for no ground",
        "add the guard `ground_given`",
    ),
    Fault(
        (("          guards: [{received_by: closing}]\n", "          guards: [ground_given]\n"),),
        "never_taken",
        "lifecycles.application.transitions.register.1",
        "from `new` by clerk this `register` is never taken: number 0 before it asks for no more",
        "put it first, or give the earlier one a guard that this one does not have",
    ),
    Fault(
        (("      offer:\n        from: checked\n", OFFER_AGAIN),),
        "never_taken",
        "lifecycles.application.transitions.offer.1",
        "from `checked` by commission this `offer` is never taken: number 0 before it asks for no more",
        "put it first, or give the earlier one a guard that this one does not have",
    ),
    Fault(
        (("{move: {positions: close}}", "{move: {positions: close, in: [vacant, closed]}}"),),
        "moves_nobody",
        "lifecycles.procedure.transitions.finish.0.effects.1.move.positions",
        "`close` does not start from the position state `closed`",
        "add the state to its `from`, or take it out of `in`",
    ),
    Fault(
        (("        by: [procedure]\n", "        by: [clerk]\n"),),
        "cause_not_allowed",
        "lifecycles.procedure.transitions.finish.0.effects.1.move.positions",
        "`close` from `vacant` may not be made by a procedure",
        "add `procedure` to its `by`",
    ),
    Fault(
        (("effects: [{publish: results}, {move: {positions: close}}]", "effects: [{rank: {in: [checked], "
          "selected: offer, reserve: offer, not_approved: offer}}, {move: {positions: close}}]"),
         ("        by: [commission]\n        guards: [documents_complete, {result",
          "        by: [commission, procedure]\n        guards: [documents_complete, {result"),
         ("{none_in: [checked]}", "{some_in: [checked]}"), ("not_approved: offer", "not_approved: accept")),
        "moves_nobody",
        "lifecycles.procedure.transitions.finish.0.effects.0.rank.not_approved",
        "`accept` does not start from the application state `checked`",
        "add the state to its `from`, or take it out of `in`",
    ),
    Fault(
        (("effects: [{publish: results}, {move: {positions: close}}]", "effects: [{publish: results}]"),),
        "made_by_nobody",
        "lifecycles.position.transitions.close.0.by",
        "`close` is made by procedure alone, and no deadline or effect makes it",
        "name it in one, or add a role to `by`",
    ),
    Fault(
        (("        by: [commission]\n        guards: [documents_complete,",
          "        by: [application]\n        follows: hand_in_document\n        guards: [documents_complete,"),
         ("  set_date: {by", "  hand_in_document: {by: [clerk], in: [offered], source: F1}\n  set_date: {by")),
        "follows_nothing",
        "lifecycles.application.transitions.offer.0.follows",
        "`hand_in_document` cannot be recorded in `checked`, from which `offer` starts",
        "add the state to the act's `in`, or take it out of `from`",
    ),
    Fault(
        (("        by: [commission]\n        guards: [documents_complete,",
          "        by: [commission]\n        follows: hand_in_document\n        guards: [documents_complete,"),
         ("  set_date: {by", "  hand_in_document: {by: [clerk], source: F1}\n  set_date: {by")),
        "cause_not_allowed",
        "lifecycles.application.transitions.offer.0.by",
        "`offer` follows an act and may not be made by an application itself",
        "add `application` to its `by`",
    ),
    Fault(
        (("        by: [commission]\n        guards: [documents_complete, {result_at_least: talk}, "
          "{checks_passed: [medical]}]\n", "        by: [application]\n        follows: hand_in_document\n"),
         ("  set_date: {by", "  hand_in_document: {by: [clerk], source: F1}\n  set_date: {by")),
        "follows_without_condition",
        "lifecycles.application.transitions.offer.0.follows",
        "`offer` follows every `hand_in_document`, whatever it says",
        "add the guard that must hold first",
    ),
    Fault(
        (("proves: [degree], label", "proves: [degree], judged_by: [chair, clerk], label"),),
        "judged_by_nobody",
        "documents.diploma.judged_by.1",
        "`clerk` is to judge `diploma` and may not give verdicts",
        "add the role to `by` of the act `give_verdict`, or name another",
    ),
    Fault(
        (("degree: {label", "degree: {judged_by: [mayor], label"),),
        "judged_by_nobody",
        "requirements.degree.judged_by.0",
        "`mayor` is to judge `degree` and may not give verdicts",
        "add the role to `by` of the act `give_verdict`, or name another",
    ),
    Fault(
        (("    on_due: {transition: lapse}\n", "    on_due: {notice: reminder}\n"),),
        "made_by_nobody",
        "lifecycles.application.transitions.lapse.0.by",
        "`lapse` is made by clock alone, and no deadline or effect makes it",
        "name it in one, or add a role to `by`",
    ),
    Fault(
        (("    in: [offered]\n", "    in: [offered, checked]\n"),),
        "due_move_impossible",
        "deadlines.answer.on_due.transition",
        "`lapse` does not start from `checked`, in which `answer` runs",
        "add the state to its `from`, or take it out of the deadline's `in`",
    ),
    Fault(
        (("        by: [clock]\n", "        by: [clerk]\n"),),
        "due_move_not_allowed",
        "deadlines.answer.on_due.transition",
        "`lapse` from `offered` may not be made by the clock",
        "add `clock` to its `by`",
    ),
    Fault(
        (("{before: {days: 1}", "{before: {days: 0}"),),
        "reminder_too_late",
        "deadlines.closing_day.reminders.0.before",
        "the reminder 0 days before `closing_day` does not come before it",
        "let it come earlier",
    ),
    Fault(
        (("{before: {days: 1}", "{before: {days: -1}"),),
        "reminder_too_late",
        "deadlines.closing_day.reminders.0.before",
        "the reminder -1 days before `closing_day` does not come before it",
        "let it come earlier",
    ),
    Fault(
        (("{before: {working_days: 2}", "{before: {working_days: 5}"),),
        "reminder_too_early",
        "deadlines.answer.reminders.0.before",
        "the reminder 5 working days before `answer` comes before its term of 5 working days begins",
        "let it come later",
    ),
    Fault(
        (("{before: {working_days: 2}", "{before: {days: 31}"), ("after: {working_days: 5}", "after: {months: 1}")),
        "reminder_too_early",
        "deadlines.answer.reminders.0.before",
        "the reminder 31 days before `answer` comes before its term of 1 month begins",
        "let it come later",
    ),
    Fault(
        (("  reminder: {to: clerk", '  forgotten: {to: clerk, assumption: "E8"}\n  reminder: {to: clerk'),),
        "notice_never_sent",
        "notices.forgotten",
        "no transition, deadline or reminder sends the notice `forgotten`",
        "name it where it is due, or remove it",
    ),
    Fault(
        (("  hours: 8\n", "  hours: 9\n"),),
        "training_too_short",
        "training.hours",
        "the parts of the training have 8 hours, the plan asks for 9",
        "add hours to the parts, or ask for fewer",
    ),
    Fault(
        (("  shown_in: done\n", "  shown_in: [done, open]\n"),),
        "survey_too_early",
        "survey.shown_in.1",
        "the report of the survey may be seen in `open`, before there is a result",
        "name only states of the stages outcome and onboarding, or final ones",
    ),
    Fault(
        (("        effects: [pin]\n", ""),),
        "never_pinned",
        "lifecycles.procedure.transitions",
        "no transition has the effect `pin`: a running procedure would follow every change of these files",
        "let the announcement `pin`",
    ),
    Fault(
        (("ties: [talk.skill, drill, commission_decision]", "ties: [talk.skill, drill]"),),
        "tie_left_open",
        "ranking.ties",
        "people may stay equal in every key of `ties`",
        "let `commission_decision` or `lot` be the last key",
    ),
    Fault(
        (
            ("total: {talk: 0.6, drill: 0.4}", "total: {drill: 1}"),
            ("ties: [talk.skill, drill, commission_decision]", "ties: [drill, commission_decision]"),
        ),
        "nothing_to_rank",
        "positions.gardener.skips",
        "the position skips everything that the ranking counts",
        "keep one of drill",
    ),
    Fault(
        (
            ("requires: [degree], ", ""),
            (
                '  assumption: "E4"\n',
                '  assumption: "E4"\n  bonus:\n    together: sum\n    source: F1\n    items:\n'
                '      d: {label: {en: "D", pl: "D"}, requirement: degree, points: 1, source: F1}\n',
            ),
        ),
        "bonus_unjudged",
        "ranking.bonus.items.d.requirement",
        "nobody judges `degree`, so nobody gets these points",
        "let the positions require it, and make it `necessary: false`",
    ),
    Fault(
        (("    at: closing\n    ends: exact\n", "    at: closing\n    ends: office_hours\n"),),
        "two_closings",
        "deadlines.closing_day",
        "it may end at another instant than `closing`, by which receipt is judged",
        "write `ends: exact` (or end_of_day) and `roll: false`",
    ),
]  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.code}-{fault.place}")
def test_fault_is_found(tmp_path: Path, fault: Fault) -> None:
    found = check(process(tmp_path, *fault.changes))
    place = tuple(int(part) if part.isdigit() else part for part in fault.place.split("."))
    # A planted fault may bring others with it (a way that is cut off cuts off more): it is among them exactly once.
    assert [f for f in found if f.code == fault.code and f.place == place] == [
        Finding(fault.code, place, fault.what, fault.remedy)
    ]


ALONE = {"unreachable_state", "cannot_end", "no_outcome", "made_by_nobody", "due_move_not_allowed", "moves_nobody"}


@pytest.mark.parametrize(
    "fault", [f for f in FAULTS if f.code not in ALONE], ids=lambda fault: f"{fault.code}-{fault.place}"
)
def test_a_single_fault_is_found_alone(tmp_path: Path, fault: Fault) -> None:
    assert [finding.code for finding in check(process(tmp_path, *fault.changes))] == [fault.code]


def test_parts_of_the_training_that_wait_for_each_other(tmp_path: Path) -> None:
    found = check(process(tmp_path, ("kind: theory, hours: 3,", "kind: theory, hours: 3, after: [garden],")))
    assert [(f.code, f.what) for f in found] == [
        ("training_in_a_circle", "the training part `safety` waits for itself"),
        ("training_in_a_circle", "the training part `garden` waits for itself"),
    ]


# The catalogue refuses these while reading, so the engine's own check of them is shown on the value.


def test_a_deadline_that_does_nothing(tmp_path: Path) -> None:
    sound = process(tmp_path)
    answer = replace(sound.deadlines["closing_day"], notice=None)
    assert check(replace(sound, deadlines={**sound.deadlines, "closing_day": answer})) == [
        Finding(
            "no_way_out",
            ("deadlines", "closing_day", "on_due"),
            "nothing happens when `closing_day` is due",
            "give it a transition, a notice, or both",
        )
    ]


def test_a_transition_that_tells_nobody(tmp_path: Path) -> None:
    sound = process(tmp_path)
    lifecycle = sound.lifecycles[Kind.POSITION]
    silent = replace(lifecycle, transitions=(replace(lifecycle.transitions[0], silent=None),))
    assert check(replace(sound, lifecycles={**sound.lifecycles, Kind.POSITION: silent})) == [
        Finding(
            "nobody_told",
            ("lifecycles", "position", "transitions", "close", 0),
            "`close` tells nobody and does not say why",
            "add `notices: [...]` or `silent: <reason>`",
        )
    ]


def test_until_that_names_a_deadline_of_its_own_kind(tmp_path: Path) -> None:
    sound = process(tmp_path)
    lifecycle = sound.lifecycles[Kind.APPLICATION]
    own = replace(lifecycle.states["checked"], until="answer")
    changed = replace(lifecycle, states={**lifecycle.states, "checked": own})
    assert check(replace(sound, lifecycles={**sound.lifecycles, Kind.APPLICATION: changed})) == [
        Finding(
            "until_own_deadline",
            ("lifecycles", "application", "states", "checked", "until"),
            "`answer` is no deadline above an application",
            "name one of the procedure or position, or add the state to its `in`",
        )
    ]


def test_every_fault_is_planted() -> None:
    codes = set(re.findall(r'Finding\(\s*"(\w+)"', Path(soundness.__file__).read_text(encoding="utf-8")))
    on_values = {
        "lot_too_late",
        "never_lodged",
        "reinstates_nothing",
        "training_in_a_circle",
        "no_way_out",
        "nobody_told",
        "until_own_deadline",
    }
    assert codes == {fault.code for fault in FAULTS} | on_values


# --- what looks like a fault and is none ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        # Different people: the second is not hidden by the first.
        (
            (
                "          by: [clerk]\n          guards: [ground_given]\n",
                "          by: [mayor]\n          guards: [ground_given]\n",
            ),
            ("          guards: [{received_by: closing}]\n", "          guards: [ground_given]\n"),
        ),
        # The same guard with another parameter is another condition.
        (("          guards: [ground_given]\n", "          guards: [ground_given, {received_after: closing}]\n"),),
        # Two working days may be fewer than three days, whatever the calendar.
        (("after: {working_days: 5}", "after: {days: 3}"),),
        # In the stage of outcome an end is no rejection.
        (
            (
                "        by: [commission, chair]\n        guards: [ground_given]\n",
                "        by: [commission, chair]\n        guards: [reason_given]\n",
            ),
            ('        stage: admission\n        label: {en: "Rej', '        stage: outcome\n        label: {en: "Rej'),
        ),
    ],
)
def test_sound(tmp_path: Path, changes: tuple[Change, ...]) -> None:
    assert check(process(tmp_path, *changes)) == []


TOLD_LATER = """\
      refused:
        stage: admission
        label: {en: "Refused", pl: "Odmowa"}
        public: {en: "Being checked", pl: "W sprawdzaniu"}
        next: {en: "The lists", pl: "Listy"}
        owner: clerk
        until: closing_day
        source: F1
      offered:
"""


def test_a_rejection_may_be_announced_after_its_ground_was_given(tmp_path: Path) -> None:
    changes = (
        ("      offered:\n", TOLD_LATER),
        ("        to: rejected\n        by: [commission, chair]\n", "        to: refused\n        by: [commission]\n"),
        (
            "      accept:\n",
            "      publish: {from: refused, to: rejected, by: [clerk], notices: [received], "
            'label: {en: "Publish", pl: "Ogłoś"}, source: F1}\n      accept:\n',
        ),
    )
    assert check(process(tmp_path, *changes)) == []
    # ... but not when somebody can be put there without one.
    ungrounded = (
        ("        guards: [ground_given]\n        notices", "        guards: [reason_given]\n        notices"),
    )
    assert [f.what for f in check(process(tmp_path, *changes, *ungrounded))] == [
        "`publish` rejects and asks for no ground"
    ]


def test_a_lot_that_could_only_be_drawn_after_the_list(tmp_path: Path) -> None:
    sound = process(tmp_path)
    assert sound.ranking is not None
    by_lot = replace(sound.ranking, ties=("talk.skill", "lot"))
    lifecycle = sound.lifecycles[Kind.PROCEDURE]
    bring, rank = Move("applications", "reinstate"), Rank(("checked",), {})
    for effects, late in (((bring, rank), True), ((rank, bring), False), ((rank,), False)):
        transitions = tuple(replace(t, effects=effects) if t.name == "finish" else t for t in lifecycle.transitions)
        changed = {**sound.lifecycles, Kind.PROCEDURE: replace(lifecycle, transitions=transitions)}
        found = [f for f in check(replace(sound, ranking=by_lot, lifecycles=changed)) if f.code == "lot_too_late"]
        assert [(f.place, f.what) for f in found] == [
            (
                ("lifecycles", "procedure", "transitions", "finish"),
                "`finish` brings people to the list and makes it at once: no lot can be drawn",
            )
        ] * late
        assert not [f for f in check(replace(sound, lifecycles=changed)) if f.code == "lot_too_late"]


def test_objections_that_nobody_can_lodge_or_that_put_nobody_back(tmp_path: Path) -> None:
    sound = process(tmp_path)
    own = sound.lifecycles[Kind.APPLICATION]
    final = next(s for s in own.states.values() if s.final is not None)
    base = own.transitions[0]
    back = replace(base, key="give_back", name="give_back", sources=(final.name,), by=("objection",), undoes=base.name)
    waits, ended = (
        replace(final, name="lodged", final=None, owner="clerk"),
        replace(final, name="upheld", final="upheld"),
    )
    lodge = replace(base, key="lodge", name="lodge", sources=(NEW,), target="lodged", guards=(), undoes=None)
    uphold = replace(
        lodge,
        key="uphold",
        name="uphold",
        sources=("lodged",),
        target="upheld",
        effects=(Move("application", "give_back"),),
    )
    for transitions, undoes, code in (
        ((lodge, uphold), base.name, None),
        ((lodge, uphold), None, "reinstates_nothing"),
        ((uphold,), base.name, "never_lodged"),
    ):
        lifecycle = Lifecycle(Kind.OBJECTION, "lodged", {"lodged": waits, "upheld": ended}, transitions)
        moved = replace(own, transitions=(*own.transitions, replace(back, undoes=undoes)))
        changed = {**sound.lifecycles, Kind.APPLICATION: moved, Kind.OBJECTION: lifecycle}
        found = {f.code for f in check(replace(sound, lifecycles=changed))}
        assert found & {"never_lodged", "reinstates_nothing"} == ({code} if code else set())
