"""The application: every group of pages, the errors, the headers, the files that pages need.

Never here: a page, a rule; the house and the settings are handed in.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from workflow.services.house import House
from workflow.settings import Settings
from workflow.web import errors, home, signing
from workflow.web.desk import Site
from workflow.web.headers import SecurityHeaders
from workflow.web.pages import Pages, Route
from workflow.web.rendering import STATIC, environment

GROUPS: tuple[Pages, ...] = (home.pages, signing.pages)
"""Every group of pages. What is not in here cannot be reached."""

ROUTES: tuple[Route, ...] = tuple(route for group in GROUPS for route in group.routes)
"""Every route with its access: what tests walk, and the page of the rules shows."""


class _Static(StaticFiles):
    """Files whose address holds their digest: kept for good."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def create_app(
    house: House,
    settings: Settings,
    *,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None,
) -> FastAPI:
    """The application on an open house."""
    app = FastAPI(
        title="Nabor", lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False
    )
    app.state.site = Site(house, settings, environment(), settings.signing_secret())
    for group in GROUPS:
        app.include_router(group.router)
    app.mount("/static", _Static(directory=STATIC), name="static")
    errors.attach(app)
    app.add_middleware(SecurityHeaders)
    return app
