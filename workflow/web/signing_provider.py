"""Signing in through the office's own provider: there, and back again.

Never here: what makes an answer of the provider genuine (services/provider.py).
"""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import Response

from workflow.services import provider
from workflow.services.provider import Asked, Provider, WhyNot
from workflow.web.access import Access
from workflow.web.cookies import drop, put_sealed, read_sealed
from workflow.web.desk import Desk, Here
from workflow.web.home import local_path
from workflow.web.pages import Pages
from workflow.web.refusals import NotFound
from workflow.web.signing import Onward, form_page, proved, refused

pages = Pages()

AWAY = "nabor-away"
"""The cookie of a person who is at the provider."""
_AWAY_FOR = timedelta(minutes=10)
_BACK = "/sign-in/provider/back"


@pages.get("/sign-in/provider", may=Access.OPEN)
def goes_to_provider(desk: Here, next: str = "/") -> Response:
    """On to the provider. A link and no form, because our policy lets forms go nowhere else."""
    there = _provider(desk)
    asked = provider.ask(there)
    if isinstance(asked, WhyNot):
        return _refused(desk, asked)
    address, remembered = asked
    response = desk.go(address)
    value = [remembered.state, remembered.nonce, remembered.verifier, local_path(next) or "/"]
    put_sealed(desk.request, response, desk.site.secret, AWAY, value, desk.now, _AWAY_FOR)
    return response


@pages.get(_BACK, may=Access.OPEN)
def comes_back(desk: Here) -> Response:
    """Lets in whom the provider vouches for. What was sent along is good once."""
    there = _provider(desk)
    sent = read_sealed(desk.request, desk.site.secret, AWAY, desk.now, _AWAY_FOR)
    if sent is None:
        return _refused(desk, WhyNot.NOT_GENUINE)
    state, nonce, verifier, onward = sent
    found = provider.answered(desk.house, there, Asked(state, nonce, verifier), dict(desk.request.query_params))
    response = _refused(desk, found) if isinstance(found, WhyNot) else proved(desk, found, "provider", Onward(onward))
    drop(desk.request, response, AWAY)
    return response


def base_address(desk: Desk) -> str:
    """Where people reach this site: as it is set, else as this request did."""
    return desk.site.settings.public_url or str(desk.request.base_url).rstrip("/")


def _provider(desk: Desk) -> Provider:
    known = desk.site.settings
    if known.oidc_issuer is None or known.oidc_client is None or known.oidc_secret is None:
        raise NotFound
    secret = known.oidc_secret.get_secret_value()
    return Provider(known.oidc_issuer, known.oidc_client, secret, base_address(desk) + _BACK)


def _refused(desk: Desk, why: WhyNot) -> Response:
    refused(desk, f"provider, {why}")
    match why:
        case WhyNot.UNREACHABLE:
            desk.errors[""] = desk.say("The provider cannot be reached right now. Try again, or use your password.")
        case WhyNot.DECLINED:
            desk.errors[""] = desk.say("The provider did not let you in.")
        case WhyNot.NOT_GENUINE:
            desk.errors[""] = desk.say("The provider's answer does not belong to this sign-in. Begin again.")
        case WhyNot.UNKNOWN:
            desk.errors[""] = desk.say(
                "The provider knows you, but nobody here has your verified e-mail address. Ask your administrator."
            )
        case WhyNot.DISABLED:
            desk.errors[""] = desk.say("This person may not sign in. Ask your administrator.")
    return form_page(desk, Onward(), status=503 if why is WhyNot.UNREACHABLE else 403)
