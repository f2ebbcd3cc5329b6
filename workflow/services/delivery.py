"""Sends what waits in the outbox through the installation's channels.

Why: the outbox knows nothing of recruitment; here its rows get the institution as sender and a link at sending.
Never here: SMTP, templates.
"""

from __future__ import annotations

from notifications.delivery import Counts, drain
from notifications.notice import Sender
from workflow.services import links
from workflow.services.house import House


def deliver(house: House, *, limit: int = 10_000) -> Counts:
    """Sends up to `limit` notices that are due; returns how many were sent, failed or given up."""
    post = house.post
    if post is None:
        return Counts()

    def mint(owner: str, reference: str, recipient: str, name: str) -> str | None:
        if post.public_url is None:
            return None
        subject = reference.partition("/")[0]
        return links.mint(
            post.secret,
            post.public_url,
            institution=owner,
            subject=subject,
            recipient=recipient,
            purpose=name,
            now=house.clock.now(),
        )

    def sender(owner: str) -> Sender:
        institution = house.catalogue.institution(owner)
        own = institution.languages[0]
        return Sender(institution.title[own], post.mail_from, institution.email)

    with house.database.gate:
        # One writer at a time in this process; other processes are kept off by the claim itself.
        return drain(house.database.engine, post.channels, now=house.clock.now, mint=mint, sender=sender, limit=limit)
