from __future__ import annotations

import time
from collections.abc import Mapping
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.errors import TemplateError
from notifications.layouts import languages, load_layout
from notifications.links import MARKER, insert_links, marker
from notifications.notice import Rendered
from notifications.render import MAX_BODY_SOURCE, MAX_SUBJECT, Template, compile_notice
from notifications.samples import HOSTILE_VALUES, sample_context

BODY = """Dear {{ candidate }},

your application for **{{ position }}** was received.
{% if grounds and not reason %}

Grounds:

{{ grounds }}
{% elif reason %}

Reason: {{ reason }}
{% else %}

No grounds.
{% endif %}

1. answer by {{ due.offer_answer }}
2. place: `{{ detail.place }}`

> See [the law](https://law.example/a?b=1), or write to <office@town.example>.
"""
VALUES: dict[str, str | Mapping[str, str]] = {
    "candidate": "Żółć",
    "position": "логопед",
    "grounds": "",
    "reason": "",
    "due": {"offer_answer": "9 May"},
    "detail": {"place": "room 718"},
    "institution": "Town",
    "institution_address": "1 Street\nTown",
    "institution_email": "office@town.example",
}


def compiled(body: str = BODY, subject: str = "For {{ candidate }}", language: str = "en") -> Template:
    return compile_notice(subject, body, layout=load_layout(language))


def filled(body: str, **values: str) -> Rendered:
    return compiled(body).fill({**VALUES, **values})


def body_of(rendered: Rendered) -> str:
    return rendered.text.partition("\n\nYour personal link")[0]


def test_fill_text_is_readable_without_markup() -> None:
    rendered = compiled().fill(VALUES)
    assert rendered.subject == "For Żółć"
    assert body_of(rendered) == (
        "Dear Żółć,\n\nyour application for логопед was received.\n\nNo grounds.\n\n"
        "1. answer by 9 May\n2. place: room 718\n\n"
        "> See the law (https://law.example/a?b=1), or write to office@town.example."
    )


def test_fill_text_of_lists_and_blocks() -> None:
    source = "# Head\n\n- one\n  - two\n    three\n\n---\n\n```\ncode  *x*\n```\n\n3. c\n\n4. d\n\n{{ candidate }}"
    assert body_of(filled(source)) == (
        "Head\n\n- one\n  - two\n    three\n\n* * *\n\ncode  *x*\n\n3. c\n\n4. d\n\nŻółć"
    )


@pytest.mark.parametrize(
    ("grounds", "reason", "said"),
    [
        ("a\nb", "", "Grounds:\n\na\nb"),
        ("a", "why", "Reason: why"),
        ("", "why", "Reason: why"),
        ("", "", "No grounds."),
    ],
)
def test_conditions_choose_the_branch(grounds: str, reason: str, said: str) -> None:
    rendered = compiled().fill({**VALUES, "grounds": grounds, "reason": reason})
    middle = body_of(rendered).partition("received.\n\n")[2].partition("\n\n1. answer")[0]
    assert middle == said
    assert (
        f">{said.rsplit(chr(10), maxsplit=1)[-1].partition('a')[0]}" in rendered.html
        or said.replace("\n", "<br>") in rendered.html
    )


def test_html_keeps_markup_of_the_notice_and_breaks_lines_of_values() -> None:
    html = compiled().fill({**VALUES, "grounds": "a\nb"}).html
    assert "<strong>логопед</strong>" in html
    assert '<p style="margin:0 0 16px">a<br>b</p>' in html
    assert '<a href="https://law.example/a?b=1" style="color:#0b4f9e">the law</a>' in html
    assert "<title>For Żółć</title>" in html


def test_condition_inside_a_paragraph_and_a_list() -> None:
    source = "Hello{% if reason %}, because {{ reason }}{% endif %}.\n\n- a\n{% if reason %}\n- b\n{% endif %}\n- c"
    assert body_of(filled(source)) == "Hello.\n\n- a\n- c"
    rendered = filled(source, reason="so")
    assert body_of(rendered) == "Hello, because so.\n\n- a\n- b\n- c"
    assert rendered.html.count("<li") == 3


