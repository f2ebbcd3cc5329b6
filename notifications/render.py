"""From a notice's text and a context to what is said: subject, plain text and HTML.

Why: a notice is compiled once and filled many times; filling only puts cleaned, escaped strings into their places.
Never here: an attribute, call or index of any value: a context is strings, and groups of strings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from html import escape
from typing import TypeAlias

from notifications import grammar, markdown
from notifications.errors import TemplateError
from notifications.layouts import Layout
from notifications.links import LINE, MARKER, START
from notifications.markdown import CLOSE, OPEN
from notifications.notice import Rendered

MAX_SUBJECT_SOURCE = 300
MAX_BODY_SOURCE = 20_000
MAX_OUTPUT = 200_000
MAX_SUBJECT = 250
MAX_CONDITIONS = 10
# The one name whose value may be a marker; it comes from the caller's code, never from a person.
LINK_NAME = "personal_link"

Context: TypeAlias = Mapping[str, "str | Mapping[str, str]"]

_PLACE = re.compile(f"{OPEN}([0-9]+){CLOSE}")
_KEPT_PROGRAMS = 64
# Controls but tab and newline, the characters that reorder text, separators that some readers take for line ends,
# half characters, and the private-use characters that mark places.
_HOSTILE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ue000\ue001]"
)
_BLOCK_EDGES = re.compile(
    r"((?:\s|<(?:p|li|ul|ol|blockquote|div|h[1-6])(?: [^<>]*)?>)*)(.*?)"
    r"((?:\s|<br>|</(?:p|li|ul|ol|blockquote|div|h[1-6])>)*)\Z",
    re.DOTALL,
)
_TAG = re.compile(r"<(/?)([a-z]+)[^<>]*>")
_SPECIAL = re.compile("[&<>\"'\n]")
_BLANKS = re.compile(r"\n{3,}")


def clean(value: str) -> str:
    """The value without characters that could change how the text around it reads; line ends are newlines."""
    if _HOSTILE.search(value):
        value = value.replace("\r\n", "\n")
        value = re.sub("[\r\x0b\x0c\x85\u2028\u2029]", "\n", value)
        value = re.sub("[\ud800-\udfff]", "\ufffd", value)
        value = _HOSTILE.sub("", value)
    return value


def _html(value: str) -> str:
    return escape(value).replace("\n", "<br>")


@cache
def _frames(layout: Layout) -> tuple[tuple[grammar.Node, ...], tuple[grammar.Node, ...]]:
    return grammar.parse(layout.text, "layout"), grammar.parse(layout.html, "layout")


class _Program:
    """A text with its conditions decided: fixed pieces, and places filled by index."""

    __slots__ = ("markers", "pieces", "places", "size")

    def __init__(self, source: str) -> None:
        parts = _PLACE.split(source)
        self.pieces: list[str] = [part if index % 2 == 0 else "" for index, part in enumerate(parts)]
        self.places = [(index, int(parts[index])) for index in range(1, len(parts), 2)]
        self.size = len(source)
        self.markers = len(MARKER.findall(source))

    def fill(self, values: list[str]) -> str:
        pieces = self.pieces.copy()
        for index, value in self.places:
            pieces[index] = values[value]
        return "".join(pieces)


class Template:
    """A compiled notice in one language. Filling it twice with equal contexts gives equal results."""

    __slots__ = ("_body", "_kept", "_layout", "_lookups", "_names", "_subject", "_tested", "placeholders")

    def __init__(self, subject: tuple[grammar.Node, ...], body: tuple[grammar.Node, ...], layout: Layout) -> None:
        self._subject = subject
        self._body = body
        self._layout = _frames(layout)
        trees = (subject, body, *self._layout)
        tested = dict.fromkeys(name for tree in trees for name in grammar.tested(tree))
        if len(tested) > MAX_CONDITIONS:
            raise TemplateError(f"more than {MAX_CONDITIONS} names are tested", "test fewer")
        names = dict.fromkeys([*tested, *(name for tree in trees for name in grammar.slots(tree))])
        own = {*grammar.tested(subject), *grammar.slots(subject), *grammar.tested(body), *grammar.slots(body)}
        for reserved in ("body", "subject"):
            if reserved in own:
                raise TemplateError(f"{reserved!r} is a place of the layout", "use another name")
            names.pop(reserved, None)
        #: Every name that filling needs, the layout's included; a name in a group is written `group.name`.
        self.placeholders: frozenset[str] = frozenset(names)
        self._names = tuple(names)
        self._lookups = tuple((name, *name.partition(".")[::2]) for name in names)
        self._tested = tuple(tested)
        self._kept: dict[tuple[bool, ...], tuple[_Program, _Program, _Program]] = {}

    def check(self) -> None:
        """Assembles the notice with every branch present; raises TemplateError."""
        self._assemble(None)

    def fill(self, context: Context) -> Rendered:
        """What the notice says with these values: subject of at most MAX_SUBJECT characters, text, HTML document.

        Values never become markup or links, in either part. Raises TemplateError for a missing name, for a value that
        is no string, and when the result would be longer than MAX_OUTPUT.
        """
        values = self._values(context)
        rendered = self._fill(values)
        if rendered is None:
            # Some value tried to look like a marker, alone or together with what stands beside it.
            values = [
                value if name == LINK_NAME and MARKER.fullmatch(value) else value.replace("link:", "link :")
                for name, value in zip(self._names, values, strict=True)
            ]
            rendered = self._fill(values)
            assert rendered is not None
        return rendered

    def _values(self, context: Context) -> list[str]:
        values = []
        for name, first, second in self._lookups:
            value: object = context.get(first)
            if second:
                value = value.get(second) if isinstance(value, Mapping) else None
            if type(value) is not str:
                if not isinstance(value, str):
                    raise TemplateError(f"no value for {name!r}", "give a string, empty when it does not apply")
                value = str.__str__(value)
            values.append(clean(value) if _HOSTILE.search(value) else value)
        return values

    def _fill(self, values: list[str]) -> Rendered | None:
        """None when the filled text holds other markers than the template's own."""
        key = tuple([bool(values[index]) for index in range(len(self._tested))])
        programs = self._kept.get(key)
        if programs is None:
            if len(self._kept) >= _KEPT_PROGRAMS:
                self._kept.clear()
            programs = self._kept[key] = self._assemble(dict(zip(self._tested, key, strict=True)))
        head, plain, page = programs
        subject = " ".join(head.fill(values).split())
        if len(subject) > MAX_SUBJECT:
            subject = subject[: MAX_SUBJECT - 1] + "…"
        values = [*values, subject]
        text = plain.fill(values)
        html = page.fill([_html(value) if _SPECIAL.search(value) else value for value in values])
        if len(text) > MAX_OUTPUT or len(html) > MAX_OUTPUT:
            raise TemplateError(f"the message is longer than {MAX_OUTPUT} characters", "shorten the values")
        for filled, program in ((text, plain), (html, page)):
            if filled.count(START) != program.markers + self._links(program, values):
                return None
        return Rendered(subject, text, html)

    def _links(self, program: _Program, values: list[str]) -> int:
        if LINK_NAME not in self.placeholders:
            return 0
        own = self._names.index(LINK_NAME)
        if not MARKER.fullmatch(values[own]):
            return 0
        return sum(1 for _, value in program.places if value == own)

    def _assemble(self, truths: Mapping[str, bool] | None) -> tuple[_Program, _Program, _Program]:
        places = {name: f"{OPEN}{index}{CLOSE}" for index, name in enumerate(self._names)}
        head = grammar.resolve(self._subject, truths, places.__getitem__)
        text, html = markdown.both(grammar.resolve(self._body, truths, places.__getitem__))
        places["subject"] = f"{OPEN}{len(self._names)}{CLOSE}"
        link = places.get(LINK_NAME, START)
        page = grammar.resolve(self._layout[1], truths, {**places, "body": html.rstrip("\n")}.__getitem__)
        plain = grammar.resolve(self._layout[0], truths, {**places, "body": text}.__getitem__)
        if START in text or link in text:
            # The notice gives the personal link in its own words; the layout's line would say it twice.
            page = _without_layout_link(page, html)
            plain = _without_layout_link(plain, text)
        marked = "\n".join(_mark_line(line) if START in line or link in line else line for line in page.split("\n"))
        return _Program(head), _Program(_BLANKS.sub("\n\n", plain).strip("\n") + "\n"), _Program(marked)


