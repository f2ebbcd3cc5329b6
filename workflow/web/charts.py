"""Charts as SVG, drawn on the server: pure functions from numbers and words to markup.

Why: a chart must be seen without script and under a policy that forbids inline styles, so colour comes from classes of
the stylesheet and everything else from attributes. The table behind each stands beside it, for whoever reads numbers.
Never here: data, sentences, a request.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from markupsafe import Markup, escape

_WIDTH = 480
_ROW = 44
_HEIGHT = 200
_LABELS = 7
_WIDEST = 48


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it is, how long, what is said of it; `whole`: of how much, drawn behind it."""

    label: str
    value: float
    said: str
    whole: float | None = None
    link: str = ""


def bars(identifier: str, title: str, description: str, rows: Sequence[Bar]) -> Markup:
    """Horizontal bars, each with its label above and its number at the end. `identifier` is unique on the page."""
    most = max([1e-9, *(max(row.value, row.whole or 0) for row in rows)])
    height = _ROW * len(rows) + 4
    parts = [_open(identifier, title, description, height)]
    for i, row in enumerate(rows):
        top = i * _ROW
        label = escape(row.label)
        said = escape(row.said)
        text = Markup('<text x="0" y="{}">{}</text>').format(top + 15, label)
        if row.link:
            text = Markup('<a href="{}">{}</a>').format(row.link, text)
        parts.append(text)
        room = _WIDTH - 90
        if row.whole is not None:
            parts.append(
                Markup('<rect class="bar is-3" x="0" y="{}" width="{:.1f}" height="16"/>').format(
                    top + 22, room * row.whole / most
                )
            )
        width = room * row.value / most
        parts.append(
            Markup('<rect class="bar" x="0" y="{}" width="{:.1f}" height="16"/>').format(
                top + 22, max(width, 1.5) if row.value else 0
            )
        )
        end = room * max(row.value, row.whole or 0) / most
        parts.append(Markup('<text class="mute" x="{:.1f}" y="{}">{}</text>').format(end + 8, top + 35, said))
    parts.append(Markup("</svg>"))
    return Markup("").join(parts)


def columns(identifier: str, title: str, description: str, rows: Sequence[Bar], mark: int | None = None) -> Markup:
    """Columns side by side, for days. `mark`: the index of the one that matters, drawn in the other tone.

    Only so many labels are written as there is room for; the table has them all.
    """
    most = max(1, ceil(max([0.0, *(row.value for row in rows)])))
    left, bottom = 36, 28
    parts = [_open(identifier, title, description, _HEIGHT)]
    ground = _HEIGHT - bottom
    room = ground - 16
    parts.append(Markup('<line class="axis" x1="{0}" y1="{1}" x2="{2}" y2="{1}"/>').format(left, ground, _WIDTH))
    for value in sorted({most, most // 2} - {0}):
        y = ground - room * value / most
        parts.append(Markup('<line class="grid" x1="{}" y1="{:.1f}" x2="{}" y2="{:.1f}"/>').format(left, y, _WIDTH, y))
        parts.append(
            Markup('<text class="mute" x="{}" y="{:.1f}" text-anchor="end">{}</text>').format(left - 6, y + 4, value)
        )
    step = min(_WIDEST, (_WIDTH - left) / max(1, len(rows)))
    every = max(1, ceil(len(rows) / _LABELS))
    for i, row in enumerate(rows):
        x = left + i * step
        height = room * row.value / most
        tone = "bar is-2" if i == mark else "bar"
        parts.append(
            Markup(
                '<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"><title>{}</title></rect>'
            ).format(tone, x + step * 0.1, ground - height, step * 0.8, height, row.said)
        )
        if i % every == 0:
            parts.append(
                Markup('<text class="mute" x="{:.1f}" y="{}">{}</text>').format(x + step * 0.1, ground + 18, row.label)
            )
    parts.append(Markup("</svg>"))
    return Markup("").join(parts)


def _open(identifier: str, title: str, description: str, height: int) -> Markup:
    return Markup(
        '<svg viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" aria-labelledby="{i}-title {i}-desc">'
        '<title id="{i}-title">{t}</title><desc id="{i}-desc">{d}</desc>'
    ).format(w=_WIDTH, h=height, i=identifier, t=title, d=description)
