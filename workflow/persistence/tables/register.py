"""What makes lists of many applications quick: parts of names, kept counts, filters that people saved.

Why: a page must cost what it shows, not what is stored. Counts are kept by triggers of the database itself, so that no
path of writing can forget them.
Never here: the truth (subject.py, candidate.py); everything here but the filters can be built anew from it.
"""

from __future__ import annotations

from sqlalchemy import ForeignKeyConstraint, Index, Integer, text
from sqlmodel import SQLModel

from workflow.persistence.columns import CLUSTERED, CodeOrder, belongs, index, institution, personal, plain, reference


class NamePart(SQLModel, table=True):
    """What a candidate's name is found by (services/names.py): number 0 is the whole of it, by which lists are sorted.

    Erasing a person leaves number 0 alone, with an empty part.
    """

    __tablename__ = "name_part"
    __table_args__ = (
        reference("name_part", "candidate_id", "candidate"),
        # The number too, so that a list by name passes over all parts but the whole ones without reading them.
        Index("ix_name_part_part", "institution", "part", "candidate_id", "number"),
        CLUSTERED,
    )

    institution: str = institution()
    candidate_id: str = plain("whose name", key=True)
    number: int = plain("which part of it", key=True, type_=Integer)
    part: str = personal("what is searched for; erased with the person", type_=CodeOrder)


class StateCount(SQLModel, table=True):
    """How many applications of a position stand in a state: the sum over the shards.

    PostgreSQL spreads writers over shards, so that they do not wait for each other; SQLite has one writer.
    """

    __tablename__ = "state_count"
    __table_args__ = (
        belongs("state_count"),
        index("state_count", "procedure_id"),
        # Where anybody stands in a state. On PostgreSQL without the condition: it would cost each move an index entry.
        Index("ix_state_count_state", "institution", "state", sqlite_where=text("n <> 0")),
        CLUSTERED,
    )

    institution: str = institution()
    position_id: str = plain("the position", key=True)
    state: str = plain("state of its applications", key=True)
    shard: int = plain("which writer's share", key=True, type_=Integer)
    procedure_id: str = plain("the procedure of the position")
    n: int = plain("how many, added up over the shards", type_=Integer)


class SavedFilter(SQLModel, table=True):
    """A filter of the table of applications that a user saved under a name."""

    __tablename__ = "saved_filter"
    __table_args__ = (
        belongs("saved_filter"),
        ForeignKeyConstraint(("user_id",), ("user.id",), name="fk_saved_filter_user_id"),
        CLUSTERED,
    )

    institution: str = institution()
    user_id: str = plain("whose filter", key=True)
    name: str = plain("what the user calls it", key=True)
    query: str = plain("the filter as the query of an address")
