"""The desk's data: a running procedure of every institution, stopped in the middle, for people who look at the pages.

Why: the demonstration of 2022 ends with everything concluded, and a desk on which nothing waits shows nothing. These
are scenarios too (samples/desk*.yaml), played through the same services, all to one common instant.
Never here: passwords, printing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import Field

from workflow.catalogue.index import Catalogue
from workflow.clock import VirtualClock
from workflow.persistence.files import FileStore
from workflow.scenarios.player import Player, Somebody, Unexpected
from workflow.scenarios.sentence import Line, SentenceError
from workflow.scenarios.story import Script, Story, read_story
from workflow.services import staff
from workflow.services.delivery import deliver
from workflow.services.house import House

OVERSEERS = ("administrator", "auditor")


class Running(Story):
    """A scenario that stops in the middle. `names`: what the office's people are called."""

    names: Mapping[str, str] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Desk:
    """What was played: for each institution its players, in the order of their files."""

    players: Mapping[str, tuple[Player, ...]]

    def users(self, institution: str) -> dict[str, str]:
        """Whom one can be there: user -> role or function (chair, member)."""
        found: dict[str, str] = {}
        for player in self.players[institution]:
            for role in (*player.definition.roles, *OVERSEERS):
                found.setdefault(f"{institution}.{role}", role)
            for letter, user in player.members.items():
                function = "chair" if player.actor(letter).roles & {"chair"} else "member"
                found.setdefault(user, function)
        return found


def read_desk(catalogue: Catalogue) -> tuple[Script, ...]:
    """Every running procedure that the institutions ship. Raises DefinitionError with every problem and its place."""
    return tuple(
        read_story(path, institution, shape=Running)
        for institution in catalogue.institutions()
        for path in sorted((catalogue.folder(institution) / "samples").glob("desk*.yaml"))
    )


def play_desk(house: House, clock: VirtualClock, scripts: Iterable[Script], store: FileStore | None = None) -> Desk:
    """Plays the procedures into a house, side by side in the order of time, each from its start to its end.

    `store` keeps the files that are handed in; without one documents come without.
    Raises Unexpected when a line goes otherwise than it says.
    """
    players: dict[str, list[Player]] = {}
    events: list[tuple[datetime, Callable[[], None]]] = []
    for script in scripts:
        player = _player(house, clock, script)
        player.store = store
        players.setdefault(script.institution, []).append(player)
        events.append((player.instant(script.story.start), _opening(player, script)))
        events += [(player.instant(line.at), _playing(player, script, line)) for line in script.lines]
        if script.story.until is not None:
            events.append((player.instant(script.story.until), lambda: None))
    day = ""
    for at, act in sorted(events, key=lambda event: event[0]):
        if at.date().isoformat() != day:
            day = at.date().isoformat()
            deliver(house)
        next(iter(players.values()))[0].go_to(at)
        act()
    deliver(house)
    return Desk({institution: tuple(several) for institution, several in players.items()})


def _player(house: House, clock: VirtualClock, script: Script) -> Player:
    story, own = script.story, house.catalogue.institution(script.institution).languages[0]
    names = story.names if isinstance(story, Running) else {}
    player = Player(house, clock, script.institution, story.process, own, user_names=names)
    for number, (name, person) in enumerate(story.people.items()):
        email = None if person.email == "none" else person.email or f"person{number + 1}@applicants.example"
        player.people[name] = Somebody(person.name or name, person.language or own, email)
    return player


def _opening(player: Player, script: Script) -> Callable[[], None]:
    def open_it() -> None:
        given = script.story.procedure
        player.open(
            number=given.number,
            positions=given.positions,
            dates=given.dates,
            details=given.details,
            commission=given.commission,
        )
        for role in OVERSEERS:
            # Every house has them, whether or not its definition gives them something to do.
            name, user = player.user_names.get(role, role), f"{player.institution}.{role}"
            staff.add_user(player.house, name, player.office_mail(role), user=user, language=player.language)
            staff.grant(player.house, player.institution, user, role)

    return open_it


def _playing(player: Player, script: Script, line: Line) -> Callable[[], None]:
    def play_it() -> None:
        try:
            player.play(line)
        except (Unexpected, SentenceError) as error:
            what = f"{script.document.file}: {line.at} {line.who}: {line.verb} {', '.join(line.names)}"
            raise Unexpected(f"{what}: {error}") from None

    return play_it
