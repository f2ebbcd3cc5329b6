"""A scanner of the office's own looks at a file before it is kept: any command that is given the file's path.

Why: what hides inside a file is known to scanners that are renewed daily, not to us; and what could not be looked at is
not taken in as if it had been.
Never here: what kinds are accepted (engine/file_kind.py), which command it is (settings.py).
"""

from __future__ import annotations

import logging
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from workflow.engine.file_kind import NotAccepted

_FOUND = 1
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Scanner:
    """A command with its arguments, without a shell; the file's path comes last. It has so many seconds."""

    command: tuple[str, ...]
    seconds: float

    def look(self, path: Path) -> NotAccepted | None:
        """None when it found nothing (exit code 0); `infected` for exit code 1, `not_scanned` for everything else."""
        try:
            # The administrator's command, without a shell; the path is one that we made.
            done = subprocess.run(
                [*self.command, str(path.resolve())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=self.seconds,
                check=False,
                env={name: value for name, value in os.environ.items() if not name.startswith("NABOR_")},
            )
        except subprocess.TimeoutExpired:
            _log.warning("the scanner took longer than %s seconds", self.seconds)
            return NotAccepted("not_scanned")
        except OSError as error:
            _log.warning("the scanner cannot be started: %s", error.strerror)
            return NotAccepted("not_scanned")
        if done.returncode == 0:
            return None
        if done.returncode == _FOUND:
            return NotAccepted("infected")
        _log.warning("the scanner ended with exit code %s", done.returncode)
        return NotAccepted("not_scanned")
