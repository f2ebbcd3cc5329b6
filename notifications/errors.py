"""Every error of the package.

Why: callers catch one root at their edge, and every message says where, what and the remedy.
Never here: an error about recruitment, or a name, an address or a notice's words in a message.

    NotificationError
    ├── InstantError          a naive or unreadable instant (also a ValueError)
    ├── TemplateError         a notice's text is not allowed, or lacks a value
    ├── MessageError          a message cannot be built (a bad address, too large); sending it again cannot help
    ├── ChannelError          a channel is set up wrongly
    └── DeliveryError         a send failed
        ├── PermanentError    sending it again cannot help
        └── PassingError      sending it later may help
            └── UnreachableError  the channel itself is down; no message is to blame
"""

from __future__ import annotations


class NotificationError(Exception):
    """Root of all errors of notifications."""


class InstantError(NotificationError, ValueError):
    """An instant is naive, or stored text is not one."""


class TemplateError(NotificationError):
    """A notice's text is refused, or a value it names is missing.

    `line` is 1-based in the part named by `part` ("subject" or "body"); 0 when no line is to blame.
    """

    def __init__(self, what: str, remedy: str, *, part: str = "body", line: int = 0) -> None:
        self.what = what
        self.remedy = remedy
        self.part = part
        self.line = line
        where = f"{part} line {line}" if line else part
        super().__init__(f"{where}: {what}; {remedy}")


class MessageError(NotificationError):
    """A message cannot be built from its outbox row."""


class ChannelError(NotificationError):
    """A channel is set up wrongly, or no channel of that kind exists."""


class DeliveryError(NotificationError):
    """A message was not sent."""


class PermanentError(DeliveryError):
    """The other side refused for good: sending again cannot help."""


class PassingError(DeliveryError):
    """The failure may pass: sending later may help."""


class UnreachableError(PassingError):
    """The channel itself is down or set up wrongly: no other message would get through either, and none is to blame."""
