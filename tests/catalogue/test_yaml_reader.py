from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.catalogue.yaml_reader import MAX_BYTES, Value, parse, read_file
from workflow.engine.errors import DefinitionError


def problems(text: str | bytes) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        parse(text if isinstance(text, bytes) else text.encode(), "f.yaml")
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("off", "off"),
        ("y", "y"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("12:30", "12:30"),
        ("2022-03-31", "2022-03-31"),
        ("2022-03-31 17:30:00", "2022-03-31 17:30:00"),
        ("12", 12),
        ("-007", -7),
        ("0x1F", 31),
        ("0o17", 15),
        ("1_000", "1_000"),
        ("0b11", "0b11"),
        ("=", "="),
        ("<<", "<<"),
        ('"12"', "12"),
        ("'no'", "no"),
        ("'null'", "null"),
        ("Нет", "Нет"),
    ],
)
def test_words_are_words(written: str, value: Value) -> None:
    read = parse(f"key: {written}\n".encode(), "f.yaml").data["key"]
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize("written", ["0.1", "0.10", "-1.005", "1e3", ".5", "5.", "12345678901234567890.123456789"])
def test_numbers_keep_their_digits(written: str) -> None:
    read = parse(f"key: {written}\n".encode(), "f.yaml").data["key"]
    assert isinstance(read, Decimal)
    assert str(read) == str(Decimal(written))


def test_keys_are_names() -> None:
    data = parse(b"no: 1\n2022: {true: 1, 1.0: 2}\nnull: 3\n", "f.yaml").data
    assert data == {"no": 1, "2022": {"true": 1, "1.0": 2}, "null": 3}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: &x 1\n", ["f.yaml:1:4: the anchor `&x`; remove it; nothing is inherited"]),
        (
            "a: &x 1\nb: *x\n",
            [
                "f.yaml:1:4: the anchor `&x`; remove it; nothing is inherited",
                "f.yaml:2:4: the alias `*x`; write the value out; nothing is inherited",
            ],
        ),
        (
            "a: !!python/object/apply:os.system [ls]\n",
            [
                "f.yaml:1:4: the tag `tag:yaml.org,2002:python/object/apply:os.system`; "
                "remove it; values say themselves what they are"
            ],
        ),
        ("a: !x {}\n", ["f.yaml:1:4: the tag `!x`; remove it; values say themselves what they are"]),
        ("&x a: 1\n", ["f.yaml:1:1: the anchor `&x`; remove it; nothing is inherited"]),
        (
            "a:\n  b: 1\n  c: 2\n  b: 3\n",
            ["f.yaml:4:3: the key `b` stands here twice; the first is in line 2; keep one"],
        ),
        ("a: 1\n'a': 2\n", ["f.yaml:2:1: the key `a` stands here twice; the first is in line 1; keep one"]),
        ("a: 1\n\tb: 2\n", ["f.yaml:2:1: a tab; indent and align with spaces"]),
        ('a: "x\ty"\n', ["f.yaml:1:6: a tab; indent and align with spaces"]),
        ("", ["f.yaml:1:1: the file is empty; write the definition, beginning with `format: 1`"]),
        ("# nothing\n", ["f.yaml:1:1: the file is empty; write the definition, beginning with `format: 1`"]),
        ("~\n", ["f.yaml:1:1: the file is empty; write the definition, beginning with `format: 1`"]),
        (
            "- a\n- b\n",
            ["f.yaml:1:1: the file is no map; begin it with `format: 1` and write `key: value` lines"],
        ),
        ("a: 1\n---\nb: 2\n", ["f.yaml:2:1: a second document in the file; keep one document per file"]),
        ("[1, 2]: 3\n", ["f.yaml:1:1: the key is no single word; write `key: value`"]),
        (
            "a: [1, 2\nb: 3\n",
            [
                "f.yaml:2:2: this is no YAML: while parsing a flow sequence, did not find expected ',' or ']'; "
                "check indentation, brackets, quotes and colons here"
            ],
        ),
        (
            "a: b: c\n",
            [
                "f.yaml:1:5: this is no YAML: mapping values are not allowed in this context; "
                "check indentation, brackets, quotes and colons here"
            ],
        ),
        ("a: .inf\n", ["f.yaml:1:4: `.inf` is no number that can be counted with; write a number"]),
        (
            "a: 1e999999999\n",
            ["f.yaml:1:4: a number of more than 30 digits; put it in quotes if it is a text"],
        ),
        (f"a: {'9' * 31}\n", ["f.yaml:1:4: a number of more than 30 digits; put it in quotes if it is a text"]),
        ("a: \x07\n", ["f.yaml:1:4: the character U+0007 is not allowed; remove it"]),
        ("a: " + "[" * 41, ["f.yaml:1:43: nested more than 40 deep; write it flat"]),
        (b"a: 1\nb: \xd0\x9d\xff\n", ["f.yaml:2:5: the byte 0xFF is no UTF-8; save the file as UTF-8"]),
        ("a: 1\n".encode("utf-16"), ["f.yaml:1:1: the byte 0xFF is no UTF-8; save the file as UTF-8"]),
    ],
)
def test_refused(text: str | bytes, expected: list[str]) -> None:
    assert problems(text) == expected


