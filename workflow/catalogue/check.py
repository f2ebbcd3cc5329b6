"""Prints what is wrong with definitions: `python -m workflow.catalogue.check [--folder FOLDER] [institution ...]`.

Why: whoever writes a definition needs the mistakes of files alone, without a database, templates or scenarios.
Never here: scenarios and their coverage (`nabor definitions check` adds them).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from workflow.catalogue.index import Catalogue, built_in
from workflow.engine.errors import DefinitionError, UnknownInstitution


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code: 0 nothing wrong, 1 something, 2 an institution that does not exist."""
    parser = argparse.ArgumentParser(prog="python -m workflow.catalogue.check")
    parser.add_argument("institution", nargs="*", help="names of institutions (default: all)")
    parser.add_argument("--folder", type=Path, action="append", help="folder of definitions (default: the built-in)")
    given = parser.parse_args(arguments)
    catalogue = Catalogue(given.folder or [built_in()])
    found = 0
    try:
        for institution in given.institution or catalogue.institutions():
            problems = catalogue.check(institution)
            found += len(problems)
            for problem in problems:
                print(problem)
            print(f"{institution}: {f'{len(problems)} wrong' if problems else 'nothing wrong'}", file=sys.stderr)
    except UnknownInstitution as error:
        print(error, file=sys.stderr)
        return 2
    except DefinitionError as error:
        print(error)
        return 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
