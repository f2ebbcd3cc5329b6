"""Made-up values for previews, and hostile ones for tests of every notice.

Why: whoever writes a notice sees it filled in before anybody receives it.
Never here: a value of a real person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from notifications.links import marker
from notifications.render import LINK_NAME

#: What people have tried to smuggle into mails: headers, markup, Markdown, links, reordering, control characters.
HOSTILE_VALUES: tuple[str, ...] = (
    "Jan\r\nBcc: victim@mail.example",
    "Jan\nSubject: other",
    "Jan\x00Kowalski",
    "<script>alert(1)</script>",
    "<!-- <!--link--> x <!--/link--> -->",
    '"><img src=x onerror=alert(1)>',
    "&lt;b&gt; & <b>",
    "**bold** _em_ `code` # head",
    "[click](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "<https://evil.example>",
    "{{ institution }}",
    "{% if candidate %}x{% endif %}",
    "[[link:status]]",
    "link:status]]",
    "\ue0000\ue001",
    "\u202egnp.exe",
    "\u2066isolate\u2069",
    "line\u2028separator\u2029paragraph\x85next",
    "\x1b[31mred\x07",
    "\ud800",
    "\ufeffbom",
    "=?utf-8?b?SGVsbG8=?=",
    "a" * 5_000,
    "\U00020bb7\u91ce\u5bb6",
    "- item\n- item\n\n1. one\n> quote\n---",
)


def sample_context(
    placeholders: Iterable[str], known: Mapping[str, str] | None = None
) -> dict[str, str | dict[str, str]]:
    """A context with a value for every placeholder: from `known` by its dotted name, else its name in ‹ ›."""
    context: dict[str, str | dict[str, str]] = {}
    for name in sorted(placeholders):
        value = (known or {}).get(name) or (marker("status") if name == LINK_NAME else f"‹{name}›")
        first, _, second = name.partition(".")
        if not second:
            context[first] = value
            continue
        group = context.setdefault(first, {})
        if isinstance(group, dict):
            group[second] = value
    return context
