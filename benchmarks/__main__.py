"""`python -m benchmarks`: measures everything, prints the table, writes benchmarks/results.json and the README's table.

Never here: measuring, layout.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from rich.console import Console

from benchmarks import desk, papers, plan, ranking, report, unsealing
from benchmarks.stores import SqliteFiles, Store, postgres

HERE = Path(__file__).parent


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0: the figures are there, whatever they are."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measures the speed of transitions.")
    parser.add_argument("--output", type=Path, default=HERE / "results.json", help="where the figures are written")
    parser.add_argument("--folder", type=Path, default=HERE.parent, help="on which disk the databases lie")
    parser.add_argument("--tiny", action="store_true", help="a few moves, only to see that it works")
    parser.add_argument("--sqlite", action="store_true", help="without PostgreSQL")
    parser.add_argument("--million", action="store_true", help="the desk with 1,000,000 applications too")
    given = parser.parse_args(arguments)
    console = Console()
    size = plan.TINY if given.tiny else plan.FULL
    with tempfile.TemporaryDirectory(prefix=".benchmarks-", dir=given.folder) as place, console.status("") as status:
        folder = Path(place)
        files: list[Store] = [SqliteFiles(folder)]
        candidates = unsealing.TINY if given.tiny else unsealing.CANDIDATES
        if given.sqlite:
            figures, server = plan.whole(files, folder, size, status.update), {}
            figures += unsealing.whole(files, size.rounds, candidates, status.update).by_key.values()
        else:
            with postgres(folder / "postgresql") as running:
                figures = plan.whole([*files, running], folder, size, status.update)
                figures += unsealing.whole([*files, running], size.rounds, candidates, status.update).by_key.values()
                server = {"version": running.version, **running.durable}
        for load in (desk.TINY if given.tiny else desk.HUNDRED_THOUSAND, *((desk.MILLION,) if given.million else ())):
            url = f"sqlite:///{folder / f'desk_{load.procedures}.db'}"
            figures += desk.whole(url, folder, load, status.update).by_key.values()
        figures += papers.whole(papers.TINY if given.tiny else papers.THOUSAND, status.update).by_key.values()
        lists = ranking.TINY if given.tiny else ranking.HUNDRED_THOUSAND
        figures += ranking.whole(lists, status.update).by_key.values()
    data = report.results(figures, server)
    report.write(data, given.output)
    if given.output == HERE / "results.json":
        report.refresh(HERE.parent / "README.md", data)
    report.show(data, console)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
