"""The clauses of a definition as sentences in the reader's language: guards, effects, deadlines, who may, and why.

Why: a lawyer must be able to read every rule without knowing the grammar it is written in.
Never here: what a clause means when it is carried out (engine), a route.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from workflow.engine.combining import CHAIR, MEMBER
from workflow.engine.effects import (
    AttestHours,
    CallNext,
    Certify,
    CheckOpeningRatio,
    Correct,
    Cut,
    Effect,
    GiveTasks,
    Move,
    OpenSheets,
    Pin,
    Publish,
    Rank,
    Shortlist,
    Withdraw,
)
from workflow.engine.process import (
    CLOCK,
    KIND_OF,
    NEW,
    Answers,
    Assessment,
    Bonus,
    Criterion,
    DeadlineRule,
    GuardCall,
    Kind,
    NoticeRule,
    ProcessDefinition,
    Rounding,
    Span,
    Stage,
    Transition,
)
from workflow.web import marks
from workflow.web.desk import Desk
from workflow.wording import built_in_roles


@dataclass(frozen=True)
class Clauses:
    """The sentences of one definition for one reader."""

    desk: Desk
    process: ProcessDefinition

    # --- names --------------------------------------------------------------------------------------------------------

    def words(self, text: Mapping[str, str]) -> str:
        """A text of the definition in the reader's language, else in the institution's own."""
        return self.desk.words(text, self.process)

    def label(self, known: Mapping[str, Any], name: str) -> str:
        """The label of something that the definition declares; its bare name when it does not."""
        return self.words(known[name].label) if name in known else name

    def role(self, name: str) -> str:
        """Who acts, in words."""
        if name in self.process.roles:
            return self.words(self.process.roles[name].label)
        return built_in_roles(self.desk.language).get(name, name)

    def roles(self, names: Iterable[str]) -> str:
        """Several of them."""
        return ", ".join(map(self.role, names))

    def state(self, kind: Kind, name: str) -> str:
        """A state as the office calls it."""
        if name == NEW:
            return self.desk.say("nothing yet")
        return self.label(self.process.lifecycles[kind].states, name)

    def kind(self, kind: Kind) -> str:
        """What has a lifecycle, in words."""
        return {
            Kind.PROCEDURE: self.desk.say("Procedure"),
            Kind.POSITION: self.desk.say("Position"),
            Kind.APPLICATION: self.desk.say("Application"),
            Kind.OBJECTION: self.desk.say("Objection"),
        }[kind]

    def stage(self, stage: Stage) -> str:
        """A stage, in words."""
        return {
            Stage.PREPARATION: self.desk.say("Preparation"),
            Stage.INTAKE: self.desk.say("Intake"),
            Stage.DOCUMENT_CHECK: self.desk.say("Document check"),
            Stage.ADMISSION: self.desk.say("Decision on admission"),
            Stage.ASSESSMENT: self.desk.say("Assessment"),
            Stage.CHECKS: self.desk.say("Checks"),
            Stage.OUTCOME: self.desk.say("Outcome"),
            Stage.ONBOARDING: self.desk.say("Onboarding"),
        }[stage]

    def move(self, kind: Kind, name: str) -> str:
        """A move by its name: of alternatives each label once."""
        found = dict.fromkeys(self.words(t.label) for t in self.process.lifecycles[kind].named(name))
        return " / ".join(found) or name

    def act(self, name: str) -> str:
        """An act that moves no state, as something that a role may do."""
        say = self.desk.say
        return {
            "hand_in_document": say("Enter a document that was handed in"),
            "give_verdict": say("Judge a document or requirement"),
            "save_sheet": say("Fill in the own score sheet"),
            "sign_sheet": say("Sign the own score sheet"),
            "change_sheet": say("Change a signed score sheet"),
            "record_check": say("Record the result of a check"),
            "request_re_examination": say("Ask for a re-examination"),
            "complete_part": say("Record a part of the training as done"),
            "record_attendance": say("Record attendance of the training"),
            "complete_task": say("Record a task of the onboarding as done"),
            "set_part": say("Say when and where a part of the training is held, and who leads it"),
            "correct_candidate": say("Correct the candidate's data"),
            "merge_candidate": say("Make one of two records of one person"),
            "decide_tie": say("Decide the order of equals"),
            "draw_lot": say("Draw lots among equals"),
            "move_seats": say("Move seats between positions"),
            "appoint_member": say("Appoint a member of the commission"),
            "replace_member": say("Replace a member of the commission"),
            "declare_conflict": say("Declare a conflict"),
            "fix_threshold": say("Fix the pass mark"),
            "set_date": say("Set a date"),
            "set_detail": say("Set a detail"),
            "answer_survey": say("Answer the survey"),
            "adopt_wording": say("Adopt a corrected wording"),
            "approve_publication": say("Approve a publication that somebody else made"),
            "correct_publication": say("Correct a publication"),
            "draw_up_protocol": say("Draw up the protocol"),
            "sign_protocol": say("Sign the protocol"),
        }.get(name, name)

    def _states(self, kind: Kind, names: Iterable[str]) -> str:
        return ", ".join(self.state(kind, name) for name in names)

    def _any_move(self, name: str) -> str:
        found = dict.fromkeys(
            self.move(kind, name) for kind, known in self.process.lifecycles.items() if known.named(name)
        )
        return " / ".join(found) or name

    # --- moves --------------------------------------------------------------------------------------------------------

    def who(self, t: Transition, kind: Kind) -> list[str]:
        """Who may make a move; for the clock, the deadlines that make it."""
        said = []
        if t.follows is not None:
            return [self.desk.say("by itself, after: %(act)s", act=self.act(t.follows))]
        for role in t.by:
            rules = [d for d in self.process.deadlines.values() if d.of == kind and d.transition == t.name]
            if role == CLOCK and rules:
                named = ", ".join(self.words(d.label) for d in rules)
                said.append(self.desk.say("the clock, when due: %(deadlines)s", deadlines=named))
            else:
                said.append(self.role(role))
        return said

    def guard(self, call: GuardCall, kind: Kind) -> str:
        """A condition, in words."""
        say, p = self.desk.say, self.process
        first = call.parameters[0] if call.parameters else ""
        match call.name:
            case "ground_given":
                return say("A ground of the catalogue is given.")
            case "reason_given":
                return say("A reason is given in words.")
            case "second_person":
                return say("Another person made the move before.")
            case "documents_complete":
                return say("Every required document was handed in, and none was judged not in order.")
            case "requirements_proved":
                return say("Every necessary requirement was judged as proved.")
            case "verdicts_complete":
                return say("Every required document and necessary requirement was judged.")
            case "documents_asked":
                return say("Every ground given names the document or requirement that is asked for.")
            case "supplement_complete":
                return say("All that was asked for was handed in since.")
            case "supplement_incomplete":
                return say("Some of what was asked for was not handed in since.")
            case "supplement_in_time":
                return say(
                    "Everything that was missing when the deadline ended had come by then: %(deadline)s.",
                    deadline=self.label(p.deadlines, first),
                )
            case "received_by":
                return say("It was received by: %(date)s.", date=self.label(p.dates, first))
            case "received_after":
                return say("It was received after: %(date)s.", date=self.label(p.dates, first))
            case "received_through":
                ways = ", ".join(self.label(p.channels, name) for name in call.parameters)
                return say("It came in this way: %(ways)s.", ways=ways)
            case "date_set":
                return say("The date is set: %(date)s.", date=self.label(p.dates, first))
            case "date_reached":
                return say("The date has come: %(date)s.", date=self.label(p.dates, first))
            case "objection_in_time":
                return say("It was received within: %(deadline)s.", deadline=self.label(p.deadlines, first))
            case "objection_late":
                return say("It was received after: %(deadline)s.", deadline=self.label(p.deadlines, first))
            case "objection_window_over":
                return say("Nobody can object in time any more: %(deadline)s.", deadline=self.label(p.deadlines, first))
            case "no_open_objection":
                return say("No objection waits for a decision.")
            case "application_in":
                return say(
                    "The application stands in: %(states)s.", states=self._states(Kind.APPLICATION, call.parameters)
                )
            case "procedure_in":
                return say("The procedure stands in: %(states)s.", states=self._states(Kind.PROCEDURE, call.parameters))
            case "sheets_signed":
                return say(
                    "%(assessment)s: as many score sheets are signed as the quorum asks.",
                    assessment=self.label(p.assessments, first),
                )
            case "result_at_least":
                return say(
                    "%(assessment)s: the result reaches the threshold.", assessment=self.label(p.assessments, first)
                )
            case "result_below":
                return say(
                    "%(assessment)s: the result is below the threshold.", assessment=self.label(p.assessments, first)
                )
            case "in_open_tie":
                return say(
                    "The rules leave the candidate equal with others for a place, and %(assessment)s is held for them.",
                    assessment=self.label(p.assessments, first),
                )
            case "assessment_held":
                return say("%(assessment)s is held for the position.", assessment=self.label(p.assessments, first))
            case "assessment_skipped":
                return say("%(assessment)s is not held for the position.", assessment=self.label(p.assessments, first))
            case "commission_appointed":
                return say(
                    "%(assessment)s: the commission has as many scoring members as the quorum asks.",
                    assessment=self.label(p.assessments, first),
                )
            case "checks_passed":
                return say("Passed: %(checks)s.", checks=self._checks(call))
            case "check_failed":
                return say("At least one of these was failed: %(checks)s.", checks=self._checks(call))
            case "check_failed_finally":
                return say(
                    "At least one of these was failed, and no re-examination can be asked for: %(checks)s.",
                    checks=self._checks(call),
                )
            case "re_examination_asked":
                return say(
                    "A re-examination was asked for and has no result yet: %(checks)s.", checks=self._checks(call)
                )
            case "tasks_done":
                return say("Every required task of the onboarding was done.")
            case "training_complete":
                return say("Every part of the training plan is complete, with all its hours.")
            case "training_incomplete":
                return say("A part of the training plan, or some of its hours, is missing.")
            case "seats_free":
                return say("The position has a seat that nobody holds.")
            case "no_seats_free":
                return say("Every seat of the position is held.")
            case "seats_filled":
                return say("Every seat is held.")
            case "seats_open":
                return say("A seat is free.")
            case "no_seat_taken":
                return say("Nobody holds a seat.")
            case "has_applications":
                return say("At least one application was registered.")
            case "no_applications":
                return say("No application was registered.")
            case "none_in":
                return say("No application stands in: %(states)s.", states=self._in_application(call))
            case "some_in":
                return say("At least one application stands in: %(states)s.", states=self._in_application(call))
            case "has_positions":
                return say("The procedure has a position.")
            case "positions_all":
                return say("Every position stands in: %(states)s.", states=self._states(Kind.POSITION, call.parameters))
            case "positions_some":
                return say(
                    "At least one position stands in: %(states)s.",
                    states=self._states(Kind.POSITION, call.parameters),
                )
            case "published":
                titles = ", ".join(self._publication(name) for name in call.parameters)
                return say("Was shown, and approved where that is asked for: %(titles)s.", titles=titles)
            case "protocol_final":
                return say("Everybody who must has signed the newest version of the protocol.")
            case _:
                return f"{call.name}: {', '.join(call.parameters)}"

    def effect(self, effect: Effect) -> str:
        """What a move causes, in words."""
        say, p = self.desk.say, self.process
        match effect:
            case Move(subjects, transition, states):
                kind = KIND_OF[subjects]
                who = {
                    "applications": say("the applications"),
                    "others_of_candidate": say("the same person's other applications"),
                    "positions": say("the positions"),
                    "position": say("the position"),
                    "procedure": say("the procedure"),
                    "application": say("the application"),
                    "objections": say("the objections"),
                }.get(subjects, subjects)
                if not states:
                    return say("Moves %(who)s: %(move)s.", who=who, move=self.move(kind, transition))
                return say(
                    "Moves %(who)s that stand in %(states)s: %(move)s.",
                    who=who,
                    states=self._states(kind, states),
                    move=self.move(kind, transition),
                )
            case Rank(states, _):
                return say(
                    "Ranks the applications that stand in %(states)s, and moves each by its place.",
                    states=self._states(Kind.APPLICATION, states),
                )
            case Shortlist(states, assessment, cut, _, _):
                return self._shortlist(states, assessment, cut)
            case CallNext():
                return self._call(effect)
            case CheckOpeningRatio():
                return self._opening(effect)
            case OpenSheets(assessment):
                return say(
                    "Opens the signed score sheets and computes the result: %(assessment)s.",
                    assessment=self.label(p.assessments, assessment),
                )
            case Publish(publication) if publication in p.publications and p.publications[publication].approved_by:
                return say(
                    "Drafts, to be approved by a second person: %(title)s.", title=self._publication(publication)
                )
            case Publish(publication):
                return say("Publishes: %(title)s.", title=self._publication(publication))
            case Withdraw(publication):
                return say("Takes down: %(title)s.", title=self._publication(publication))
            case Correct(publication):
                return say("Publishes a corrected version: %(title)s.", title=self._publication(publication))
            case Pin():
                return say("Fixes the rules and the calendar for this procedure, as they stand on that day.")
            case Certify():
                return say("Issues the numbered certificate of the training plan.")
            case AttestHours():
                return say("Issues the numbered statement of the training hours that were done.")
            case GiveTasks():
                return say("Gives the tasks of the onboarding, each with the day it is due.")

    def _opening(self, rule: CheckOpeningRatio) -> str:
        say = self.desk.say
        missed = {
            "cut": say("Where they are fewer, the seats are cut to those that they suffice for."),
            "keep": say("Where they are fewer, the seats stay, and that is recorded."),
            "cancel": say("Where they are fewer, the position is not opened."),
        }[rule.on_miss]
        asked = say(
            "Asks of each position for %(ratio)s applications for each seat, of those that stand in %(states)s.",
            ratio=self._number(rule.ratio),
            states=self._states(Kind.APPLICATION, rule.states),
        )
        return f"{asked} {missed}"

    def _call(self, call: CallNext) -> str:
        say = self.desk.say
        stand, move = self._states(Kind.APPLICATION, call.states), self.move(Kind.APPLICATION, call.transition)
        if call.forbidden:
            return say("Nobody is called for the free place, although some stand in %(states)s.", states=stand)
        if call.until is not None:
            return say(
                "Calls one after the other in order, of those that stand in %(states)s, until %(number)s of "
                "the position stand in %(counted)s: %(move)s.",
                states=stand,
                number=call.until,
                counted=self._states(Kind.APPLICATION, call.counting),
                move=move,
            )
        said = say("Calls the next in order that stands in %(states)s: %(move)s.", states=stand, move=move)
        if call.within is None:
            return said
        term = self.span(Span(call.within.amount, call.within.unit))
        if call.within.of is not None:
            limit = say(
                "Only within %(term)s after the date %(date)s.",
                term=term,
                date=self.label(self.process.dates, call.within.of),
            )
        else:
            states = self._states(Kind.APPLICATION, call.within.since)
            limit = say("Only within %(term)s after it came into %(states)s.", term=term, states=states)
        return f"{said} {limit}"

    def _shortlist(self, states: Sequence[str], assessment: str, cut: Cut) -> str:
        say = self.desk.say
        by = self.label(self.process.assessments, assessment)
        stand = self._states(Kind.APPLICATION, states)
        last = {
            "all_enter": say("All who share the last mark enter."),
            "none_enter": say("If those who share the last mark do not all fit, none of them enters."),
        }[cut.last_mark]
        if cut.at_most is not None:
            best = say(
                "Takes the best by %(assessment)s, at most %(number)s for each position, "
                "of those that stand in %(states)s.",
                assessment=by,
                number=cut.at_most,
                states=stand,
            )
            return f"{best} {last}"
        best = say(
            "Takes the best by %(assessment)s, %(ratio)s for each seat, of those that stand in %(states)s.",
            assessment=by,
            ratio=cut.ratio,
            states=stand,
        )
        part = {
            "up": say("A part of a person counts as a whole one."),
            "down": say("A part of a person is left out."),
            "half_up": say("Half a person and more counts as a whole one, less is left out."),
        }[cut.round]
        return f"{best} {part} {last}"

    def _publication(self, name: str) -> str:
        known = self.process.publications
        return self.words(known[name].title) if name in known else name

    def _checks(self, call: GuardCall) -> str:
        return ", ".join(self.label(self.process.checks, name) for name in call.parameters)

    def _in_application(self, call: GuardCall) -> str:
        return self._states(Kind.APPLICATION, call.parameters)

    # --- assessments --------------------------------------------------------------------------------------------------

    def combined(self, rule: Assessment) -> list[str]:
        """How the members' totals become the result, and how it is rounded and compared."""
        say, how = self.desk.say, rule.combine
        said = []
        match how.rule:
            case "median":
                said.append(say("The result is the median of the members' totals."))
            case "trimmed_mean":
                said.append(
                    say(
                        "From %(at_least)s signed sheets on, the highest and the lowest totals are dropped, %(drop)s "
                        "of each; the result is the mean of the others. With fewer sheets all count.",
                        at_least=how.at_least,
                        drop=how.drop,
                    )
                )
            case "weighted_mean":
                said.append(
                    say(
                        "The result is the weighted mean of the members' totals: the chair counts %(chair)s, "
                        "a member %(member)s.",
                        chair=self._number(how.weights[CHAIR]),
                        member=self._number(how.weights[MEMBER]),
                    )
                )
            case _:
                said.append(say("The result is the mean of the members' totals."))
        if rule.answers is not None:
            said.insert(0, self.answers(rule.answers))
        said.append(self.rounding(rule.rounding))
        return said

    def answers(self, rule: Answers) -> str:
        """How counted answers become points."""
        said = self.desk.say(
            "Of %(questions)s questions a right answer counts %(right)s, a wrong one %(wrong)s, none %(blank)s.",
            questions=rule.questions,
            right=self._number(rule.right),
            wrong=self._number(rule.wrong),
            blank=self._number(rule.blank),
        )
        if rule.start:
            said += " " + self.desk.say("Everybody begins with %(start)s.", start=self._number(rule.start))
        if rule.floor is None:
            return said
        return f"{said} {self.desk.say('Nobody has fewer than %(floor)s points.', floor=self._number(rule.floor))}"

    def bonus(self, rule: Bonus) -> list[str]:
        """What is added to the total, for what, and within which limits."""
        say = self.desk.say
        said = [f"{self.words(item.label)}: {self._number(item.points)}" for item in rule.items.values()]
        if len(rule.items) > 1:
            together = {"sum": say("Several are added up."), "highest": say("Of several the highest counts.")}
            said.append(together[rule.together])
        if rule.cap is not None:
            said.append(say("At most %(cap)s points are added.", cap=self._number(rule.cap)))
        if self.process.ranking is not None and self.process.ranking.threshold is not None:
            if rule.counts_for_threshold:
                said.append(say("The threshold is held against the total with the bonus."))
            else:
                said.append(say("The threshold is held against the total without the bonus."))
        return said

    def rounding(self, rounding: Rounding) -> str:
        """How a result is rounded, and whether it is compared before or after that."""
        say, count = self.desk.say, self.desk.count
        mode = {
            "half_up": say("halves up"),
            "half_even": say("halves to the even digit"),
            "down": say("cut off"),
        }[rounding.mode]
        compared = {"exact": say("compared before rounding"), "rounded": say("compared after rounding")}
        said = f"{count('%(n)s place', '%(n)s places', rounding.places)}, {mode}; {compared[rounding.compare]}"
        if rounding.parts is None:
            return said
        first = count(
            "each part is rounded to %(n)s place first", "each part is rounded to %(n)s places first", rounding.parts
        )
        return f"{said}; {first}"

    def criterion(self, one: Criterion) -> str:
        """A criterion: its scale, its weight, its own threshold, what it counts when it is left empty."""
        say = self.desk.say
        said = say(
            "%(label)s: from %(min)s to %(max)s in steps of %(step)s, weight %(weight)s",
            label=self.words(one.label),
            min=self._number(one.min),
            max=self._number(one.max),
            step=self._number(one.step),
            weight=self._number(one.weight),
        )
        if one.threshold is not None:
            said += "; " + say("at least %(threshold)s", threshold=self._number(one.threshold))
        if one.missing is not None:
            said += "; " + say("may be left empty, then %(mark)s", mark=self._number(one.missing))
        return said

    def _number(self, value: Decimal) -> str:
        return marks.written(value, self.desk.language)

    # --- deadlines ----------------------------------------------------------------------------------------------------

    def due(self, rule: DeadlineRule) -> str:
        """When a deadline falls due, in words."""
        say = self.desk.say
        if rule.after is None:
            start = say("On the date: %(date)s.", date=self.label(self.process.dates, rule.at or ""))
        else:
            start = say("%(span)s after the state was entered.", span=self.span(rule.after))
        ends = {
            "end_of_day": say("It ends with the day."),
            "office_hours": say("It ends when the office closes."),
            "exact": say("It ends at that very minute."),
        }[rule.ends]
        roll = say("On a day off it ends with the next working day.") if rule.roll else ""
        return " ".join(filter(None, (start, ends, roll)))

    def then(self, rule: DeadlineRule) -> list[str]:
        """What the clock does when a deadline falls due, and what it sends before."""
        say, said = self.desk.say, []
        if rule.transition:
            said.append(say("Then the clock moves it: %(move)s.", move=self.move(rule.of, rule.transition)))
        if rule.notice:
            said.append(say("Then it sends: %(notice)s.", notice=rule.notice))
        said += [
            say("%(span)s before, it sends: %(notice)s.", span=self.span(r.before), notice=r.notice)
            for r in rule.reminders
        ]
        return said or [say("Nothing happens by itself.")]

    def span(self, span: Span) -> str:
        """A length of legal time: `5 working days`."""
        count = self.desk.count
        match span.unit:
            case "working_days":
                return count("%(n)s working day", "%(n)s working days", span.amount)
            case "weeks":
                return count("%(n)s week", "%(n)s weeks", span.amount)
            case "months":
                return count("%(n)s month", "%(n)s months", span.amount)
            case "hours":
                return count("%(n)s hour", "%(n)s hours", span.amount)
            case _:
                return count("%(n)s day", "%(n)s days", span.amount)

    # --- notices ------------------------------------------------------------------------------------------------------

    def reader(self, notice: NoticeRule) -> str:
        """Whom a notice tells."""
        return self.role(notice.to)

    def title(self, notice: str) -> str:
        """A notice by its subject line, as it is written."""
        texts = self.process.texts.get(notice, {})
        own = self.process.institution.languages[0]
        text = texts.get(self.desk.language) or texts.get(own) or next(iter(texts.values()), None)
        return text.subject if text is not None else notice
