"""`nabor serve`: the pages and the clock in one process.

Never here: a page, when something is due.
"""

from __future__ import annotations

import gc
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from workflow.cli.output import open_house, settings

if TYPE_CHECKING:
    from fastapi import FastAPI

    from workflow.services.house import House
    from workflow.settings import Settings


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (default: NABOR_HOST).")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port (default: NABOR_PORT).")] = None,
) -> None:
    """Serves the pages and runs the clock, in one process, until stopped."""
    known = settings()
    listening = listen(host or known.host, port or known.port)
    serve_house(open_house(), known, listening)


def listen(host: str, port: int, *, or_any: bool = False) -> socket.socket:
    """A socket on the port; with `or_any` on a free one when it is taken. Raises BadParameter."""
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
    except OSError as error:
        if not or_any:
            made.close()
            message = f"{host}:{port} cannot be listened on ({error.strerror}); choose another port"
            raise typer.BadParameter(message, param_hint="--port") from None
        made.bind((host, 0))
    made.listen(128)
    return made


def serve_house(house: House, known: Settings, listening: socket.socket, *, ticking: bool = True) -> None:
    """Serves an open house on a socket until the process is told to end."""
    import uvicorn

    from workflow.scheduler.ticker import Ticker
    from workflow.web.app import create_app

    host, port = listening.getsockname()[:2]
    # A server's log is a setting; --log may ask for more.
    level = logging.getLevelNamesMapping()[known.log_level.upper()]
    logging.getLogger("workflow").setLevel(min(level, logging.getLogger().level))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        ticker = Ticker(house, known.sweep_seconds)
        if ticking:
            ticker.start()
        # What is loaded stays: else every so many requests one waits while all of it is looked through for rubbish.
        gc.collect()
        gc.freeze()
        typer.echo(f"Serving on http://{f'[{host}]' if ':' in host else host}:{port}  (Ctrl-C ends it)")
        yield
        if ticking:
            ticker.stop()

    server = uvicorn.Server(
        uvicorn.Config(
            create_app(house, known, lifespan=lifespan),
            log_level="warning",
            access_log=False,
            proxy_headers=True,
            forwarded_allow_ips=known.trusted_proxies,
            server_header=False,
            timeout_graceful_shutdown=10,
        )
    )
    server.run(sockets=[listening])
    house.database.close()