def test_forty_deep_is_read() -> None:
    data: Value = parse(("a: " + "[" * 39 + "]" * 39).encode(), "f.yaml").data["a"]
    depth = 0
    while isinstance(data, list):
        depth, data = depth + 1, data[0] if data else None
    assert depth == 39


def test_a_byte_order_mark_is_no_part_of_the_first_key() -> None:
    assert parse("\ufeffa: 1\n".encode(), "f.yaml").data == {"a": 1}


def test_files_that_cannot_be_had(tmp_path: Path) -> None:
    large = tmp_path / "large.yaml"
    large.write_bytes(b"a" * (MAX_BYTES + 1))
    for path, what in (
        (large, f"the file is larger than {MAX_BYTES} bytes; split or shorten it"),
        (tmp_path / "none.yaml", "there is no such file; write it, or correct the name"),
        (tmp_path, "the file cannot be read (Is a directory); check its rights"),
    ):
        with pytest.raises(DefinitionError) as caught:
            read_file(path)
        assert str(caught.value) == f"{path}: {what}"


PLACES = "a:\n  b: {c: 1, d: [x, {e: 2}]}\n  f: one\n"


@pytest.mark.parametrize(
    ("path", "key", "place"),
    [
        (("a",), True, (1, 1)),
        (("a",), False, (2, 3)),
        (("a", "b", "c"), False, (2, 10)),
        (("a", "b", "c"), True, (2, 7)),
        (("a", "b", "d", 1, "e"), True, (2, 21)),
        (("a", "b", "d", 0), False, (2, 17)),
        # One thing where a list may stand is its own first item.
        (("a", "f", 0), False, (3, 6)),
        (("a", "f", 0), True, (3, 3)),
        # A path that leads out ends at the last part that exists.
        (("a", "b", "x", "y"), False, (2, 6)),
        (("a", "b", "d", 7), False, (2, 16)),
        ((), False, (1, 1)),
    ],
)
def test_places(path: tuple[str | int, ...], key: bool, place: tuple[int, int]) -> None:
    assert parse(PLACES.encode(), "f.yaml").place(path, key=key) == place


def test_columns_count_characters() -> None:
    document = parse('a: {ж: "Ж", 中: 1}\n'.encode(), "f.yaml")
    assert document.place(("a", "中"), key=True) == (1, 13)


@given(st.text(max_size=200) | st.text(alphabet="ab:{}[]-,&*!|>'\"# \n0.~", max_size=60))
def test_any_text_is_read_or_refused_with_places(text: str) -> None:
    content = text.encode("utf-8", "surrogatepass")
    try:
        document = parse(content, "f.yaml")
    except DefinitionError as error:
        assert all(problem.file == "f.yaml" and problem.what for problem in error.problems)  # noqa: PT017
    else:
        assert document.place(()) >= (1, 1)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12))
def test_any_decimal_is_exact(number: Decimal) -> None:
    assert parse(f"a: {number:f}\n".encode(), "f.yaml").data == {"a": number}
