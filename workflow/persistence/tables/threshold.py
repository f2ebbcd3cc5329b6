"""Pass marks that commissions fixed, where the definition leaves them open.

Never here: who fixed them and why (the journal), what they mean (engine.threshold).
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlmodel import SQLModel

from notifications.instant import Instant
from workflow.persistence.columns import CLUSTERED, ExactDecimal, institution, plain, reference


class FixedThreshold(SQLModel, table=True):
    """The pass mark of one assessment of one procedure; it is fixed once."""

    __tablename__ = "fixed_threshold"
    __table_args__ = (reference("fixed_threshold", "procedure_id", "procedure"), CLUSTERED)

    institution: str = institution()
    procedure_id: str = plain("whose pass mark", key=True)
    assessment: str = plain("name in the definition", key=True)
    value: Decimal = plain("least result that passes", type_=ExactDecimal)
    fixed_at: datetime = plain("when", type_=Instant)
