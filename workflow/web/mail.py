"""Mail: what was written to people, where it stands, and what a person does when it does not go out by itself.

Never here: how mail is sent, what a turn writes (services/outgoing.py).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from starlette.responses import Response

from workflow.services import mail, outgoing
from workflow.services.outgoing import Turned, Why
from workflow.web.access import Access
from workflow.web.desk import Desk, Here
from workflow.web.form import Form, Typed
from workflow.web.pages import Pages
from workflow.web.refusals import NotFound

pages = Pages()


@pages.get("/{institution}/mail", may=Access.READ)
def outbox(
    desk: Here,
    state: str = "",
    notice: str = "",
    language: str = "",
    channel: str = "",
    about: str = "",
    before: str = "",
) -> Response:
    """The outbox: one state or all, newest first."""
    if state and state not in list(mail.State):
        raise NotFound
    sieve = mail.Sieve(state, notice, language, channel, about)
    catalogue = desk.house.catalogue
    processes = [catalogue.process(desk.at, name) for name in catalogue.processes(desk.at)]
    return desk.page(
        "mail.html",
        sieve=sieve,
        sheaf=mail.page(desk.house, desk.at, sieve, before),
        counts=mail.counts(desk.house, desk.at),
        most=mail.MOST,
        states=[one.value for one in mail.State],
        before=before,
        notices=sorted({name for process in processes for name in process.notices}),
        languages=list(dict.fromkeys((*desk.place.languages, *desk.place.applicant_languages))),
        procedures=mail.procedures(desk.house, desk.at),
    )


@pages.get("/{institution}/mail/letters", may=Access.READ)
def letters(desk: Here, at: str = "", before: str = "") -> Response:
    """Letters to print, by the day on which they were written."""
    since = _instant(at) or desk.now + timedelta(seconds=1)
    sheaf = mail.letters(desk.house, desk.at, since, before)
    zone = ZoneInfo(desk.zone)
    days = [
        (day, list(of_day)) for day, of_day in groupby(sheaf.mails, lambda one: one.created_at.astimezone(zone).date())
    ]
    return desk.page("letters.html", days=days, sheaf=sheaf)


@pages.get("/{institution}/mail/letters/{day}", may=Access.READ)
def letters_of_day(desk: Here, day: str) -> Response:
    """All letters of a day, each on a sheet of its own."""
    try:
        on = date.fromisoformat(day)
    except ValueError:
        raise NotFound from None
    found = mail.letters_of_day(desk.house, desk.at, on, desk.zone)
    return desk.page("letters_print.html", letters=found, day=on, single=None, most=mail.MOST_LETTERS)


@pages.get("/{institution}/mail/release", may=Access.ACT)
def asks_release(desk: Here) -> Response:
    """Which mails will go out, before they do."""
    return _sure(desk, desk.request.query_params.getlist("id"))


@pages.post("/{institution}/mail/release", may=Access.ACT)
def releases(desk: Here, form: Typed) -> Response:
    """Lets held mails go out."""
    ids = form.all("id")[: mail.PAGE]
    if not ids:
        return _sure(desk, ids)
    turned = outgoing.release(desk.house, desk.at, ids, desk.actor())
    done = sum(one.done for one in turned)
    said = [desk.count("%(n)s mail was released.", "%(n)s mails were released.", done)] if done else []
    said += dict.fromkeys(_why(desk, one) for one in turned if not one.done)
    back = desk.url("mail", ids[0]) if len(ids) == 1 else desk.url("mail", state="held")
    return desk.go(back, " ".join(said), kind="done" if done else "not")


@pages.get("/{institution}/mail/{mail_id}", may=Access.READ)
def one_mail(desk: Here, mail_id: str) -> Response:
    """One mail with its exact text."""
    return _one(desk, _found(desk, mail_id))


@pages.get("/{institution}/mail/{mail_id}/letter", may=Access.READ)
def one_letter(desk: Here, mail_id: str) -> Response:
    """One mail as a sheet to print."""
    found = _found(desk, mail_id)
    day = found.created_at.astimezone(ZoneInfo(desk.zone)).date()
    return desk.page("letters_print.html", letters=[found], day=day, single=found, most=mail.MOST_LETTERS)


@pages.post("/{institution}/mail/{mail_id}/discard", may=Access.ACT)
def discards(desk: Here, mail_id: str, form: Typed) -> Response:
    """Gives a mail up for good, for a reason."""
    found = _found(desk, mail_id)
    reason = form.text("reason")
    if not reason:
        desk.errors["reason"] = desk.say("Write why it is discarded. The reason stays in the file.")
    elif len(reason) > outgoing.LONGEST_REASON:
        desk.errors["reason"] = desk.say("Write it shorter: %(n)s characters at most.", n=outgoing.LONGEST_REASON)
    if desk.errors:
        return _one(desk, found, form)
    turned = outgoing.discard(desk.house, desk.at, mail_id, desk.actor(), reason)
    return _after(desk, turned, desk.say("The mail is discarded. It will not be sent."))


@pages.post("/{institution}/mail/{mail_id}/again", may=Access.ACT)
def tries_again(desk: Here, mail_id: str, form: Typed) -> Response:
    """Queues a mail that failed."""
    turned = outgoing.retry(desk.house, desk.at, mail_id, desk.actor())
    return _after(desk, turned, desk.say("The mail is queued again and goes out within a minute."))


@pages.post("/{institution}/mail/{mail_id}/resend", may=Access.ACT)
def resends(desk: Here, mail_id: str, form: Typed) -> Response:
    """Sends the same words once more."""
    turned = outgoing.resend(desk.house, desk.at, mail_id, desk.actor())
    return _after(desk, turned, desk.say("The same words go out once more. This is the new mail."))


def _found(desk: Desk, mail_id: str) -> mail.WholeMail:
    found = mail.one(desk.house, desk.at, mail_id)
    if found is None:
        raise NotFound
    return found


def _one(desk: Desk, found: mail.WholeMail, form: Form | None = None) -> Response:
    return desk.page(
        "mail_one.html",
        status=422 if desk.errors else 200,
        mail=found,
        typed=form.typed() if form else {},
        turns=mail.turns(desk.house, desk.at, found),
        repeated_by=mail.repeated_by(desk.house, desk.at, found) if found.state == mail.State.SENT else None,
        open_turns=_open(desk, found),
        longest=outgoing.LONGEST_REASON,
    )


def _open(desk: Desk, found: mail.WholeMail) -> frozenset[str]:
    if not desk.may(Access.ACT) or found.about is None:
        return frozenset()
    return frozenset(turn.name for turn, states in outgoing.FROM.items() if found.state in states)


def _sure(desk: Desk, ids: list[str]) -> Response:
    found = mail.chosen(desk.house, desk.at, ids[: mail.PAGE]) if ids else []
    ready = [one for one in found if one.state == mail.State.HELD]
    if not ids:
        desk.errors[""] = desk.say("Choose at least one mail.")
    gone = len(ids) - len(ready)
    return desk.page("mail_release.html", status=422 if desk.errors else 200, ready=ready, gone=gone)


def _after(desk: Desk, turned: Turned, said: str) -> Response:
    address = desk.url("mail", turned.copy or turned.id)
    return desk.go(address, said) if turned.done else desk.go(address, _why(desk, turned), kind="not")


def _why(desk: Desk, turned: Turned) -> str:
    match turned.why:
        case Why.ROLE:
            return desk.say("Your role has no part in the procedure of this mail. Nothing was changed.")
        case Why.REPEATED:
            return desk.say("It was sent once more already. Nothing was changed.")
        case Why.UNKNOWN:
            return desk.say("There is no such mail. Nothing was changed.")
        case _:
            return desk.say("Somebody was faster: the mail stands elsewhere now. Nothing was changed.")


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None
