"""A lifecycle as a picture: Mermaid text and SVG, from the same definition that runs.

Why: a lawyer checks a picture faster than YAML, and a picture drawn from the definition cannot differ from it.
The SVG needs no script, font or package; text widths are estimated. Every word comes from the definition or the
caller, and everything is escaped.
Never here: sentences in a language, routes of the web, colours outside `STYLE`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from workflow.engine.layout import Box, Layout, Link, Point, place, ranks
from workflow.engine.process import CLOCK, NEW, Kind, Lifecycle, ProcessDefinition, State, Transition

STYLE = """
.lifecycle{font:500 13px system-ui,"Noto Sans","Noto Sans CJK SC",sans-serif}
.lifecycle text{fill:#1c2430;text-anchor:middle}
.lifecycle .state rect{fill:#fff;stroke:#5b6b80;stroke-width:1.25}
.lifecycle .state .inner{fill:none;stroke-width:.9}
.lifecycle .final rect{fill:#eef1f5}
.lifecycle .current rect{fill:#dcebff;stroke:#0b57c2;stroke-width:2.25}
.lifecycle a:hover rect,.lifecycle a:focus rect{stroke:#0b57c2}
.lifecycle .count rect{fill:#1c2430;stroke:none}
.lifecycle .count text{fill:#fff;font-size:11px;font-weight:600}
.lifecycle .start{fill:#1c2430}
.lifecycle .move path{fill:none;stroke:#8090a4;stroke-width:1.25}
.lifecycle .clock path{stroke:#a65b00;stroke-dasharray:5 4}
.lifecycle .move .head{fill:#5b6b80;stroke:none}
.lifecycle .move.clock .head{fill:#a65b00}
.lifecycle .move text{font-size:12px}
.lifecycle .move .who{font-size:11px;font-weight:400;fill:#566375}
.lifecycle .clock .who{fill:#8a4b00}
@media (prefers-color-scheme:dark){
.lifecycle text{fill:#e8edf4}
.lifecycle .state rect{fill:#1d2530;stroke:#8fa0b6}
.lifecycle .state .inner{fill:none}
.lifecycle .final rect{fill:#2a3442}
.lifecycle .current rect{fill:#123a70;stroke:#7db2ff}
.lifecycle a:hover rect,.lifecycle a:focus rect{stroke:#7db2ff}
.lifecycle .count rect{fill:#e8edf4}
.lifecycle .count text{fill:#141a22}
.lifecycle .start{fill:#e8edf4}
.lifecycle .move path{stroke:#77879c}
.lifecycle .clock path{stroke:#e0a050}
.lifecycle .move .head{fill:#a9b7c9}
.lifecycle .move.clock .head{fill:#e0a050}
.lifecycle .move .who{fill:#a9b7c9}
.lifecycle .clock .who{fill:#e0a050}
}
"""
"""The classes of every diagram, for light and dark. A page with a strict policy serves it from its own stylesheet."""

_MARGIN = 14.0
_LINE = 17.0
_SMALL = 15.0
_WRAP = 150.0
_NARROW = frozenset("iljtfrI.,:;'|!()[]/ -·")
_WIDE = frozenset("mwMWшщжюыфмШЩЖЮЫФМДО@%")


@dataclass(frozen=True, slots=True)
class _Arrow:
    """What is drawn as one: transitions with the same sources and target. `texts`: (words, muted) line by line."""

    key: str
    sources: tuple[str, ...]
    target: str
    by_clock: bool
    texts: tuple[tuple[str, bool], ...]


def mermaid(
    process: ProcessDefinition,
    kind: Kind,
    language: str,
    *,
    words: Mapping[str, str] | None = None,
    counts: Mapping[str, int] | None = None,
) -> str:
    """The lifecycle of that kind as a Mermaid `stateDiagram-v2`, ending in a newline.

    `words` names the built-in roles (clock, candidate, commission ...) in the language; `counts` are shown behind the
    states. Raises KeyError when the process has no lifecycle of that kind or no text in that language.
    """
    lifecycle = process.lifecycles[kind]
    lines = ["stateDiagram-v2", "    direction TB"]
    for state in lifecycle.states.values():
        count = f" ({counts[state.name]})" if counts and state.name in counts else ""
        lines.append(f'    state "{_quoted(state.label[language] + count)}" as s_{state.name}')
    if not _creates(lifecycle):
        lines.append(f"    [*] --> s_{lifecycle.initial}")
    for t in lifecycle.transitions:
        text = _quoted(f"{t.label[language]} ({_who(process, kind, t, language, words or {})})")
        for source in t.sources:
            lines.append(f"    {'[*]' if source == NEW else f's_{source}'} --> s_{t.target} : {text}")
    lines.extend(f"    s_{state.name} --> [*]" for state in lifecycle.states.values() if state.final)
    return "\n".join(lines) + "\n"


def svg(
    process: ProcessDefinition,
    kind: Kind,
    language: str,
    *,
    title: str,
    description: str = "",
    words: Mapping[str, str] | None = None,
    counts: Mapping[str, int] | None = None,
    current: str | None = None,
    href: Callable[[str], str | None] | None = None,
    styled: bool = True,
) -> str:
    """The lifecycle of that kind as one `<svg>` element: states as boxes, moves as arrows with name and roles.

    Final states have a double border; moves made by the clock are dashed and name their deadline. `title` and
    `description` are what a screen reader says. `counts` are shown at the states, `current` marks one of them,
    `href(state)` may give a link. `styled=False` leaves `STYLE` to the page. The same input gives the same bytes.
    Raises KeyError as `mermaid` does.
    """
    lifecycle = process.lifecycles[kind]
    arrows = _arrows(process, kind, lifecycle, language, words or {})
    loops = {a.sources[0]: a for a in arrows if a.sources == (a.target,)}
    labels = {s.name: _wrapped(s.label[language], 13.0) for s in lifecycle.states.values()}
    boxes = [Box(NEW, 18.0, 18.0)]
    sizes: dict[str, tuple[float, float]] = {}
    for name, rows in labels.items():
        width = max(84.0, max(_width(row, 13.0) for row in rows) + 30.0)
        # A loop needs room at the right; the same at the left keeps the box in the middle.
        side, tall = (2 * _loop_room(loops[name]), _height(loops[name])) if name in loops else (0.0, 0.0)
        sizes[name] = (width, max(len(rows) * _LINE + 21.0, tall))
        boxes.append(Box(name, width + side, sizes[name][1]))
    links, layer = _links(lifecycle, [a for a in arrows if a.sources != (a.target,)])
    layout = place(boxes, links, layer)
    ident = f"lifecycle-{process.institution.name}-{process.name}-{kind}-{language}"
    role = "group" if href else "img"  # nothing inside an image can be reached
    width, height = layout.width + 2 * _MARGIN, layout.height + 2 * _MARGIN
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="lifecycle" role="{role}" width="{_n(width)}" '
        f'height="{_n(height)}" viewBox="{_n(-_MARGIN)} {_n(-_MARGIN)} {_n(width)} {_n(height)}" '
        f'lang="{escape(language)}" aria-labelledby="{escape(ident)}-title {escape(ident)}-desc">',
        f'<title id="{escape(ident)}-title">{_clean(title)}</title>',
        f'<desc id="{escape(ident)}-desc">{_clean(description or title)}</desc>',
    ]
    if styled:
        out.append(f"<style>{STYLE}</style>")
    keyed = {a.key: a for a in arrows}
    out.extend(_drawn_link(link, keyed.get(link.name.partition("<")[0]), layout) for link in links)
    at = layout.boxes[NEW]
    out.append(f'<circle class="start" cx="{_n(at.x)}" cy="{_n(at.y)}" r="8"/>')
    for state in lifecycle.states.values():
        at = layout.boxes[state.name]
        if state.name in loops:
            out.append(_drawn_loop(loops[state.name], at, sizes[state.name]))
        count = counts.get(state.name) if counts else None
        box = _drawn_state(state, labels[state.name], at, sizes[state.name], count, current=state.name == current)
        link = href(state.name) if href else None
        out.append(f'<a href="{escape(link)}">{box}</a>' if link else box)
    return "\n".join([*out, "</svg>"]) + "\n"


# --- what is drawn --------------------------------------------------------------------------------------------------


def _creates(lifecycle: Lifecycle) -> bool:
    return any(NEW in t.sources for t in lifecycle.transitions)


def _who(process: ProcessDefinition, kind: Kind, t: Transition, language: str, words: Mapping[str, str]) -> str:
    """Who makes the move: roles in words, and for the clock the deadlines that make it."""
    named: list[str] = []
    for role in t.by:
        rules = [d for d in process.deadlines.values() if d.of == kind and d.transition == t.name]
        if role == CLOCK and rules:
            named.extend(rule.label[language] for rule in rules)
        elif role in words:
            named.append(words[role])
        else:
            named.append(process.roles[role].label[language] if role in process.roles else role)
    return ", ".join(named)


def _arrows(
    process: ProcessDefinition, kind: Kind, lifecycle: Lifecycle, language: str, words: Mapping[str, str]
) -> list[_Arrow]:
    """Transitions joined where one arrow can stand for them.

    Alternatives of one name to one target become one arrow with all their sources; then moves with the same sources
    and target share an arrow that names each. A move that only the clock makes stays apart, because it is dashed.
    """
    by_name: dict[tuple[str, str, tuple[str, ...], bool], list[str]] = {}
    texts: dict[tuple[str, str, tuple[str, ...], bool], tuple[str, str]] = {}
    for t in lifecycle.transitions:
        who = _who(process, kind, t, language, words)
        for loop in (True, False):
            sources = [s for s in t.sources if (s == t.target) == loop]
            key = (t.name, t.target, tuple(sources) if loop else (), t.by == (CLOCK,) and not loop)
            if sources:
                known = by_name.setdefault(key, [])
                known.extend(s for s in sources if s not in known)
                texts.setdefault(key, (t.label[language], who))
    joined: dict[tuple[tuple[str, ...], str, bool], list[tuple[str, str]]] = {}
    order = [NEW, *lifecycle.states]
    for key, sources in by_name.items():
        group = joined.setdefault((tuple(sorted(sources, key=order.index)), key[1], key[3]), [])
        if texts[key] not in group:
            group.append(texts[key])
    return [
        _Arrow(f"a{i}", sources, target, by_clock, tuple(line for text, who in group for line in _label(text, who)))
        for i, ((sources, target, by_clock), group) in enumerate(joined.items())
    ]


def _label(text: str, who: str) -> list[tuple[str, bool]]:
    rows = [(row, False) for row in _wrapped(text, 12.0)]
    return rows + [(row, True) for row in _wrapped(who, 11.0)]


def _links(lifecycle: Lifecycle, arrows: list[_Arrow]) -> tuple[list[Link], dict[str, int]]:
    """The arrows as links of the layout, split into those that lead down and those that lead back, and the layers.

    Inside a cycle the order of declaration says what is forward: it is the order in which the author tells the story.
    """
    order = {name: i for i, name in enumerate([NEW, *lifecycle.states])}
    edges = [(s, a.target) for a in arrows for s in a.sources]
    if not _creates(lifecycle):
        edges.append((NEW, lifecycle.initial))
    reach = _reachable(list(order), edges)
    # A reversed edge points forward in the order of declaration, so that turning all of them leaves no cycle.
    turned = [(t, s) if s in reach[t] and order[t] < order[s] else (s, t) for s, t in edges]
    layer = ranks(list(order), turned)
    links: list[Link] = []
    for a in arrows:
        width = max(_width(text, 11.0 if small else 12.0) for text, small in a.texts) + 10.0
        for back in (False, True):
            sources = tuple(s for s in a.sources if (layer[s] > layer[a.target]) == back)
            if sources:
                name = f"{a.key}<" if back else a.key
                links.append(Link(name, sources, a.target, width, _height(a), back))
    if not _creates(lifecycle):
        links.append(Link("start", (NEW,), lifecycle.initial, 0.0, 0.0))
    return links, layer


def _reachable(names: list[str], edges: list[tuple[str, str]]) -> dict[str, set[str]]:
    """For each state the states that can be reached from it."""
    after: dict[str, set[str]] = {name: set() for name in names}
    for source, target in edges:
        after[source].add(target)
    reach: dict[str, set[str]] = {}
    for name in names:
        seen: set[str] = set()
        todo = [name]
        while todo:
            new = after[todo.pop()] - seen
            seen |= new
            todo.extend(new)
        reach[name] = seen
    return reach


# --- drawing --------------------------------------------------------------------------------------------------------


def _drawn_state(
    state: State, rows: list[str], at: Point, size: tuple[float, float], count: int | None, *, current: bool
) -> str:
    w, h = size
    classes = ["state", f"stage-{state.stage}", *(["final"] if state.final else []), *(["current"] if current else [])]
    parts = [f'<g class="{" ".join(classes)}" data-state="{escape(state.name)}">', _rect(at.x, at.y, w, h, 7.0)]
    if state.final:
        parts.append(_rect(at.x, at.y, w - 7.0, h - 7.0, 4.5, "inner"))
    first = at.y - (len(rows) - 1) * _LINE / 2 + 4.5
    parts.extend(_text(row, at.x, first + i * _LINE) for i, row in enumerate(rows))
    if count is not None:
        wide = _width(str(count), 11.0) + 12.0
        x, y = at.x + w / 2 - 4.0, at.y - h / 2
        parts.append(f'<g class="count">{_rect(x, y, wide, 17.0, 8.5)}{_text(str(count), x, y + 4.0)}</g>')
    return "".join([*parts, "</g>"])


def _drawn_link(link: Link, arrow: _Arrow | None, layout: Layout) -> str:
    """The lines, the head and the label of an arrow; the one from the start to the initial state has no label."""
    parts = [f'<g class="move{" clock" if arrow and arrow.by_clock else ""}">']
    parts.extend(_path(line) for line in (*layout.lines[link.name], layout.arrows[link.name]))
    parts.append(_head(layout.arrows[link.name][-1], up=link.back))
    at = layout.labels[link.name]
    return "".join([*parts, _texts(arrow, at.x, at.y) if arrow else "", "</g>"])


def _drawn_loop(arrow: _Arrow, at: Point, size: tuple[float, float]) -> str:
    x, y = at.x + size[0] / 2, at.y
    far = x + 26.0
    curve = f"M{_n(x)} {_n(y - 9)}C{_n(far)} {_n(y - 18)} {_n(far)} {_n(y + 18)} {_n(x + 6)} {_n(y + 9)}"
    head = f'<path class="head" d="M{_n(x)} {_n(y + 8)}l9 -2l-3 7z"/>'
    middle = x + 26.0 + (_loop_room(arrow) - 30.0) / 2
    return (
        f'<g class="move{" clock" if arrow.by_clock else ""}"><path d="{curve}"/>{head}{_texts(arrow, middle, y)}</g>'
    )


def _texts(arrow: _Arrow, x: float, y: float) -> str:
    top = y - _height(arrow) / 2 + 11.5
    return "".join(
        _text(text, x, top + i * _SMALL, "who" if small else "") for i, (text, small) in enumerate(arrow.texts)
    )


def _height(arrow: _Arrow) -> float:
    return len(arrow.texts) * _SMALL + 2.0


def _loop_room(arrow: _Arrow) -> float:
    return max(_width(text, 12.0) for text, _ in arrow.texts) + 32.0


def _path(points: tuple[Point, ...]) -> str:
    d = [f"M{_n(points[0].x)} {_n(points[0].y)}"]
    for a, b in pairwise(points):
        if a.x == b.x:
            d.append(f"V{_n(b.y)}")
        else:
            middle = (a.y + b.y) / 2
            d.append(f"C{_n(a.x)} {_n(middle)} {_n(b.x)} {_n(middle)} {_n(b.x)} {_n(b.y)}")
    return f'<path d="{"".join(d)}"/>'


def _head(tip: Point, *, up: bool) -> str:
    back = 8 if up else -8
    return f'<path class="head" d="M{_n(tip.x)} {_n(tip.y)}l-4 {back}h8z"/>'


def _rect(x: float, y: float, w: float, h: float, r: float, name: str = "") -> str:
    kind = f'class="{name}" ' if name else ""
    return f'<rect {kind}x="{_n(x - w / 2)}" y="{_n(y - h / 2)}" width="{_n(w)}" height="{_n(h)}" rx="{_n(r)}"/>'


def _text(text: str, x: float, y: float, name: str = "") -> str:
    kind = f'class="{name}" ' if name else ""
    return f'<text {kind}x="{_n(x)}" y="{_n(y)}">{_clean(text)}</text>'


# --- text -----------------------------------------------------------------------------------------------------------


def _width(text: str, size: float) -> float:
    """The estimated width in px: a full-width (CJK) character is as wide as it is high."""
    em = 0.0
    for c in text:
        if unicodedata.combining(c):
            continue
        if unicodedata.east_asian_width(c) in "WF":
            em += 1.0
        elif c in _NARROW:
            em += 0.33
        elif c in _WIDE:
            em += 0.86
        else:
            em += 0.68 if c.isupper() else 0.58
    return em * size


def _wrapped(text: str, size: float) -> list[str]:
    """The text in lines of about `_WRAP` px: broken at spaces, or anywhere between full-width characters."""
    rows = [""]
    for piece in re.findall(
        r"\s+|[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]|[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+", text
    ):
        if piece.isspace():
            rows[-1] += " " if rows[-1] else ""
        elif rows[-1] and _width(rows[-1] + piece, size) > _WRAP:
            rows.append(piece)
        else:
            rows[-1] += piece
    return [row.rstrip() for row in rows if row.strip()] or [""]


def _clean(text: str) -> str:
    """The text for XML: escaped, and without the control characters that no XML may hold."""
    return escape("".join(c if c.isprintable() else " " for c in text))


def _quoted(text: str) -> str:
    """The text for Mermaid: what could end a label, start a comment or be read as markup becomes an entity."""
    return "".join(c if c.isalnum() or c in " .,()-–/" else " " if c.isspace() else f"#{ord(c)};" for c in text)


def _n(value: float) -> str:
    """A coordinate with one decimal at most, never -0."""
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")
