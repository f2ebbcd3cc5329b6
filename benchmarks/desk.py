"""The pages of the desk under load: a real server process on loopback, many applications stored, sixteen connections.

Why: a page that is quick over ten applications says nothing. `python -m benchmarks.desk --help` runs it alone.
Never here: what a page shows; layout of the figures (report.py).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import text

from benchmarks.plan import Figures, Goal
from benchmarks.world import SILENT, World, build, numbered
from workflow.bootstrap import open_catalogue
from workflow.clock import VirtualClock
from workflow.persistence.database import Database
from workflow.persistence.tables import Candidate
from workflow.services import names, sessions, staff
from workflow.services.house import House
from workflow.services.signing_in import set_password

CONNECTIONS = 16
SIGN_INS = 20
PASSWORD = "a long benchmark password"
_GIVEN = ["Иван", "Мария", "Георги", "Елена", "Łukasz", "Agnieszka", "Алёна", "Пётр", "Stoyan", "Nadia", "明", "小红"]
_FAMILY = ["Петров", "Димитрова", "Żółć", "Nowak", "Семёнов", "Кузнецова", "Vasilev", "王", "李", "Тодоров", "Kowalska"]


@dataclass(frozen=True)
class Load:
    """How much is stored and asked: procedures, applications in each, requests for each page and round."""

    procedures: int
    each: int
    requests: int
    rounds: int


HUNDRED_THOUSAND = Load(procedures=50, each=2_000, requests=1_500, rounds=3)
MILLION = Load(procedures=500, each=2_000, requests=1_500, rounds=3)
TINY = Load(procedures=2, each=5, requests=20, rounds=1)


@dataclass(frozen=True)
class Town:
    """A database with many applications, somebody signed in, and the addresses that are asked for."""

    url: str
    token: str
    pages: dict[str, str]


def fill(url: str, load: Load) -> Town:
    """Procedures through the services, one application in each; the rest are its copies, with names of their own."""
    first: World | None = None
    for number in range(load.procedures):
        world = build(replace(SILENT, name=str(number)), url, number=f"P-{number + 1}")
        world.copy_to(load.each)
        _name(world, load.each)
        first = first or world
        if world is not first:
            world.close()
    assert first is not None
    house, place = first.house, SILENT.institution
    staff.grant(house, place, first.actor.user, "coordinator")
    set_password(house, first.actor.user, PASSWORD)
    token = sessions.begin(house, first.actor.user, method="password")
    with house.database.reading() as connection:
        found = connection.execute(
            text("SELECT procedure_id FROM application WHERE id = :id"), {"id": first.template}
        ).scalar_one()
    one = numbered(first.template, load.each // 2)
    pages = {
        "queue": f"/{place}/queue",
        "table": f"/{place}/applications",
        "table of a procedure": f"/{place}/applications?procedure={found}&state=document_check",
        "table by name": f"/{place}/applications?sort=name",
        "board": f"/{place}/applications/board?procedure={found}",
        "search": f"/{place}/search?q={quote('кузн пё')}",
        "application": f"/{place}/procedures/{found}/applications/{one}",
    }
    if house.database.dialect == "postgresql":
        with house.database.writing() as connection:
            connection.execute(text("ANALYZE"))
    first.close()
    return Town(url, token, pages)


def _name(world: World, count: int) -> None:
    """Gives every copy a name, and what the name is found by."""
    people = []
    parts = []
    for number in range(count):
        name = (
            f"{_GIVEN[number % len(_GIVEN)]} {_FAMILY[number // len(_GIVEN) % len(_FAMILY)]} {chr(0x430 + number % 32)}"
        )
        candidate = numbered(world.ids[Candidate], number)
        people.append({"i": SILENT.institution, "c": candidate, "name": name})
        parts += [{"i": SILENT.institution, "c": candidate, "n": n, "p": p} for n, p in enumerate(names.parts(name))]
    with world.house.database.writing() as connection:
        connection.execute(text("UPDATE candidate SET name = :name WHERE institution = :i AND id = :c"), people)
        insert = "INSERT INTO name_part (institution, candidate_id, number, part) VALUES (:i, :c, :n, :p)"
        connection.execute(text(insert), parts)


# --- the server -------------------------------------------------------------------------------------------------------


def serve(url: str, port: int) -> None:
    """The application on that database, one worker, until it is stopped."""
    from workflow.cli.serve import listen, serve_house
    from workflow.settings import Settings

    house = House(Database.open(url), open_catalogue(), VirtualClock(SILENT.now))
    serve_house(house, Settings.load(), listen("127.0.0.1", port), ticking=False)


@dataclass(frozen=True)
class Server:
    """A server process that answers."""

    port: int
    pid: int

    def memory(self, which: str) -> float:
        """MB of memory: `VmRSS` now, `VmHWM` at the peak."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8")
        return int(re.search(rf"{which}:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]


@contextmanager
def running(url: str, folder: Path) -> Iterator[Server]:
    """A server on a free port of loopback, stopped at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "benchmarks.desk", "--serve", url, "--port", str(port)]
    environment = {**os.environ, "NABOR_DATA": str(folder / "data")}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait()


# --- the clients ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answered:
    """What sixteen connections got: requests a second, the slowest of a hundred in ms, bytes of one answer."""

    rate: float
    p99: float
    size: int


async def ask(port: int, path: str, token: str, requests: int) -> Answered:
    """The page so many times, over connections that are kept open. Raises SystemExit for any answer but 200."""
    message = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: nabor={token}\r\nAccept-Language: en\r\n\r\n"
    waits: list[float] = []
    sizes: set[int] = set()

    async def one(share: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        for _ in range(share):
            began = time.perf_counter()
            writer.write(message.encode())
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(re.search(rb"content-length: (\d+)", head)[1])  # type: ignore[index]
            await reader.readexactly(length)
            waits.append(time.perf_counter() - began)
            sizes.add(length + len(head))
            if not head.startswith(b"HTTP/1.1 200"):
                raise SystemExit(f"{path}: {head.splitlines()[0]!r}")
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(one(requests // CONNECTIONS + 1) for _ in range(CONNECTIONS)))
    elapsed = time.perf_counter() - began
    waits.sort()
    return Answered(len(waits) / elapsed, waits[int(len(waits) * 0.99) - 1] * 1000, max(sizes))


def first_page(port: int, path: str, token: str) -> float:
    """kB that a browser transfers for the page and the files it names."""
    from urllib.request import Request, urlopen

    def size(path: str) -> tuple[int, str]:
        headers = {"Cookie": f"nabor={token}", "Accept-Encoding": "gzip"}
        with urlopen(Request(f"http://127.0.0.1:{port}{path}", headers=headers)) as answer:
            body = answer.read()
            return len(body) + len(str(answer.headers)), body.decode(errors="replace")

    total, page = size(path)
    return (total + sum(size(one)[0] for one in set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page)))) / 1000


def sign_in(port: int, user: str) -> None:
    """One sign-in by password."""
    from http.client import HTTPConnection

    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    headers = {"Origin": f"http://127.0.0.1:{port}", "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/sign-in", f"user={user}&password={quote(PASSWORD)}", headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status not in (303, 429):
        raise SystemExit(f"signing in: {answer.status}")


# --- the figures ------------------------------------------------------------------------------------------------------


def pages(figures: Figures, town: Town, folder: Path, load: Load, store: str) -> None:
    """Every page, in interleaved rounds; then the transferred size and the memory."""
    stored = f"{load.procedures * load.each:,}"
    key = f"desk.{store.lower()}.{load.procedures * load.each}"
    with running(town.url, folder) as server:
        time.sleep(1)
        idle = server.memory("VmRSS")
        for path in town.pages.values():
            asyncio.run(ask(server.port, path, town.token, CONNECTIONS * 2))
        for _ in range(load.rounds):
            for name, path in town.pages.items():
                figures.say(f"{store}, {stored} applications: {name}")
                got = asyncio.run(ask(server.port, path, town.token, load.requests))
                place = f"{key}.{name.replace(' ', '_')}"
                label = f"{store}, {stored} applications stored, page: {name}"
                figures.take(place, label, "/s", got.rate, Goal(150))
                figures.take(f"{place}.p99", "  99 of 100 answered within", "ms", got.p99, Goal(150, at_most=True))
        transferred = first_page(server.port, town.pages["queue"], town.token)
        figures.take(
            f"{key}.first", "  first page with its files, transferred", "kB", transferred, Goal(100, at_most=True)
        )
        figures.take(f"{key}.idle", "  memory of the server, idle", "MB", idle, Goal(250, at_most=True))
    with running(town.url, folder) as server, ThreadPoolExecutor(SIGN_INS) as people:
        list(people.map(lambda _: sign_in(server.port, "tester"), range(SIGN_INS)))
        peak = server.memory("VmHWM")
        label = f"  memory of the server at {SIGN_INS} sign-ins at once"
        figures.take(f"{key}.sign_ins", label, "MB", peak, Goal(400, at_most=True))


def whole(url: str, folder: Path, load: Load, say: Callable[[str], None], store: str = "SQLite") -> Figures:
    """Fills a database and takes every figure of the desk."""
    figures = Figures(say)
    say(f"{store}: {load.procedures * load.each:,} applications are stored")
    pages(figures, fill(url, load), folder, load, store)
    return figures


def main(arguments: Sequence[str] | None = None) -> int:
    """The desk's part alone, printed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.desk", description="Measures the pages of the desk.")
    parser.add_argument("--tiny", action="store_true", help="a few requests, only to see that it works")
    parser.add_argument("--million", action="store_true", help="1,000,000 applications in 500 procedures")
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent.parent, help="where the database lies")
    parser.add_argument("--serve", metavar="URL", help="serve that database (what a run starts by itself)")
    parser.add_argument("--port", type=int, default=0, help="the port to serve on")
    given = parser.parse_args(arguments)
    if given.serve:
        serve(given.serve, given.port)
        return 0
    load = TINY if given.tiny else MILLION if given.million else HUNDRED_THOUSAND
    with tempfile.TemporaryDirectory(prefix=".benchmarks-", dir=given.folder) as place:
        figures = whole(f"sqlite:///{place}/desk.db", Path(place), load, lambda text: print(text, file=sys.stderr))
    for figure in figures.by_key.values():
        print(f"{figure.label:72} {' / '.join(f'{value:,.1f}' for value in figure.rounds)} {figure.unit}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