def test_placeholders_are_dotted_names_and_the_layouts() -> None:
    assert compiled().placeholders == {
        "candidate",
        "position",
        "grounds",
        "reason",
        "due.offer_answer",
        "detail.place",
        "institution",
        "institution_address",
        "institution_email",
    }


def test_group_keys_may_be_called_like_methods() -> None:
    rendered = compiled("{{ detail.items }} {{ due.get }}").fill(
        {**VALUES, "detail": {"items": "three"}, "due": {"get": "soon"}}
    )
    assert body_of(rendered) == "three soon"


@pytest.mark.parametrize("name", ["candidate", "due", "institution"])
def test_missing_name_is_named(name: str) -> None:
    values = {key: value for key, value in VALUES.items() if key != name}
    with pytest.raises(TemplateError, match=name):
        compiled().fill(values)


@pytest.mark.parametrize("value", [None, 3, object(), ["a"], {"a": "b"}])
def test_value_that_is_no_string_is_refused(value: object) -> None:
    with pytest.raises(TemplateError, match="'candidate'"):
        compiled().fill({**VALUES, "candidate": value})  # type: ignore[dict-item]


def test_value_of_a_string_subclass_cannot_act() -> None:
    class Loud(str):
        __slots__ = ()

        def __html__(self) -> str:
            return "<b>loud</b>"

        def __str__(self) -> str:
            return "<i>other</i>"

        def replace(self, *args: object, **kwargs: object) -> str:
            return "<u>replaced</u>"

    rendered = compiled("{{ candidate }}").fill({**VALUES, "candidate": Loud("<x>")})
    assert body_of(rendered) == "<x>"
    assert "&lt;x&gt;" in rendered.html


HOSTILE_TEMPLATES = {
    "{{ ''.__class__ }}": 1, "{{ candidate.__class__ }}": 1, "{{ candidate.__class__.__mro__ }}": 1,
    "{{ candidate._private }}": 1, "{{ _x }}": 1, "{{ candidate.upper() }}": 1, "{{ delete() }}": 1,
    "{{ candidate['x'] }}": 1, "{{ candidate[0] }}": 1, "{{ candidate.0 }}": 1, "{{ candidate|safe }}": 1,
    "{{ candidate|attr('x') }}": 1, "{{ 'x' * 1000000000 }}": 1, "{{ 7 * 7 }}": 1, "{{ 1 }}": 1, "{{ true }}": 1,
    "{{ 'x' }}": 1, "{{ a ~ b }}": 1, "{{ a + b }}": 1, "{{ a, b }}": 1, "{{ [a] }}": 1, "{{ {'a': b} }}": 1,
    "{{ a if b else c }}": 1, "{{ a is defined }}": 1, "{{ not a }}": 1, "{{ -a }}": 1, "{{ a.b.c }}": 1, "{{ }}": 1,
    "{{ lipsum() }}": 1, "{{ cycler.__init__.__globals__ }}": 1, "{{ range(9) }}": 1, "{{ Name }}": 1,
    "{{ имя }}": 1,
    "x\n{% for x in y %}{% endfor %}": 2, "{% set x = y %}": 1, "{% set x %}y{% endset %}": 1,
    "\n\n{% include 'x' %}": 3, "{% import 'x' as y %}": 1, "{% from 'x' import y %}": 1, "{% extends 'x' %}": 1,
    "{% block x %}{% endblock %}": 1, "{% macro x() %}{% endmacro %}": 1, "{% call x() %}{% endcall %}": 1,
    "{% filter upper %}x{% endfilter %}": 1, "{% with x = 1 %}{% endwith %}": 1, "{% do x %}": 1, "{% print x %}": 1,
    "{% autoescape false %}x{% endautoescape %}": 1, "{% raw %}{{ x }}{% endraw %}": 1, "a\n{# secret #}": 2,
    "{% if a == b %}x{% endif %}": 1, "{% if a() %}x{% endif %}": 1, "{% if a is defined %}x{% endif %}": 1,
    "{% if a in b %}x{% endif %}": 1, "{% if 1 %}x{% endif %}": 1, "{% if a.b.c %}x{% endif %}": 1,
    "{% if a|length %}x{% endif %}": 1, "{% if a %}x": 1, "a\nb {{ c": 2, "{% endif %}": 1, "{% else %}": 1,
    "{% if a %}{% if a %}{% if a %}{% if a %}{% if a %}{% if a %}x"
    "{% endif %}{% endif %}{% endif %}{% endif %}{% endif %}{% endif %}": 1,
    "{{ body }}": 0, "{% if subject %}x{% endif %}": 0, "{% if " + "not " * 4000 + "a %}x{% endif %}": 0,
    "{{ " + "(" * 4000 + "a" + ")" * 4000 + " }}": 0, "x" * (MAX_BODY_SOURCE + 1): 0, "": 0, "  \n": 0,
    "![x](https://evil.example/x.png)": 1, "a\n\n[x]({{ personal_link }})": 3,
    "[x](https://a.example/{{ candidate }})": 1,
    "[x]([[link:status]])": 1, "[x](/relative)": 1, "[x](ftp://a.example)": 1,
    '[x](https://a.example "{{ candidate }}")': 1,
    "a\x00b": 1, "a\n\u202eb": 2, "a\ue0000\ue001b": 1, "**a\n{{ personal_link }}**": 0,
    "".join(f"{{% if a{number} %}}x{{% endif %}}" for number in range(11)): 0,
}  # fmt: skip


