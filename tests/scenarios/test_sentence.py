"""The diary's grammar, by table: what a line means, and what is said of one that means nothing."""

from __future__ import annotations

import pytest

from workflow.scenarios.sentence import Ground, Line, SentenceError, parse

WHEN = "2022-03-30 10:05 registrar"


def line(verb: str, **more: object) -> Line:
    return Line("2022-03-30 10:05", "registrar", verb, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("publish_ranking", line("publish_ranking")),
        ("admit A, B", line("admit", names=("A", "B"))),
        ("admit A/clerk", line("admit", names=("A/clerk",))),
        ("register A for clerk", line("register", names=("A",), words={"for": ("clerk",)})),
        (
            "register A for clerk without diploma, cv",
            line("register", names=("A",), words={"for": ("clerk",), "without": ("diploma", "cv")}),
        ),
        (
            'register A for clerk received 2022-03-31 17:29:59 entry "1012 / a"',
            line(
                "register",
                names=("A",),
                words={"for": ("clerk",), "received": ("2022-03-31 17:29:59",), "entry": ("1012 / a",)},
            ),
        ),
        ("score A interview 4 4.5 4", line("score", names=("A",), values=("interview", "4", "4.5", "4"))),
        ("date interview_at 2022-04-20 09:00", line("date", names=("interview_at",), values=("2022-04-20", "09:00"))),
        (
            'correct A name="Ана Тестова" email=none',
            line("correct", names=("A",), values=("name=Ана Тестова", "email=none")),
        ),
        ("tie clerk B, A", line("tie", names=("clerk",), values=("B", "A"))),
        ("admit ЦОП-001", line("admit", names=("ЦОП-001",))),
        (
            "hire A -> refused wrong_role, no_seat_free",
            line("hire", names=("A",), refused=("wrong_role", "no_seat_free")),
        ),
        ('withdraw A reason "за друга работа"', line("withdraw", names=("A",), words={"reason": ("за друга работа",)})),
    ],
)
def test_line(what: str, expected: Line):
    assert parse(WHEN, what) == expected


def test_grounds_have_values():
    given = parse(WHEN, "reject A because document_missing(document=diploma; detail=not there), late").grounds()
    assert given == (Ground("document_missing", {"document": "diploma", "detail": "not there"}), Ground("late", {}))


@pytest.mark.parametrize(
    ("when", "what", "said"),
    [
        ("30.03.2022 registrar", "announce", "does not say when and who"),
        ("2022-03-30 10:05", "announce", "does not say when and who"),
        (WHEN, "", "but not what"),
        (WHEN, "hire A -> wrong_role", "after '->' write 'refused'"),
        (WHEN, "register A for", "after 'for' comes a value"),
        (WHEN, "register A received tomorrow", "after 'received' comes a date and time"),
        (WHEN, 'withdraw A reason "open', "stray quotation mark"),
        (WHEN, "reject A because Nonsense!", "is no ground"),
        (WHEN, "reject A because missing(document)", "is not key=value"),
    ],
)
def test_what_cannot_be_read_is_said(when: str, what: str, said: str):
    with pytest.raises(SentenceError, match=said.replace("(", r"\(").replace("->", "->")):
        parse(when, what).grounds()
