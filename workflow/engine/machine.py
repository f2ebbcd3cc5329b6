"""Which state a trigger leads to: the only module that imports `transitions`.

Why: the library resolves (state, trigger) to a target and nothing else. One Machine per lifecycle is built from
checked names and kept; a bare token moves through it, so that no row, callback or dotted name ever meets the library.
`auto_transitions` is off: the default adds `to_<state>()`, which walks past every guard.
Never here: guards (we evaluate them all, because every reason is wanted), effects, persistence.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from functools import partial

from transitions import Machine, MachineError

from workflow.engine.process import NEW, Lifecycle

_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


class _Token:
    """What moves through the machine: a state, the alternatives that are open to it, and the one that was taken."""

    __slots__ = ("_state", "opened", "taken")

    def __init__(self, state: str, opened: AbstractSet[str]) -> None:
        self._state = state  # no transition can be called so: the library refuses a trigger of the attribute's name
        self.opened = opened
        self.taken: str | None = None


def _is_open(key: str, token: _Token) -> bool:
    if key in token.opened:
        token.taken = key
        return True
    return False


class StateMachine:
    """The compiled machine of one lifecycle. Safe to share: nothing of a subject is kept in it."""

    def __init__(self, lifecycle: Lifecycle) -> None:
        names = [NEW, *lifecycle.states, *(t.name for t in lifecycle.transitions)]
        strange = [name for name in names if not _NAME.match(name)]
        if strange:
            raise ValueError(f"not a plain name: {strange[0]!r}")  # the loader refuses these with file and line
        self._machine = Machine(
            model=None,
            states=[NEW, *(s for s in lifecycle.states if s != NEW)],
            initial=None,
            auto_transitions=False,
            send_event=False,
            model_attribute="_state",
        )
        for t in lifecycle.transitions:
            for source in t.sources:
                self._machine.add_transition(t.name, source, t.target, conditions=partial(_is_open, t.key))

    def resolve(self, state: str, trigger: str, opened: AbstractSet[str]) -> tuple[str, str] | None:
        """(key of the transition taken, target state) for the first open alternative, None if there is none.

        `opened` holds the keys of the transitions whose guards passed. A trigger that does not start from the state
        gives None as well.
        """
        event = self._machine.events.get(trigger)
        if event is None:
            return None
        token = _Token(state, opened)
        try:
            moved = event.trigger(token, token)
        except MachineError:
            return None
        return (token.taken, token._state) if moved and token.taken is not None else None

    def triggers(self, state: str) -> tuple[str, ...]:
        """The names of the transitions that start from a state."""
        return tuple(name for name, event in self._machine.events.items() if state in event.transitions)
