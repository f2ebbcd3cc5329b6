"""The opening ratio: how many seats a position keeps when too few apply for it.

Why: where an examination is opened only at so many applicants for each seat, the cut is arithmetic that anybody can
check, and the same for every position.
Never here: counting applications, ending positions (services/seats.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many seats are left (0: the position is not opened), and whether the ratio was missed."""

    seats: int
    missed: bool


def by_ratio(seats: int, applications: int, ratio: Decimal, on_miss: str) -> Verdict:
    """The verdict on a position. `ratio`: applications for each seat. `on_miss`: `cut` to the seats that the
    applications suffice for (whole seats, the rest cut off), `keep` all of them, or `cancel` the position.

    Source: CN 公开招聘公告 (开考比例): 达不到开考比例的，相应核减招聘计划或取消该岗位.
    """
    if applications >= ratio * seats:
        return Verdict(seats, missed=False)
    if on_miss == "keep":
        return Verdict(seats, missed=True)
    return Verdict(0 if on_miss == "cancel" else floor(Fraction(applications) / Fraction(ratio)), missed=True)
