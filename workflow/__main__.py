"""The entry point: `nabor` and `python -m workflow`.

Why: the script of the package needs a place that imports nothing until it is called.
Never here: a command (workflow/cli has them).
"""

from __future__ import annotations


def main() -> None:
    """Run the command line; ends the process with its exit code: 0 done, 1 refused or found wrong, 2 misuse."""
    from workflow.cli.main import main as run

    run()


if __name__ == "__main__":
    main()
