"""How people get in: their credentials, sessions, one-time links, and what slows down a guesser.

Why: a session must be revocable and a link single-use, so both are rows; of every secret only a digest is stored,
so that a copy of the database opens nothing.
Never here: roles (user.py), hashing (services).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, ForeignKeyConstraint, Index, Integer
from sqlmodel import SQLModel

from notifications.instant import Instant
from workflow.persistence.columns import check, personal, plain


class Credential(SQLModel, table=True):
    """What a user proves their identity with. No password: only links or the provider let in."""

    __tablename__ = "credential"
    __table_args__ = (
        ForeignKeyConstraint(("user_id",), ("user.id",), name="fk_credential_user_id"),
        Index("ix_credential_identity", "issuer", "identity", unique=True),
        check("credential", "identity", "(issuer IS NULL) = (identity IS NULL)"),
    )

    user_id: str = plain("whose it is", key=True)
    password_hash: str | None = plain("argon2id hash of the password", default=None)
    password_at: datetime | None = plain("when the password was set", type_=Instant, default=None)
    totp_secret: str | None = plain(
        "shared secret of the one-time codes, encrypted with the installation's", default=None
    )
    totp_step: int | None = plain(
        "last time step whose code was used: none is taken twice", type_=Integer, default=None
    )
    issuer: str | None = plain("OpenID Connect provider", default=None)
    identity: str | None = plain("subject at that provider", default=None)
    disabled_at: datetime | None = plain("since when the user may not sign in", type_=Instant, default=None)


class UserSession(SQLModel, table=True):
    """A person is signed in on one device. The cookie holds the token, the row its digest."""

    __tablename__ = "user_session"
    __table_args__ = (
        ForeignKeyConstraint(("user_id",), ("user.id",), name="fk_user_session_user_id"),
        Index("ix_user_session_user_id", "user_id"),
        check("user_session", "id", "length(id) = 64"),
    )

    id: str = plain("SHA-256 of the token in the cookie", key=True)
    user_id: str = plain("who is signed in")
    csrf: str = plain("secret of the session's form tokens")
    method: str = plain("password, provider or link")
    institution: str | None = plain("a link's session is good for this institution only", default=None)
    procedure_id: str | None = plain("and for this procedure only", default=None)
    second: bool = plain("whether a one-time code was given", type_=Boolean, default=False)
    device: str = personal("what the browser calls itself, so that a person recognises the session")
    created_at: datetime = plain("when it began", type_=Instant)
    seen_at: datetime = plain("when it was last used, to the minute", type_=Instant)
    expires_at: datetime = plain("when it ends at the latest", type_=Instant)
    ended_at: datetime | None = plain("when it was ended", type_=Instant, default=None)


class OneTimeLink(SQLModel, table=True):
    """A link that lets a person in once: to set a password, or as an outside member of a commission."""

    __tablename__ = "one_time_link"
    __table_args__ = (
        ForeignKeyConstraint(("user_id",), ("user.id",), name="fk_one_time_link_user_id"),
        Index("ix_one_time_link_user_id", "user_id"),
        check("one_time_link", "id", "length(id) = 64"),
    )

    id: str = plain("SHA-256 of the token in the link", key=True)
    user_id: str = plain("whom it lets in")
    purpose: str = plain("set_password or sign_in")
    institution: str | None = plain("the institution it is good for", default=None)
    procedure_id: str | None = plain("the procedure it is good for", default=None)
    made_by: str = plain("user who made it")
    created_at: datetime = plain("when it was made", type_=Instant)
    expires_at: datetime = plain("until when it is good", type_=Instant)
    used_at: datetime | None = plain("when it was used or withdrawn", type_=Instant, default=None)


class Throttle(SQLModel, table=True):
    """The generic cell rate of one key: the theoretical arrival time of its next event."""

    __tablename__ = "throttle"
    __table_args__ = (Index("ix_throttle_arrival_ms", "arrival_ms"),)

    key: str = plain("digest of what is limited: an address, an account, a password tried", key=True)
    arrival_ms: int = plain("theoretical arrival time, milliseconds since 1970", type_=BigInteger)
