"""The picture of a lifecycle: everything in it, nothing on top of anything, nothing unescaped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import time
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.engine.diagram import STYLE, _width, mermaid, svg
from workflow.engine.layout import ranks
from workflow.engine.process import (
    NEW,
    Basis,
    DeadlineRule,
    Institution,
    Kind,
    Lifecycle,
    ProcessDefinition,
    Role,
    Stage,
    State,
    Transition,
    Words,
)

BASIS = Basis(assumption="a test")
SVG = "{http://www.w3.org/2000/svg}"

STATES = {
    "submitted": ("Submitted", "已提交", None),
    "document_check": ("Documents being checked", "资格审查中", None),
    "late": ("Received late", "逾期", "late"),
    "rejected": ("Not admitted", "审查不合格", "rejected"),
    "admitted": ("Admitted to the interview", "审查合格，进入面试", None),
    "interviewed": ("Interviewed", "已面试", None),
    "absent": ("Absent from the interview", "缺考", "absent"),
    "not_approved": ("Not approved", "不合格", "not_approved"),
    "reserve": ("Reserve", "候补", None),
    "selected": ("Selected", "拟聘用", None),
    "offered": ("Offer sent, answer awaited", "已发聘用通知", None),
    "medical_check": ("Medical examination", "体检", None),
    "background_check": ("Background check", "政审考察", None),
    "check_failed": ("Check not passed", "体检或考察不合格", "check_failed"),
    "hired": ("Contract signed", "已签合同", None),
    "onboarding": ("Induction", "岗前培训", None),
    "employed": ("In post", "已上岗", "employed"),
    "declined": ("Declined", "放弃", "declined"),
    "withdrawn": ("Withdrawn by the candidate", "自行退出", "withdrawn"),
    "expired": ("Reserve expired", "候补过期", "expired"),
}

MOVES: list[tuple[str, str, str, str, str, str | None]] = [
    ("register", NEW, "submitted", "registrar", "Register", None),
    ("register", NEW, "late", "registrar", "Register", None),
    ("begin_check", "submitted", "document_check", "procedure", "Begin the check", None),
    ("check_again", "document_check", "document_check", "commission", "Ask once more", None),
    ("admit", "document_check", "admitted", "commission", "Admit", None),
    ("reject", "document_check", "rejected", "commission", "Reject with grounds", None),
    ("reinstate", "rejected", "document_check", "coordinator", "Reinstate", "reject"),
    ("close_interview", "admitted", "interviewed", "coordinator chair", "Close the interview", None),
    ("mark_absent", "admitted", "absent", "commission", "Mark as absent", None),
    ("select", "interviewed", "selected", "procedure", "Select", None),
    ("put_in_reserve", "interviewed", "reserve", "procedure", "Put in reserve", None),
    ("disapprove", "interviewed", "not_approved", "procedure", "Not approve", None),
    ("offer", "selected", "offered", "coordinator", "Send the offer", None),
    ("call", "reserve", "offered", "application", "Call the next in line", None),
    ("accept", "offered", "medical_check", "candidate registrar", "Accept", None),
    ("decline", "offered", "declined", "candidate", "Decline", None),
    ("lapse", "offered", "declined", "clock", "Offer lapses", None),
    ("expire", "reserve", "expired", "clock", "Reserve expires", None),
    ("pass_medical", "medical_check", "background_check", "coordinator", "Passed", None),
    ("fail_check", "medical_check background_check", "check_failed", "coordinator", "Not passed", None),
    ("repeat_medical", "background_check", "medical_check", "head", "Repeat the examination", "pass_medical"),
    ("hire", "background_check", "hired", "head", "Sign the contract", None),
    ("begin_induction", "hired", "onboarding", "coordinator", "Begin the induction", None),
    ("finish", "onboarding", "employed", "coordinator", "Finish", None),
    ("withdraw", "submitted document_check admitted interviewed reserve selected", "withdrawn", "candidate registrar",
     "Withdraw", None),
]  # fmt: skip

ROLES = {"registrar": "Registrar", "coordinator": "Coordinator", "head": "Mayor"}
WORDS = {"commission": "Commission", "candidate": "Candidate", "clock": "by itself", "chair": "Chair"}


def both(en: str, zh: str) -> Words:
    return {"en": en, "zh": zh}


def state(name: str, label: Words, final: str | None) -> State:
    return State(name, Stage.INTAKE, label, label, {}, BASIS, owner=None if final else "registrar", final=final)


def move(i: int, name: str, sources: str, target: str, by: str, label: str, undoes: str | None) -> Transition:
    words = both(label, "办理" + name[:2])
    roles = tuple(by.split())
    return Transition(f"{i}", name, tuple(sources.split()), target, roles, (), (), (), "", words, BASIS, undoes=undoes)


def process_of(lifecycle: Lifecycle) -> ProcessDefinition:
    institution = Institution(
        "sample", {}, ("en", "zh"), ("en",), "UTC", "BG", time(8), time(17), "a@b.example", {}, BASIS
    )
    deadlines = {
        "offer_answer": DeadlineRule("offer_answer", Kind.APPLICATION, ("offered",), BASIS,
                                     both("Five working days for the answer", "五个工作日"), transition="lapse"),
        "reserve_until": DeadlineRule("reserve_until", Kind.APPLICATION, ("reserve",), BASIS,
                                      both("Reserve until", "候补期"), transition="expire"),
    }  # fmt: skip
    return ProcessDefinition(
        1, "selection", institution, {}, BASIS, {n: Role(n, both(w, w)) for n, w in ROLES.items()}, {}, {}, {}, {}, {},
        {}, {}, None, {}, None, None, {}, {}, {}, {}, {lifecycle.kind: lifecycle}, deadlines,
    )  # fmt: skip


LIFECYCLE = Lifecycle(
    Kind.APPLICATION,
    "submitted",
    {name: state(name, both(en, zh), final) for name, (en, zh, final) in STATES.items()},
    tuple(move(i, *m) for i, m in enumerate(MOVES)),
)
PROCESS = process_of(LIFECYCLE)

Area = tuple[float, float, float, float]


def drawn(process: ProcessDefinition = PROCESS, language: str = "en") -> ElementTree.Element:
    return ElementTree.fromstring(svg(process, Kind.APPLICATION, language, title="t", words=WORDS))


def groups(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [g for g in root.iter(f"{SVG}g") if name in g.get("class", "").split()]


def texts(element: ElementTree.Element) -> list[str]:
    return [t.text or "" for t in element.iter(f"{SVG}text")]


def number(element: ElementTree.Element, name: str) -> float:
    return float(element.attrib[name])


def box_of(group: ElementTree.Element) -> Area:
    rect = group.find(f"{SVG}rect")
    assert rect is not None
    x, y = number(rect, "x"), number(rect, "y")
    return x, y, x + number(rect, "width"), y + number(rect, "height")


def text_areas(group: ElementTree.Element) -> list[Area]:
    areas = []
    for t in group.iter(f"{SVG}text"):
        half = _width(t.text or "", 11.0 if t.get("class") == "who" else 12.0) / 2
        x, y = number(t, "x"), number(t, "y")
        areas.append((x - half, y - 9, x + half, y + 2))
    return areas


def overlap(a: Area, b: Area) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def points_on(d: str) -> Iterator[tuple[float, float]]:
    """Points along a path of M, V and C, close enough together to meet any box that it crosses."""
    x = y = 0.0
    for command, rest in re.findall(r"([MVC])([-0-9. ]+)", d):
        n = [float(v) for v in rest.split()]
        if command == "M":
            x, y = n
        elif command == "V":
            yield from ((x, y + (n[0] - y) * i / 40) for i in range(41))
            y = n[0]
        else:
            for i in range(41):
                t = i / 40
                a, b, c, e = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
                yield a * x + b * n[0] + c * n[2] + e * n[4], a * y + b * n[1] + c * n[3] + e * n[5]
            x, y = n[4:]


def check_nothing_covers_anything(root: ElementTree.Element) -> None:
    boxes = {g.attrib["data-state"]: box_of(g) for g in groups(root, "state")}
    labels = [(g, area) for g in groups(root, "move") for area in text_areas(g)]
    assert not [(a, b) for (a, x), (b, y) in combinations(boxes.items(), 2) if overlap(x, y)]
    assert not [(name, texts(g)) for name, box in boxes.items() for g, area in labels if overlap(box, area)]
    assert not [(texts(a), texts(b)) for (a, x), (b, y) in combinations(labels, 2) if a is not b and overlap(x, y)]
    x0, y0, width, height = (float(v) for v in root.attrib["viewBox"].split())
    page = (x0, y0, x0 + width, y0 + height)
    for x1, y1, x2, y2 in [*boxes.values(), *(area for _, area in labels)]:
        assert page[0] <= x1
        assert page[1] <= y1
        assert x2 <= page[2]
        assert y2 <= page[3]
    for g in groups(root, "move"):
        for path in g.iter(f"{SVG}path"):
            if path.get("class") == "head":
                continue
            for x, y in points_on(path.attrib["d"]):
                for name, (x1, y1, x2, y2) in boxes.items():
                    assert not (x1 + 1 < x < x2 - 1 and y1 + 1 < y < y2 - 1), (texts(g), "crosses", name)
                for other, (x1, y1, x2, y2) in labels:
                    assert not (x1 < x < x2 and y1 < y < y2), (texts(g), "crosses", texts(other))


# --- the picture ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_covers_anything_in_a_lifecycle_of_twenty_states(language: str) -> None:
    check_nothing_covers_anything(drawn(language=language))


@settings(max_examples=60)
@given(
    st.integers(1, 11).flatmap(
        lambda n: st.tuples(
            st.just(n),
            st.lists(
                st.tuples(st.sets(st.integers(-1, n - 1), min_size=1, max_size=4), st.integers(0, n - 1)),
                max_size=18,
            ),
        )
    )
)
def test_nothing_covers_anything_in_any_lifecycle(shape: tuple[int, list[tuple[set[int], int]]]) -> None:
    """Cycles, loops, islands and parallel moves included."""
    n, moves = shape
    names = {-1: NEW, **{i: f"s{i}" for i in range(n)}}
    lifecycle = Lifecycle(
        Kind.APPLICATION,
        "s0",
        {f"s{i}": state(f"s{i}", both(f"State number {i}", f"状态{i}"), None) for i in range(n)},
        tuple(
            move(i, f"m{i}", " ".join(names[s] for s in sorted(sources)), names[target], "head", f"Move {i}", None)
            for i, (sources, target) in enumerate(moves)
        ),
    )
    root = drawn(process_of(lifecycle))
    check_nothing_covers_anything(root)
    said = " ".join(text for g in groups(root, "move") for text in texts(g))
    assert all(f"Move {i}" in said for i in range(len(moves)))


def test_every_state_and_every_move_is_in_the_picture_once() -> None:
    root = drawn()
    assert [" ".join(texts(g)) for g in groups(root, "state")] == [en for en, _, _ in STATES.values()]
    moves = groups(root, "move")
    assert len(moves) == len(MOVES)  # no two of the sample share sources and target
    for *_, label, _ in MOVES:
        assert any(" ".join(texts(g)).startswith(label) for g in moves), label


def test_moves_of_the_same_sources_and_target_share_an_arrow() -> None:
    again = move(99, "admit_by_lot", "document_check", "admitted", "head", "Admit by lot", None)
    lifecycle = replace(LIFECYCLE, transitions=(*LIFECYCLE.transitions, again))
    moves = [texts(g) for g in groups(drawn(process_of(lifecycle)), "move")]
    assert ["Admit", "Commission", "Admit by lot", "Mayor"] in moves
    assert len(moves) == len(MOVES)


def test_final_states_have_a_double_border_and_no_other() -> None:
    double = {g.attrib["data-state"] for g in groups(drawn(), "state") if len(list(g.iter(f"{SVG}rect"))) == 2}
    assert double == {name for name, (_, _, final) in STATES.items() if final}


def test_moves_of_the_clock_are_dashed_and_name_their_deadline() -> None:
    said = [" ".join(texts(g)) for g in groups(drawn(), "clock")]
    assert sorted(said) == ["Offer lapses Five working days for the answer", "Reserve expires Reserve until"]
    assert re.search(r"\.clock path\{[^}]*dasharray", STYLE)


def test_a_move_that_people_may_make_as_well_is_not_dashed() -> None:
    shared = tuple(replace(t, by=("clock", "head")) if t.name == "lapse" else t for t in LIFECYCLE.transitions)
    root = drawn(process_of(replace(LIFECYCLE, transitions=shared)))
    assert [" ".join(texts(g)) for g in groups(root, "clock")] == ["Reserve expires Reserve until"]
    assert any("Five working days for the answer, Mayor" in " ".join(texts(g)) for g in groups(root, "move"))


def test_counts_the_current_state_and_links() -> None:
    text = svg(
        PROCESS,
        Kind.APPLICATION,
        "en",
        title="t",
        counts={"submitted": 12, "reserve": 0},
        current="offered",
        href=lambda name: f'/s?a=1&b="{name}"' if name == "reserve" else None,
    )
    root = ElementTree.fromstring(text)
    assert [texts(g) for g in groups(root, "count")] == [["12"], ["0"]]
    assert [g.attrib["data-state"] for g in groups(root, "current")] == ["offered"]
    links = list(root.iter(f"{SVG}a"))
    assert [a.attrib["href"] for a in links] == ['/s?a=1&b="reserve"']
    assert texts(links[0]) == ["Reserve", "0"]


def test_a_screen_reader_is_told_what_it_is() -> None:
    root = ElementTree.fromstring(
        svg(PROCESS, Kind.APPLICATION, "en", title="Application & co", description="From papers to post")
    )
    title, desc = root[0], root[1]
    assert root.get("role") == "img"
    assert root.attrib["aria-labelledby"].split() == [title.attrib["id"], desc.attrib["id"]]
    assert (title.text, desc.text) == ("Application & co", "From papers to post")


def test_the_same_lifecycle_gives_the_same_bytes() -> None:
    def draw() -> str:
        return svg(PROCESS, Kind.APPLICATION, "en", title="t", words=WORDS)

    assert draw() == draw()


def test_the_page_may_bring_the_style() -> None:
    assert list(drawn().iter(f"{SVG}style"))
    bare = svg(PROCESS, Kind.APPLICATION, "en", title="t", styled=False)
    assert "<style" not in bare
    assert "style=" not in bare


NASTY = '<script>alert("1")</script> & \x00\x1b]]> \'"'


def nasty_process() -> ProcessDefinition:
    states = {"a": state("a", both(NASTY, NASTY), None), "b": state("b", both(NASTY, NASTY), "b")}
    return process_of(Lifecycle(Kind.APPLICATION, "a", states, (move(0, "go", "a", "b", "head", NASTY, None),)))


def test_nothing_in_a_definition_becomes_markup() -> None:
    text = svg(nasty_process(), Kind.APPLICATION, "en", title=NASTY, description=NASTY, href=lambda name: NASTY[:8])
    root = ElementTree.fromstring(text)  # control characters would not parse
    assert not [e.tag for e in root.iter() if "script" in e.tag]
    assert "<script" not in text
    assert "<script>alert" in " ".join(texts(root))


# --- Mermaid --------------------------------------------------------------------------------------------------------


def test_mermaid_of_a_lifecycle_without_creating_moves() -> None:
    states = {"draft": state("draft", both("Draft", "草案"), None), "end": state("end", both("Ended", "结束"), "done")}
    process = process_of(
        Lifecycle(Kind.PROCEDURE, "draft", states, (move(0, "close", "draft", "end", "head clock", "Close", None),))
    )
    assert mermaid(process, Kind.PROCEDURE, "en", words={"clock": "by itself"}, counts={"draft": 2}) == (
        "stateDiagram-v2\n"
        "    direction TB\n"
        '    state "Draft (2)" as s_draft\n'
        '    state "Ended" as s_end\n'
        "    [*] --> s_draft\n"
        "    s_draft --> s_end : Close (Mayor, by itself)\n"
        "    s_end --> [*]\n"
    )


def test_mermaid_has_every_source_of_every_move() -> None:
    lines = mermaid(PROCESS, Kind.APPLICATION, "en", words=WORDS).splitlines()
    arrows = [line.split(" : ")[0].split() for line in lines if " : " in line]
    expected = [
        ["[*]" if source == NEW else f"s_{source}", "-->", f"s_{target}"]
        for _, sources, target, *_ in MOVES
        for source in sources.split()
    ]
    assert arrows == expected
    assert "    s_offered --> s_declined : Offer lapses (Five working days for the answer)" in lines


def test_mermaid_labels_cannot_end_early() -> None:
    lines = mermaid(nasty_process(), Kind.APPLICATION, "en").splitlines()
    assert len(lines) == 7
    label = lines[2].removeprefix('    state "').removesuffix('" as s_a')
    assert not set(label) & set("<>\"'&:%\x00\x1b")
    assert label.startswith("#60;script#62;alert(#34;1#34;)")


# --- layers ---------------------------------------------------------------------------------------------------------


def test_a_box_lies_below_everything_that_leads_to_it() -> None:
    assert ranks(["a", "b", "c", "d"], [("a", "b"), ("b", "c"), ("a", "c"), ("a", "d")]) == {
        "a": 0,
        "b": 1,
        "c": 2,
        "d": 1,
    }


def test_arrows_end_at_their_box_also_where_a_loop_is_higher_than_it() -> None:
    words = " and so on and on " * 12
    long = replace(LIFECYCLE.transitions[3], label=both(words, words))
    lifecycle = replace(LIFECYCLE, transitions=(*LIFECYCLE.transitions[:3], long, *LIFECYCLE.transitions[4:]))
    root = drawn(process_of(lifecycle))
    top = next(box_of(g)[1] for g in groups(root, "state") if g.attrib["data-state"] == "document_check")
    begin = next(g for g in groups(root, "move") if texts(g)[0] == "Begin the check")
    tip = next(p.attrib["d"] for p in begin.iter(f"{SVG}path") if p.get("class") == "head")
    assert float(re.split(r"[ l]", tip)[1]) == pytest.approx(top, abs=0.1)
    check_nothing_covers_anything(root)
