"""How far members lie apart: exact, and said only where it means something."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.engine import divergence
from workflow.engine.process import Assessment, Basis, Criterion


def assessment(*criteria: tuple[str, str, str]) -> Assessment:
    """Criteria as (min, max, weight)."""
    return Assessment(
        name="interview",
        label={"en": "Interview"},
        criteria={
            f"c{i}": Criterion(
                f"c{i}", {"en": f"c{i}"}, Decimal(low), Decimal(high), Decimal(1), Basis(), Decimal(weight)
            )
            for i, (low, high, weight) in enumerate(criteria)
        },
        quorum=3,
        basis=Basis(),
    )


THREE = assessment(("1", "5", "1"), ("1", "5", "1"), ("1", "5", "1"))


def test_scale_is_weighted() -> None:
    assert divergence.scale(assessment(("0", "10", "4"), ("1", "5", "0.5"))) == (Decimal("0.5"), Decimal("42.5"))


def test_spread() -> None:
    assert divergence.spread([Decimal(12), Decimal("11.5"), Decimal(15)]) == Decimal("3.5")


@pytest.mark.parametrize(
    ("totals", "far"),
    [
        (["15", "15", "3"], (2,)),
        (["12", "12", "15"], ()),  # a quarter of 3..15 is 3: exactly that is not far
        (["12", "12", "15.01"], (2,)),
        (["3", "9", "15"], (0, 2)),
        (["3", "15"], ()),  # of two neither stands out
        (["3", "3", "15", "15"], (0, 1, 2, 3)),
        (["7", "7", "7"], ()),
    ],
)
def test_who_lies_far_from_the_others(totals: list[str], far: tuple[int, ...]) -> None:
    assert divergence.outliers(THREE, [Decimal(t) for t in totals]) == far


@given(st.lists(st.integers(3, 15).map(Decimal), min_size=1, max_size=9), st.randoms())
def test_order_of_members_does_not_matter(totals: list[Decimal], random: st.DataObject) -> None:
    order = list(range(len(totals)))
    random.shuffle(order)  # type: ignore[attr-defined]
    far = {order[i] for i in divergence.outliers(THREE, [totals[o] for o in order])}
    assert far == set(divergence.outliers(THREE, totals))
    assert divergence.spread([totals[o] for o in order]) == divergence.spread(totals)
