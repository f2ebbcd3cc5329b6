"""From the models of files to the values the engine works with.

Why: files are written for people (short forms, things left out), the engine reads one full shape.
Never here: checking. What comes here has passed schema, references and clauses.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from decimal import Decimal
from types import MappingProxyType
from typing import TypeVar

from workflow.catalogue import schema as s
from workflow.catalogue.references import guard_parts
from workflow.catalogue.shapes import Clause, Texts
from workflow.engine import effects as e
from workflow.engine import process as p
from workflow.engine.acts import ACTS
from workflow.engine.answers import RIGHT, WRONG
from workflow.engine.combining import CHAIR, MEMBER

_K = TypeVar("_K")
_T = TypeVar("_T")
_NO_WORDS: p.Words = MappingProxyType({})


def institution(model: s.InstitutionFile) -> p.Institution:
    """The institution of an institution.yaml."""
    opens, closes = model.office_hours.split("-")
    return p.Institution(
        name=model.institution,
        title=_words(model.title),
        languages=tuple(model.languages),
        applicant_languages=tuple(model.applicant_languages or model.languages),
        zone=model.zone,
        calendar=model.calendar,
        opens=time.fromisoformat(opens),
        closes=time.fromisoformat(closes),
        email=model.email,
        address=_words(model.address),
        basis=_basis(model),
    )


def process(
    model: s.ProcessFile, of: p.Institution, texts: Mapping[str, Mapping[str, p.NoticeText]]
) -> p.ProcessDefinition:
    """The definition of a <process>.yaml with its institution and the texts of its notices."""
    return p.ProcessDefinition(
        format=model.format,
        name=model.process,
        institution=of,
        title=_words(model.title),
        basis=_basis(model),
        roles=_map({name: p.Role(name, _words(label)) for name, label in model.roles.items()}),
        dates=_map({n: p.NamedDate(n, _words(m.label), _basis(m), m.default) for n, m in model.dates.items()}),
        details=_map(
            {
                n: p.Detail(n, _words(m.label), _basis(m), _NO_WORDS if m.default is None else _words(m.default))
                for n, m in model.details.items()
            }
        ),
        positions=_map(
            {
                n: p.Position(n, _words(m.label), m.seats, _basis(m), tuple(m.requires), tuple(m.skips))
                for n, m in model.positions.items()
            }
        ),
        requirements=_map(
            {
                n: p.Requirement(n, _words(m.label), _basis(m), m.necessary, tuple(m.judged_by))
                for n, m in model.requirements.items()
            }
        ),
        documents=_map({n: _document(n, m) for n, m in model.documents.items()}),
        grounds=_map({n: p.Ground(n, _words(m.text), _basis(m)) for n, m in model.grounds.items()}),
        assessments=_map({n: _assessment(n, m) for n, m in model.assessments.items()}),
        ranking=None if model.ranking is None else _ranking(model.ranking),
        checks=_map({n: _check(n, m) for n, m in model.checks.items()}),
        training=None if model.training is None else _training(model.training),
        survey=None if model.survey is None else _survey(model.survey, model),
        notices=_map({n: p.NoticeRule(n, m.to, _basis(m), m.hold) for n, m in model.notices.items()}),
        texts=_map({notice: _map(dict(languages)) for notice, languages in texts.items()}),
        publications=_map({n: _publication(n, m) for n, m in model.publications.items()}),
        acts=_map({n: _act(n, m) for n, m in model.acts.items()}),
        lifecycles=_map({kind: _lifecycle(kind, m) for kind in p.Kind if (m := getattr(model.lifecycles, kind.value))}),
        deadlines=_map({n: _deadline(n, m) for n, m in model.deadlines.items()}),
        protocol=None if model.protocol is None else _protocol(model.protocol),
        channels=_map({n: p.Channel(n, _words(m.label), _basis(m), m.counts) for n, m in model.channels.items()}),
        tasks=_map({n: _task(n, m) for n, m in (model.onboarding.tasks if model.onboarding else {}).items()}),
        change_reasons=_map({n: p.ChangeReason(n, _words(m.text), _basis(m)) for n, m in model.change_reasons.items()}),
    )


_CANDIDATES: p.Words = MappingProxyType(
    {
        "en": "Candidates",
        "pl": "Kandydaci",
        "bg": "Кандидати",
        "zh": "应聘人员",
        "ru": "Кандидаты",
        "uk": "Кандидати",
        "be": "Кандыдаты",
    }
)


_ANSWERS: Mapping[str, p.Words] = MappingProxyType(
    {
        RIGHT: MappingProxyType(
            {
                "en": "Right answers",
                "pl": "Odpowiedzi prawidłowe",
                "bg": "Верни отговори",
                "zh": "答对题数",
                "ru": "Правильные ответы",
                "uk": "Правильні відповіді",
                "be": "Правільныя адказы",
            }
        ),
        WRONG: MappingProxyType(
            {
                "en": "Wrong answers",
                "pl": "Odpowiedzi błędne",
                "bg": "Грешни отговори",
                "zh": "答错题数",
                "ru": "Неправильные ответы",
                "uk": "Неправильні відповіді",
                "be": "Няправільныя адказы",
            }
        ),
    }
)


def _map(values: dict[_K, _T]) -> Mapping[_K, _T]:
    return MappingProxyType(values)


def _words(texts: Texts) -> p.Words:
    return MappingProxyType(dict(texts))


def _basis(clause: Clause) -> p.Basis:
    return p.Basis(tuple(clause.source or ()), clause.assumption)


def _document(name: str, m: s.DocumentModel) -> p.Document:
    return p.Document(
        name=name,
        kind=m.kind,
        per=m.per,
        label=_words(m.label),
        basis=_basis(m),
        only_for=tuple(m.only_for),
        optional=m.optional,
        proves=tuple(m.proves),
        judged_by=tuple(m.judged_by),
        text=_NO_WORDS if m.text is None else _words(m.text),
    )


def _rounding(m: s.RoundingModel) -> p.Rounding:
    return p.Rounding(m.places, m.mode, m.compare, m.parts)


def _combine(m: s.CombineModel) -> p.Combine:
    if m.trimmed_mean is not None:
        return p.Combine("trimmed_mean", drop=m.trimmed_mean.drop, at_least=m.trimmed_mean.at_least)
    if m.weighted_mean is not None:
        weights = {CHAIR: m.weighted_mean.chair, MEMBER: m.weighted_mean.member}
        return p.Combine("weighted_mean", weights=_map(weights))
    return p.Combine("mean" if m.median is None else "median")


def _criterion(name: str, m: s.CriterionModel) -> p.Criterion:
    return p.Criterion(
        name=name,
        label=_words(m.label),
        min=m.min,
        max=m.max,
        step=m.step,
        basis=_basis(m),
        weight=m.weight,
        threshold=None if m.threshold is None else m.threshold.at_least,
        threshold_basis=None if m.threshold is None else _basis(m.threshold),
        missing=m.missing,
    )


def _counts(m: s.AssessmentModel) -> dict[str, p.Criterion]:
    """What a sheet of counted answers asks for: how many were right and, where they count, how many were wrong."""
    assert m.answers is not None  # clauses demand the criteria or the answers
    worth = {RIGHT: m.answers.right} | ({} if m.answers.wrong is None else {WRONG: m.answers.wrong})
    most = Decimal(m.answers.questions)
    return {
        name: p.Criterion(name, _ANSWERS[name], Decimal(0), most, Decimal(1), _basis(m), weight)
        for name, weight in worth.items()
    }


def _answers(m: s.AnswersModel) -> p.Answers:
    return p.Answers(m.questions, m.right, m.wrong or Decimal(0), m.blank, m.start, m.floor)


def _fixing(m: s.AssessmentThresholdModel) -> p.Fixing | None:
    return None if m.between is None else p.Fixing(m.between.min, m.between.max, m.between.step, m.optional)


def _assessment(name: str, m: s.AssessmentModel) -> p.Assessment:
    return p.Assessment(
        name=name,
        label=_words(m.label),
        criteria=_map({n: _criterion(n, c) for n, c in (m.criteria or {}).items()} or _counts(m)),
        quorum=m.quorum,
        basis=_basis(m),
        rounding=_rounding(m.rounding),
        threshold=None if m.threshold is None else m.threshold.at_least,
        threshold_basis=None if m.threshold is None else _basis(m.threshold),
        combine=_combine(m.combine),
        answers=None if m.answers is None else _answers(m.answers),
        fixing=None if m.threshold is None else _fixing(m.threshold),
        for_ties=m.for_ == "ties",
    )


def _ranking(m: s.RankingModel) -> p.Ranking:
    return p.Ranking(
        total=_map(dict(m.total)),
        ties=tuple(m.ties),
        basis=_basis(m),
        rounding=_rounding(m.rounding),
        threshold=m.threshold,
        bonus=None if m.bonus is None else _bonus(m.bonus),
        priority=tuple(_priority(one) for one in m.priority),
    )


def _priority(m: s.PriorityModel) -> p.Priority:
    return p.Priority(
        requirement=m.requirement,
        among=m.among,
        basis=_basis(m),
        not_for=tuple(m.not_for),
        when=p.Saying(m.when.detail, m.when.says) if isinstance(m.when, s.SayingModel) else None,
    )


def _bonus(m: s.BonusModel) -> p.Bonus:
    return p.Bonus(
        items=_map(
            {n: p.BonusItem(n, i.requirement, i.points, _words(i.label), _basis(i)) for n, i in m.items.items()}
        ),
        basis=_basis(m),
        together=m.together,
        cap=m.cap,
        counts_for_threshold=bool(m.counts_for_threshold),
    )


def _check(name: str, m: s.CheckModel) -> p.Check:
    again = m.re_examination
    return p.Check(
        name=name,
        label=_words(m.label),
        basis=_basis(m),
        items=_map({n: p.CheckItem(n, _words(item.label), item.required) for n, item in m.items.items()}),
        valid_for=None if m.valid_for is None else _span(m.valid_for),
        re_examination=None
        if again is None
        else p.ReExamination(_span(again.within), again.times, _basis(again), again.roll),
    )


def _task(name: str, m: s.TaskModel) -> p.Task:
    due = p.DeadlineRule(
        name=name,
        of=p.Kind.APPLICATION,
        states=(),
        basis=_basis(m),
        label=_words(m.label),
        at=m.due.at,
        after=None if m.due.after is None else _span(m.due.after),
    )
    return p.Task(name, _words(m.label), m.owner, due, _basis(m), tuple(m.after), m.required)


def _training(m: s.TrainingModel) -> p.Training:
    return p.Training(
        title=_words(m.title),
        hours=m.hours,
        parts=_map(
            {
                n: p.TrainingPart(
                    n, part.kind, part.hours, _words(part.label), _basis(part), tuple(part.after), part.form
                )
                for n, part in m.parts.items()
            }
        ),
        basis=_basis(m),
        certificate=m.certificate,
        statement=m.statement,
    )


def _survey(m: s.SurveyModel, process: s.ProcessFile) -> p.Survey:
    """A survey that names no groups asks one, of everybody who may answer; its report opens at the end."""
    act = process.acts.get("answer_survey")
    groups = {n: p.SurveyGroup(n, _words(g.label), tuple(g.by), g.invitation) for n, g in (m.groups or {}).items()}
    everybody = p.SurveyGroup("candidates", _CANDIDATES, tuple(act.by) if act else ())
    ends = tuple(name for name, state in process.lifecycles.procedure.states.items() if state.final is not None)
    return p.Survey(
        questions=_map({n: _words(q) for n, q in m.questions.items()}),
        scale=m.scale,
        hide_below=m.hide_below,
        groups=_map(groups or {everybody.name: everybody}),
        shown_in=tuple(m.shown_in) if m.shown_in else ends,
        basis=_basis(m),
    )


def _publication(name: str, m: s.PublicationModel) -> p.Publication:
    lists = {
        n: p.PublishedList(_words(li.title), tuple(li.states), tuple(li.shows), p.Kind(li.of))
        for n, li in m.lists.items()
    }
    until = None
    if m.until is not None:
        until = p.DeadlineRule(
            name=name,
            of=p.Kind.PROCEDURE,
            states=(),
            basis=_basis(m.until),
            label=_words(m.title),
            at=m.until.at,
            after=None if m.until.after is None else _span(m.until.after),
            roll=False,
        )
    return p.Publication(
        name=name,
        title=_words(m.title),
        lists=_map(lists),
        basis=_basis(m),
        approved_by=() if m.approval is None else tuple(m.approval.by),
        approval_basis=None if m.approval is None else _basis(m.approval),
        until=until,
    )


def _protocol(m: s.ProtocolModel) -> p.Protocol:
    return p.Protocol(_words(m.title), tuple(m.signed_by), _basis(m), m.best)


def _act(name: str, m: s.ActModel) -> p.ActRule:
    return p.ActRule(name, ACTS[name], tuple(m.by), tuple(m.in_ or ()), _basis(m), m.backdated)


def _lifecycle(kind: p.Kind, m: s.LifecycleModel) -> p.Lifecycle:
    return p.Lifecycle(
        kind=kind,
        initial=m.initial,
        states=_map({name: _state(name, state) for name, state in m.states.items()}),
        transitions=tuple(
            # Alternatives are told apart by their place, counted from 0 as in the paths of problems.
            _transition(name if len(alternatives) == 1 else f"{name}.{index}", name, one)
            for name, alternatives in m.transitions.items()
            for index, one in enumerate(alternatives)
        ),
    )


def _state(name: str, m: s.StateModel) -> p.State:
    return p.State(
        name=name,
        stage=p.Stage(m.stage),
        label=_words(m.label),
        public=_words(m.public),
        next=_words(m.next),
        basis=_basis(m),
        owner=m.owner,
        until=m.until,
        final=m.final,
        holds_seat=m.holds_seat,
    )


def _transition(key: str, name: str, m: s.TransitionModel) -> p.Transition:
    return p.Transition(
        key=key,
        name=name,
        sources=tuple(m.from_),
        target=m.to,
        by=tuple(m.by),
        guards=tuple(_guard(guard) for guard in m.guards),
        effects=tuple(_effect(effect) for effect in m.effects),
        notices=tuple(m.notices or ()),
        silent=m.silent,
        label=_words(m.label),
        basis=_basis(m),
        backdated=m.backdated,
        undoes=m.undoes,
        follows=m.follows,
    )


def _guard(written: object) -> p.GuardCall:
    name, parameters = guard_parts(written)
    if name is None:
        raise AssertionError("references refuses whatever is no guard")
    return p.GuardCall(name, tuple(parameters))


def _effect(m: s.EffectModel) -> e.Effect:
    if m.move is not None:
        for subjects in p.KIND_OF:
            transition = getattr(m.move, subjects)
            if transition is not None:
                return e.Move(subjects, transition, tuple(m.move.in_ or ()))
    if m.rank is not None:
        groups = {"selected": m.rank.selected, "reserve": m.rank.reserve, "not_approved": m.rank.not_approved}
        return e.Rank(tuple(m.rank.in_), _map(groups))
    if m.shortlist is not None:
        cut = m.shortlist
        return e.Shortlist(
            tuple(cut.in_),
            cut.by,
            e.Cut(cut.ratio, cut.at_most, cut.round, cut.last_mark),
            cut.enter,
            cut.leave,
        )
    if m.call_next is not None:
        return _call_next(m.call_next)
    if m.check_opening_ratio is not None:
        opening = m.check_opening_ratio
        return e.CheckOpeningRatio(tuple(opening.in_), opening.ratio, opening.on_miss, opening.end)
    if m.open_sheets is not None:
        return e.OpenSheets(m.open_sheets)
    if m.publish is not None:
        return e.Publish(m.publish)
    if m.withdraw is not None:
        return e.Withdraw(m.withdraw)
    if m.attest_hours is not None:
        return e.AttestHours()
    if m.give_tasks is not None:
        return e.GiveTasks()
    if m.correct is not None:
        return e.Correct(m.correct)
    return e.Pin() if m.pin is not None else e.Certify()


def _call_next(m: s.CallNextModel) -> e.CallNext:
    term = None
    if m.within is not None:
        span = _span(m.within.after)
        term = e.CallTerm(span.amount, span.unit, tuple(m.within.since or ()), m.within.of)
    return e.CallNext(tuple(m.in_), m.transition, m.until, tuple(m.counting or ()), term, m.forbidden)


def _span(m: s.SpanModel) -> p.Span:
    unit, amount = next((unit, amount) for unit, amount in m if amount is not None)
    return p.Span(amount, unit)


def _deadline(name: str, m: s.DeadlineModel) -> p.DeadlineRule:
    return p.DeadlineRule(
        name=name,
        of=p.Kind(m.of),
        states=tuple(m.in_),
        basis=_basis(m),
        label=_words(m.label),
        at=m.at,
        after=None if m.after is None else _span(m.after),
        ends=m.ends,
        roll=m.roll,
        transition=m.on_due.transition,
        notice=m.on_due.notice,
        reminders=tuple(p.Reminder(_span(r.before), r.notice) for r in m.reminders),
    )
