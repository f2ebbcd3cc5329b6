"""What only a new process can tell: how long definitions take to load, and the memory at its peak.

Never here: figures of a process that has already worked.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import measure
from benchmarks.stores import SqliteFiles
from benchmarks.world import EVERYTHING, SILENT, build
from workflow.bootstrap import open_catalogue


def definitions() -> float:
    """Seconds to load and check all shipped definitions."""
    began = time.perf_counter()
    catalogue = open_catalogue()
    for institution in catalogue.institutions():
        catalogue.check(institution)
    return time.perf_counter() - began


def memory(folder: Path, moves: int) -> float:
    """Megabytes at the peak of all the work: definitions checked; single, concurrent and bulk moves on SQLite."""
    definitions()
    store = SqliteFiles(folder)
    for story in (EVERYTHING, SILENT):
        url = store.empty(story.move)
        seed = build(story, url)
        seed.copy_to(3 * moves)
        seed.close()
        world = seed.on(url)
        measure.single(world, range(moves))
        measure.clients(world, range(moves, 2 * moves), 8)
        measure.bulk(world, range(2 * moves, 3 * moves))
        world.close()
    return _peak()


def _peak() -> float:
    """Megabytes. Linux counts the parent's memory into a child's `ru_maxrss`, so the own mark is read first."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        if "VmHWM" in lines:
            return int(lines["VmHWM"].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    if sys.argv[1] == "definitions":
        print(definitions())
    else:
        with tempfile.TemporaryDirectory(dir=sys.argv[3]) as place:
            print(memory(Path(place), int(sys.argv[2])))
