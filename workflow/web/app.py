"""The application: every group of pages, the errors, the headers, the files that pages need.

Never here: a page, a rule; the house and the settings are handed in.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

from anyio import to_thread
from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from workflow.services.house import House
from workflow.settings import Settings
from workflow.web import (
    application,
    application_acts,
    application_moves,
    applications,
    bulk,
    changed_sheets,
    commission,
    corrected_wording,
    document_check,
    errors,
    exporting,
    files,
    home,
    importing,
    list_export,
    lists,
    mail,
    me,
    merging,
    moves,
    onboarding,
    papers,
    people,
    procedure_acts,
    procedures,
    queue,
    receipt,
    registering,
    rules,
    scenario_runs,
    scores,
    scoring,
    scoring_import,
    searching,
    seats,
    signing,
    signing_provider,
    survey,
    system,
    threshold,
    versions,
    welcome,
)
from workflow.web.desk import Site
from workflow.web.headers import SecurityHeaders
from workflow.web.pages import Pages, Route, attach
from workflow.web.rendering import STATIC, environment

GROUPS: tuple[Pages, ...] = (
    queue.pages,
    applications.pages,
    searching.pages,
    application.pages,
    home.pages,
    signing.pages,
    signing_provider.pages,
    welcome.pages,
    me.pages,
    people.pages,
    rules.pages,
    versions.pages,
    scenario_runs.pages,
    system.pages,
    mail.pages,
    commission.pages,
    scoring.pages,
    scoring_import.pages,
    scores.pages,
    threshold.pages,
    changed_sheets.pages,
    application_moves.pages,
    application_acts.pages,
    merging.pages,
    onboarding.pages,
    document_check.pages,
    files.pages,
    receipt.pages,
    registering.pages,
    importing.pages,
    procedure_acts.pages,
    seats.pages,
    corrected_wording.pages,
    procedures.pages,
    moves.pages,
    bulk.pages,
    lists.pages,
    papers.pages,
    list_export.pages,
    survey.pages,
    exporting.pages,
)
"""Every group of pages, those first that are asked for most. What is not in here cannot be reached."""

ROUTES: tuple[Route, ...] = tuple(route for group in GROUPS for route in group.routes)
"""Every route with its access: what tests walk, and the page of the rules shows."""


THREADS = 5
"""How many requests are worked on at once; the others wait their turn."""


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

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[None]:
        # More threads than can run only take the interpreter from each other, and every answer comes later.
        to_thread.current_default_thread_limiter().total_tokens = THREADS
        async with lifespan(app) if lifespan else nullcontext():
            yield

    app = FastAPI(
        title="Nabor",
        lifespan=running,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # Counted while it arrives, whatever a header claims: the largest file, and some room for fields.
        max_body_size=(settings.upload_megabytes + 2) * 1_000_000,
    )
    app.state.site = Site(house, settings, environment(), settings.signing_secret())
    attach(app, ROUTES)
    # Files alone are compressed: a page that holds a token beside what a person typed must not be (BREACH).
    app.mount("/static", GZipMiddleware(_Static(directory=STATIC), minimum_size=500), name="static")
    errors.attach(app)
    app.add_middleware(SecurityHeaders)
    return app
