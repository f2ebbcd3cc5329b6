"""Bonus points: what is added to the total of a ranking for what an applicant has proved.

Why: notices add points for a degree, a certificate or service, with a cap and "not cumulative"; who gets them must
follow from the verdicts alone, and everybody must be able to add them up again.
Never here: who proves what (verdicts), the order of a list (ranking), sentences.
Source: practice Z11 and Z13 of processes.md (a cap of 5; not cumulative).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal

from workflow.engine.process import Bonus, Ranking
from workflow.engine.scoring import Line

_NONE = Decimal(0)


def earned(ranking: Ranking, proved: Collection[str]) -> tuple[str, ...]:
    """The items whose requirement was judged as proved, in the order of the rules. Without a verdict nothing is."""
    items = ranking.bonus.items.items() if ranking.bonus is not None else ()
    return tuple(name for name, item in items if item.requirement in proved)


def points(ranking: Ranking, items: Sequence[str]) -> Decimal:
    """What those items add to the total, exact: their sum or the highest of them, never more than the cap."""
    if ranking.bonus is None or not items:
        return _NONE
    together = _together(ranking.bonus, items)
    return together if ranking.bonus.cap is None else min(together, ranking.bonus.cap)


def for_threshold(ranking: Ranking, items: Sequence[str]) -> Decimal:
    """What those items add where the threshold of the total is asked for."""
    return points(ranking, items) if ranking.bonus is not None and ranking.bonus.counts_for_threshold else _NONE


def lines(ranking: Ranking, items: Sequence[str], total: str) -> tuple[Line, ...]:
    """How the bonus came about: `bonus_item` (item, points) for each; `bonus_highest` (points) where several are not
    added up, `bonus_capped` (points, cap) where the cap holds it back; `bonus_added` (points, total)."""
    if ranking.bonus is None or not items:
        return ()
    told = [Line("bonus_item", {"item": name, "points": str(ranking.bonus.items[name].points)}) for name in items]
    together = _together(ranking.bonus, items)
    if ranking.bonus.together == "highest" and len(items) > 1:
        told.append(Line("bonus_highest", {"points": str(together)}))
    if ranking.bonus.cap is not None and together > ranking.bonus.cap:
        told.append(Line("bonus_capped", {"points": str(together), "cap": str(ranking.bonus.cap)}))
    told.append(Line("bonus_added", {"points": str(points(ranking, items)), "total": total}))
    return tuple(told)


def _together(bonus: Bonus, items: Sequence[str]) -> Decimal:
    each = [bonus.items[name].points for name in items]
    return max(each) if bonus.together == "highest" else sum(each, _NONE)
