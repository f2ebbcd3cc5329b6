"""From whom a reader is recused: what every page that lists results of several candidates asks before it shows them.

Why: whoever declared a conflict sees neither marks nor places of that candidate, on lists no more than on the page of
the candidate (engine/access.py). One statement a page.
Never here: declaring a conflict (records.py), what one reader may see of one application (engine/access.py).
"""

from __future__ import annotations

from workflow.persistence import scoring_reads as sql
from workflow.services.house import House


def hidden_from(house: House, institution: str, procedure: str, user: str) -> frozenset[str]:
    """The applications of the procedure of which the user must see no results."""
    rows = house.database.read(sql.recused_from, institution=institution, procedure=procedure, user=user)
    return frozenset(row[0] for row in rows)