@pytest.mark.parametrize(("source", "line"), HOSTILE_TEMPLATES.items(), ids=range(len(HOSTILE_TEMPLATES)))
def test_template_outside_the_language_is_refused_with_its_line(source: str, line: int) -> None:
    began = time.perf_counter()
    with pytest.raises(TemplateError) as refused:
        compiled(source)
    assert (refused.value.line, refused.value.part) == (line, "body")
    assert refused.value.what
    assert refused.value.remedy
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize(
    "subject", ["", "a\nBcc: x@y.example", "{{ a() }}", "x" * 301, "[[link:status]]", "{{ personal_link }}", "a\x00"]
)
def test_subject_outside_the_language_is_refused(subject: str) -> None:
    with pytest.raises(TemplateError) as refused:
        compiled("text", subject=subject)
    assert refused.value.part == "subject"


@pytest.mark.parametrize("source", ["[" * 19_000, "*" * 19_000, "> " * 9_000, "`" * 19_000, "a_" * 9_000, "![" * 9_000])
def test_markdown_made_to_be_slow_is_read_in_time(source: str) -> None:
    began = time.perf_counter()
    compiled("x " + source)
    assert time.perf_counter() - began < 5


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "br":
            self.found.append((tag, tuple(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def tags(html: str) -> _Tags:
    parser = _Tags()
    parser.feed(html)
    parser.close()
    return parser


def assert_harmless(value: str) -> None:
    template = compiled("Dear {{ candidate }},\n\n**{{ candidate }}**{{ candidate }}\n\n{{ personal_link }}")
    plain = template.fill({**VALUES, "candidate": "Jan", "personal_link": marker("status")})
    rendered = template.fill({**VALUES, "candidate": value, "personal_link": marker("status")})
    assert tags(rendered.html).found == tags(plain.html).found
    for part in (rendered.text, rendered.html):
        assert MARKER.findall(part) == ["status"]
        assert not set(part) & set("\x00\x1b\x07\r\u2028\u2029\u202e\u2066\u2069\ufeff\ue000\ue001\x85")
        part.encode("utf-8")
    assert len(rendered.subject.splitlines()) == 1
    assert len(rendered.subject) <= MAX_SUBJECT
    text, html = insert_links(rendered.text, rendered.html, lambda name: "https://town.example/s/1")
    assert text.count("https://town.example/s/1") == 1
    assert html is not None
    assert html.count('href="https://town.example/s/1"') == 1


@pytest.mark.parametrize("value", HOSTILE_VALUES, ids=range(len(HOSTILE_VALUES)))
def test_hostile_value_stays_a_value(value: str) -> None:
    assert_harmless(value)


@given(
    st.text()
    | st.lists(st.sampled_from(["[", "[[", "link:", "status", "]]", "<", "-->", "<!--", "&", "\n", "*", "a"])).map(
        "".join
    )
)
def test_any_value_stays_a_value(value: str) -> None:
    assert_harmless("x" + value)


def test_value_in_text_keeps_its_own_signs() -> None:
    assert body_of(filled("{{ candidate }}", candidate="**a** <b> [c](d) &amp;")) == "**a** <b> [c](d) &amp;"


def test_marker_put_together_from_two_values_is_broken() -> None:
    rendered = filled("{{ candidate }}{{ reason }}", candidate="[[link:", reason="status]]")
    assert MARKER.findall(body_of(rendered)) == []


def test_long_subject_is_cut() -> None:
    rendered = compiled().fill({**VALUES, "candidate": "a" * 1000})
    assert len(rendered.subject) == MAX_SUBJECT
    assert rendered.subject.endswith("…")


def test_output_is_bounded() -> None:
    with pytest.raises(TemplateError, match="longer"):
        filled("{{ candidate }}", candidate="a" * 300_000)


def test_link_line_vanishes_without_a_link() -> None:
    rendered = filled("Text")
    text, html = insert_links(rendered.text, rendered.html, lambda name: None)
    assert "personal link" not in text
    assert "[[" not in text
    assert html is not None
    assert "personal link" not in html
    assert "<!--" not in html
    assert "<p></p>" not in html
    assert text.startswith("Text\n\n-- \nTown\n")


def test_link_of_the_notice_replaces_the_layouts() -> None:
    rendered = filled("Look here:\n{{ personal_link }}\n\nEnd.", personal_link=marker("status"))
    assert MARKER.findall(rendered.text) == ["status"]
    text, html = insert_links(rendered.text, rendered.html, lambda name: "https://town.example/s/1?a=1&b=2")
    assert "Look here:\nhttps://town.example/s/1?a=1&b=2\n\nEnd." in text
    assert html is not None
    assert ">https://town.example/s/1?a=1&amp;b=2</a></p>" in html
    text, html = insert_links(rendered.text, rendered.html, lambda name: None)
    assert "Look here:\n\nEnd." in text
    assert html is not None
    assert tags(html).found == tags(rendered.html).found


@pytest.mark.parametrize("language", sorted(languages()))
def test_layout_of_each_language_is_complete(language: str) -> None:
    rendered = compiled(language=language).fill(VALUES)
    found = tags(rendered.html).found
    names = [tag for tag, _ in found]
    declared = dict(found[0][1])["lang"]
    assert declared is not None
    assert declared.startswith(language)
    assert (names.count("title"), names.count("table"), names.count("script"), names.count("img")) == (1, 0, 0, 0)
    assert ("a", (("href", "mailto:office@town.example"), ("style", "color:#0b4f9e"))) in found
    for part in (rendered.text, rendered.html):
        assert MARKER.findall(part) == ["status"]
        assert "Town" in part
        assert "office@town.example" in part
    without = compiled(language=language).fill({**VALUES, "institution_email": "", "institution_address": ""})
    assert "mailto:" not in without.html.partition('role="contentinfo"')[2]
    assert without.text.count("\n\n\n") == 0


def test_layouts_exist_for_every_language_promised() -> None:
    assert languages() == {"pl", "bg", "zh", "ru", "en", "uk", "be"}


def test_layouts_say_the_same_in_different_words() -> None:
    assert len({load_layout(language).text for language in languages()}) == len(languages())


def test_unknown_language_is_refused() -> None:
    with pytest.raises(TemplateError, match="'xx'"):
        load_layout("xx")


def test_sample_context_fits_the_template() -> None:
    template = compiled(BODY + "\n{{ personal_link }}\n")
    rendered = template.fill(sample_context(template.placeholders, {"candidate": "Jan", "due.offer_answer": "9 May"}))
    assert rendered.subject == "For Jan"
    assert "answer by 9 May" in rendered.text
    assert "‹detail.place›" in rendered.text


def test_filling_is_fast_enough() -> None:
    template = compiled()
    template.fill(VALUES)
    best = min(_seconds(template) for _ in range(5)) / 200
    assert best < 200e-6, f"{best * 1e6:.0f} microseconds; the aim is 60 on a quiet machine"


def _seconds(template: Template) -> float:
    began = time.perf_counter()
    for _ in range(200):
        template.fill(VALUES)
    return time.perf_counter() - began
