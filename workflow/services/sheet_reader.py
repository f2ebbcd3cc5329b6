"""A program of its own: reads a spreadsheet from its input and writes its first sheet to its output as JSON.

Why: a spreadsheet of a few kilobytes can claim a cell in the last column of the last row, or name one huge text a
million times; whoever opens it then runs out of memory and dies. Here that is this small process, which has a limit,
and not the one that serves the pages. It imports nothing of ours, so that it starts at once.
Never here: what a cell means.
"""

from __future__ import annotations

import io
import json
import sys
from datetime import date, datetime, time, timedelta

MEMORY = 1_000_000_000
SECONDS = 30
MOST_CELLS = 2_000_000
MOST_CHARACTERS = 40_000_000

TOO_LARGE = 3
"""Exit code: more than anybody can have typed."""
NO_SPREADSHEET = 4
"""Exit code: it cannot be read; the reason stands on the error output."""


def _limit() -> None:
    try:
        import resource
    except ImportError:  # not on Windows; there the time limit of the caller is what holds
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _plain(value: object) -> object:
    """A cell as JSON: a text, a number, or an instant as {"at": text}."""
    if isinstance(value, datetime):
        return {"at": value.replace(microsecond=0).isoformat()}
    if isinstance(value, date):
        return {"at": datetime.combine(value, time()).isoformat()}
    if isinstance(value, bool | time | timedelta):
        return str(value)
    return value


def main() -> int:
    """Reads, writes, and answers with an exit code."""
    most_rows = int(sys.argv[1])
    _limit()
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read())).get_sheet_by_index(0)
        rows, columns = sheet.total_height, sheet.total_width
        if columns > 500 or rows * columns > MOST_CELLS:
            return TOO_LARGE
        characters = 0
        out = []
        for row in sheet.to_python(skip_empty_area=False, nrows=most_rows):
            out.append([_plain(cell) for cell in row])
            characters += sum(len(cell) for cell in row if isinstance(cell, str))
            if characters > MOST_CHARACTERS:
                return TOO_LARGE
    except (CalamineError, OSError, IndexError, ValueError) as error:
        print(error, file=sys.stderr)
        return NO_SPREADSHEET
    json.dump(out, sys.stdout, ensure_ascii=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
