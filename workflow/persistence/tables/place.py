"""Places on ranking lists, and the orders that the commission decided, or lots drew, for ties.

Why: a list is written once, when it is ranked, and read often.
Never here: how a place is found (engine.ranking).
"""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import Integer
from sqlmodel import SQLModel

from workflow.persistence.columns import (
    CLUSTERED,
    ExactDecimal,
    check,
    index,
    institution,
    one_of,
    plain,
    reference,
)

GROUPS = ("selected", "reserve", "not_approved")


class Place(SQLModel, table=True):
    """Where an application stands on the ranking list of its position."""

    __tablename__ = "place"
    __table_args__ = (
        reference("place", "application_id", "application"),
        reference("place", "position_id", "position"),
        index("place", "position_id", "place"),
        one_of("place", "group_name", GROUPS),
        check("place", "place", "place >= 1"),
        CLUSTERED,
    )

    institution: str = institution()
    application_id: str = plain("the application ranked", key=True)
    position_id: str = plain("whose list it is")
    group_name: str = plain("selected, reserve or not approved")
    place: int = plain("place on the list, from 1", type_=Integer)
    total: Decimal = plain("the total as rounded for people", type_=ExactDecimal)


class TieDecision(SQLModel, table=True):
    """The order that the commission decided among equal totals."""

    __tablename__ = "tie_decision"
    __table_args__ = (
        reference("tie_decision", "position_id", "position"),
        reference("tie_decision", "application_id", "application"),
        check("tie_decision", "rank", "rank >= 1"),
        CLUSTERED,
    )

    institution: str = institution()
    position_id: str = plain("whose list it is", key=True)
    application_id: str = plain("one of the tied", key=True)
    rank: int = plain("its place among the tied, from 1", type_=Integer)


class DrawnLot(SQLModel, table=True):
    """The order that was drawn by lot among equal totals."""

    __tablename__ = "drawn_lot"
    __table_args__ = (
        reference("drawn_lot", "position_id", "position"),
        reference("drawn_lot", "application_id", "application"),
        check("drawn_lot", "rank", "rank >= 1"),
        CLUSTERED,
    )

    institution: str = institution()
    position_id: str = plain("whose list it is", key=True)
    application_id: str = plain("one of the tied", key=True)
    rank: int = plain("its place among the tied, from 1", type_=Integer)
