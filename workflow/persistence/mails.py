"""What was written to people about one subject, for the page that shows it.

Why: outbox rows name what they are about by an opaque reference, `subject/entry`; the range that it spans is found by
the key's index, without a pattern.
Never here: sending, a write.
"""

from __future__ import annotations

from sqlalchemy import Text, bindparam, select

from notifications.outbox import Outbox
from workflow.persistence.columns import table_of
from workflow.persistence.statements import Statement

_outbox = table_of(Outbox).c

about = Statement(
    "mails_about",
    select(
        _outbox.created_at,
        _outbox.notice,
        _outbox.language,
        _outbox.channel,
        _outbox.name,
        _outbox.subject,
        _outbox.state,
        _outbox.error,
    )
    .where(
        _outbox.owner == bindparam("institution", type_=Text()),
        _outbox.reference >= bindparam("first", type_=Text()),
        _outbox.reference < bindparam("beyond", type_=Text()),
    )
    .order_by(_outbox.id),
)
"""(institution, first, beyond): the notices about a subject, oldest first; `first` is `id/`, `beyond` is `id0`."""
