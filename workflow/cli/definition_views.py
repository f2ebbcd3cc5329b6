"""What a definition looks like on the terminal, as JSON and as a drawing.

Never here: what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, get_args

import typer

from workflow.cli.naming import one_of, text_of
from workflow.cli.output import print_json, settings, table

if TYPE_CHECKING:
    from workflow.engine.process import (
        Answers,
        Assessment,
        Basis,
        Bonus,
        Criterion,
        DeadlineRule,
        GuardCall,
        Kind,
        Lifecycle,
        ProcessDefinition,
        Span,
    )


def rules(process: ProcessDefinition, *, as_json: bool) -> None:
    """Every section of a definition that has something in it."""
    if as_json:
        print_json(_data(process))
        return
    typer.secho(f"{process.name}: {text_of(process.title, process)}", bold=True)
    about = process.institution
    typer.echo(f"{text_of(about.title, process)}; {about.zone}; calendar {about.calendar}; {_basis(process.basis)}")
    typer.echo(f"Roles: {', '.join(f'{text_of(r.label, process)} ({r.name})' for r in process.roles.values())}")
    _positions(process)
    _documents(process)
    _assessments(process)
    for kind, lifecycle in process.lifecycles.items():
        _lifecycle(process, kind, lifecycle)
    rows = [
        (d.name, text_of(d.label, process), d.of.value, ", ".join(d.states), _when(d), _due(d), _basis(d.basis))
        for d in process.deadlines.values()
    ]
    _section("Deadlines", ("name", "label", "of", "while in", "due", "then", "why"), rows)
    told = [(n.name, n.to, ", ".join(process.texts.get(n.name, {})), _basis(n.basis)) for n in process.notices.values()]
    _section("Notices", ("name", "to", "languages", "why"), told)
    acts = [
        (a.name, a.of.value, ", ".join(a.by), ", ".join(a.states) or "any", _basis(a.basis))
        for a in process.acts.values()
    ]
    _section("Acts that move nothing", ("name", "on", "by", "while in", "why"), acts)


def diagram(process: ProcessDefinition, kind: Kind, shape: str, language: str | None) -> str:
    """A lifecycle as one SVG or Mermaid text. Raises BadParameter for a language the definition does not have."""
    from workflow.engine import diagram as drawing
    from workflow.wording import built_in_roles

    known = process.institution.languages
    if language is not None:
        one_of(language, known, "language", "--language")
    chosen = language or (settings().language if settings().language in known else known[0])
    if kind not in process.lifecycles:
        raise typer.BadParameter(f"{process.name} has no lifecycle of a {kind.value}", param_hint="--of")
    if shape == "mermaid":
        return drawing.mermaid(process, kind, chosen, words=built_in_roles(chosen))
    title = process.title.get(chosen) or text_of(process.title, process)
    return drawing.svg(process, kind, chosen, title=f"{title}: {kind.value}", words=built_in_roles(chosen))


def _data(value: Any) -> Any:
    """A definition as plain data for JSON; effects say what kind they are. (Its maps are read-only: no `asdict`.)"""
    from workflow.engine.effects import Effect

    if is_dataclass(value) and not isinstance(value, type):
        kind = {"effect": type(value).__name__} if isinstance(value, get_args(Effect)) else {}
        return kind | {f.name: _data(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(getattr(key, "value", key)): _data(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_data(one) for one in value]
    return value


def _positions(process: ProcessDefinition) -> None:
    rows = []
    for p in process.positions.values():
        asked = [f"{r}" if process.requirements[r].necessary else f"({r})" for r in p.requires]
        rows.append((p.name, text_of(p.label, process), p.seats, ", ".join(asked), _basis(p.basis)))
    _section("Positions; in brackets what only counts in favour", ("name", "label", "seats", "requires", "why"), rows)


def _documents(process: ProcessDefinition) -> None:
    rows = []
    for d in process.documents.values():
        marks = [d.kind, f"per {d.per}", *(["optional"] if d.optional else [])]
        marks += [f"only for {', '.join(d.only_for)}"] if d.only_for else []
        marks += [f"judged by {', '.join(d.judged_by)}"] if d.judged_by else []
        rows.append((d.name, text_of(d.label, process), ", ".join(marks), ", ".join(d.proves), _basis(d.basis)))
    ways = [(c.name, text_of(c.label, process), c.counts, _basis(c.basis)) for c in process.channels.values()]
    _section("How applications come", ("name", "label", "in time by", "why"), ways)
    _section("Documents", ("name", "label", "kind", "proves", "why"), rows)
    grounds = [(g.name, text_of(g.text, process), _basis(g.basis)) for g in process.grounds.values()]
    _section("Grounds", ("name", "text", "why"), grounds)


def _criterion(c: Criterion) -> str:
    least = "" if c.threshold is None else f", at least {c.threshold}"
    empty = "" if c.missing is None else f", empty counts {c.missing}"
    return f"{c.name} {c.min}-{c.max}, weight {c.weight}{least}{empty}"


def _answers(rule: Answers) -> str:
    floor = "" if rule.floor is None else f", not below {rule.floor}"
    floor += f", starting from {rule.start}" if rule.start else ""
    return f"{rule.questions} questions: right {rule.right}, wrong {rule.wrong}, blank {rule.blank}{floor}"


def _bonus(rule: Bonus) -> str:
    items = ", ".join(f"{item.name} {item.points} ({item.requirement})" for item in rule.items.values())
    cap = "" if rule.cap is None else f", at most {rule.cap}"
    counts = ", counts for the threshold" if rule.counts_for_threshold else ""
    return f"Bonus: {rule.together} of {items}{cap}{counts}; {_basis(rule.basis)}"


def _combined(a: Assessment) -> str:
    match a.combine.rule:
        case "trimmed_mean":
            how = f"mean without the {a.combine.drop} highest and lowest, from {a.combine.at_least} sheets on"
        case "weighted_mean":
            how = "mean weighted " + ", ".join(f"{name} {weight}" for name, weight in a.combine.weights.items())
        case rule:
            how = rule
    parts = "" if a.rounding.parts is None else f"; totals rounded to {a.rounding.parts} places first"
    return f"{how}{parts}"


def _assessments(process: ProcessDefinition) -> None:
    rows = []
    for a in process.assessments.values():
        criteria = "\n".join(map(_criterion, a.criteria.values())) if a.answers is None else _answers(a.answers)
        least = "" if a.threshold is None else f"{a.threshold}"
        rows.append((a.name, text_of(a.label, process), criteria, a.quorum, _combined(a), least, _basis(a.basis)))
    _section("Assessments", ("name", "label", "criteria", "quorum", "result", "at least", "why"), rows)
    if process.ranking is not None:
        total = " + ".join(f"{weight} x {name}" for name, weight in process.ranking.total.items())
        least = "" if process.ranking.threshold is None else f", at least {process.ranking.threshold}"
        typer.echo(
            f"\nRanking: {total}{least}; ties by {', '.join(process.ranking.ties)}; {_basis(process.ranking.basis)}"
        )
        if process.ranking.bonus is not None:
            typer.echo(_bonus(process.ranking.bonus))
    if process.training is not None:
        parts = [
            (p.name, text_of(p.label, process), p.kind, p.hours, ", ".join(p.after), _basis(p.basis))
            for p in process.training.parts.values()
        ]
        title = f"Training: {text_of(process.training.title, process)}, {process.training.hours} hours"
        _section(title, ("name", "label", "kind", "hours", "after", "why"), parts)


def _lifecycle(process: ProcessDefinition, kind: Kind, lifecycle: Lifecycle) -> None:
    states = [
        (
            s.name,
            text_of(s.label, process),
            s.stage.value,
            f"ends: {s.final}" if s.final else s.owner,
            "holds a seat" if s.holds_seat else "",
            _basis(s.basis),
        )
        for s in lifecycle.states.values()
    ]
    _section(f"States of a {kind.value}", ("name", "label", "stage", "who acts", "", "why"), states)
    moves = [
        (
            t.name,
            f"{', '.join(t.sources)} -> {t.target}",
            ", ".join(t.by),
            "\n".join(map(_guard, t.guards)),
            ", ".join(type(e).__name__ for e in t.effects),
            ", ".join(t.notices) or "(silent)",
            _basis(t.basis),
        )
        for t in lifecycle.transitions
    ]
    _section(f"Moves of a {kind.value}", ("name", "from -> to", "by", "when", "causes", "sends", "why"), moves)


def _section(title: str, columns: Iterable[str], rows: list[tuple[Any, ...]]) -> None:
    if rows:
        table(f"\n{title}", tuple(columns), rows)


def _guard(call: GuardCall) -> str:
    return f"{call.name}: {', '.join(call.parameters)}" if call.parameters else call.name


def _basis(basis: Basis) -> str:
    return ", ".join(basis.sources) if basis.sources else f"assumed: {basis.assumption}"


def _when(rule: DeadlineRule) -> str:
    if rule.after is None:
        return f"at {rule.at}"
    return f"{_span(rule.after)} after"


def _due(rule: DeadlineRule) -> str:
    then = [*([rule.transition] if rule.transition else []), *([f"notice {rule.notice}"] if rule.notice else [])]
    return "\n".join([*then, *(f"{_span(r.before)} before: {r.notice}" for r in rule.reminders)])


def _span(span: Span) -> str:
    return f"{span.amount} {span.unit.replace('_', ' ')}"