def _without_layout_link(whole: str, body: str) -> str:
    before, _, after = whole.partition(body.rstrip("\n"))
    kept = [line for line in after.split("\n") if START not in line]
    return before + body.rstrip("\n") + "\n".join(kept)


def _mark_line(line: str) -> str:
    """The line with its words between the comments by which delivery can leave it out."""
    edges = _BLOCK_EDGES.match(line)
    assert edges is not None
    opened: list[str] = []
    for closing, tag in _TAG.findall(edges[2]):
        if tag == "br":
            continue
        if not closing:
            opened.append(tag)
        elif not opened or opened.pop() != tag:
            opened.append(tag)
            break
    if opened:
        raise TemplateError(
            "the line with the personal link is cut by markup that spans lines", "give it a paragraph of its own"
        )
    return f"{edges[1]}{LINE[0]}{edges[2]}{LINE[1]}{edges[3]}"


def compile_notice(subject: str, body: str, *, layout: Layout) -> Template:
    """The notice, ready to be filled; compiled once, Markdown included.

    `subject` is one line; `body` is Markdown. Raises TemplateError with the line, what is wrong, and the remedy.
    """
    for source, part, longest in ((subject, "subject", MAX_SUBJECT_SOURCE), (body, "body", MAX_BODY_SOURCE)):
        if not source.strip():
            raise TemplateError("is empty", "write it", part=part)
        if len(source) > longest:
            raise TemplateError(f"is longer than {longest} characters", "shorten it", part=part)
        found = _HOSTILE.search(source.replace("\r\n", "\n"))
        if found:
            line = source.count("\n", 0, found.start()) + 1
            raise TemplateError(f"holds the character U+{ord(found[0]):04X}", "remove it", part=part, line=line)
    if "\n" in subject.strip() or "\r" in subject.strip():
        raise TemplateError("has more than one line", "write it in one line", part="subject", line=2)
    if START in subject:
        raise TemplateError("a link has no place in a subject", "put it into the body", part="subject", line=1)
    head = grammar.parse(subject.strip(), "subject")
    if LINK_NAME in {*grammar.slots(head)}:
        raise TemplateError("a link has no place in a subject", "put it into the body", part="subject", line=1)
    template = Template(head, grammar.parse(body.replace("\r\n", "\n"), "body"), layout)
    template.check()
    return template
