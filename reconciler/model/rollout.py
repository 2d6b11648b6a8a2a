"""Rolling changes: how many machines of one group may be out of work at a time, and what proves that one is at work.

rollout: {max_unavailable: 1, pause: 2m, health: [state, {tcp: 22, timeout: 5m}]}
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Protocol

from reconciler.diagnostics import Place
from reconciler.values import Address

HEALTH_SECONDS: Final = 300.0
"""How long a machine may take until a condition holds, unless the stack says otherwise."""


class Proof(StrEnum):
    """What shows that a machine does its work."""

    STATE = "state"  # the API's lists show it in the state that is wanted
    TCP = "tcp"  # a connection to a port of it opens; nothing is sent
    BGP = "bgp"  # the API's lists show its BGP sessions up


@dataclass(frozen=True, slots=True)
class Health:
    """One condition; `timeout` is in seconds. `port` and `address` (`public` or `private`) belong to TCP, `families`
    (`ipv4`, `ipv6`) to BGP.
    """

    proof: Proof
    timeout: float = HEALTH_SECONDS
    port: int = 0
    address: str = "public"
    families: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """For a person: what has to hold."""
        if self.proof is Proof.TCP:
            return f"{self.address} TCP port {self.port} opens"
        if self.proof is Proof.BGP:
            return f"BGP over {' and '.join(self.families)} is up"
        return "its state is as wanted"


STATE: Final = Health(Proof.STATE)


@dataclass(frozen=True, slots=True)
class Rollout:
    """How the machines of a group are changed. `max_unavailable` is how many of them may be out of work at a time;
    `share` is the percentage that the stack says in its place, of the `size` of the whole group. `pause` is in seconds,
    between two waves.
    """

    place: Place
    max_unavailable: int = 1
    pause: float = 0.0
    health: tuple[Health, ...] = (STATE,)
    share: int | None = None
    size: int = 0

    @property
    def dials(self) -> bool:
        """Whether connections to the machines are opened."""
        return any(each.proof is Proof.TCP for each in self.health)

    def of(self, size: int) -> Rollout:
        """The same for a group of so many machines: a percentage is rounded down, and one is the least."""
        most = self.max_unavailable if self.share is None else max(1, size * self.share // 100)
        return replace(self, size=size, max_unavailable=most)


@dataclass(frozen=True, slots=True)
class Waves:
    """How a plan changes the machines of one group: a part of the plan, as its steps are.

    `group` is the address of the block. In each of the `waves` at most `max_unavailable` machines are changed, and the
    next one begins when all of them are healthy and the pause is over. `others` are the machines that are not
    disrupted; `down` are those that are, and did no work when the plan was made: they come first, and put nothing out
    of work.
    """

    group: Address
    kind: str
    rollout: Rollout
    waves: tuple[tuple[Address, ...], ...]
    others: tuple[Address, ...] = ()
    down: tuple[Address, ...] = ()

    def wave_of(self, address: Address) -> int | None:
        """In which wave a machine is changed, counted from 0; None when in none."""
        return next((number for number, wave in enumerate(self.waves) if address in wave), None)

    def pause_after(self, address: Address) -> float:
        """Seconds to let go by once a machine is healthy: none after the last wave."""
        wave = self.wave_of(address)
        return self.rollout.pause if wave is not None and wave + 1 < len(self.waves) else 0.0

    def changed(self, number: int) -> tuple[Address, ...]:
        """The machines that have been changed before a wave."""
        return tuple(each for wave in self.waves[:number] for each in wave)

    def coming(self, number: int) -> tuple[Address, ...]:
        """The machines whose turn comes after a wave, and which are at work until then."""
        return tuple(each for wave in self.waves[number + 1 :] for each in wave if each not in self.down)

    def surveyed(self, number: int) -> bool:
        """Whether there is anything to look at before a wave."""
        return bool(number or self.others or self.coming(number))


def survey_id(group: Address, number: int) -> str:
    """The id of the step that looks at a group before one of its waves, counted from 0."""
    return f"{group}:check/{number + 1}"


def lasting(seconds: float) -> str:
    """A length of time as a stack would say it: `2m`, `1h30m`, `45s`."""
    whole = round(seconds)
    parts = ((whole // 3600, "h"), (whole // 60 % 60, "m"), (whole % 60, "s"))
    return "".join(f"{count}{unit}" for count, unit in parts if count) or f"{seconds:g}s"


class Dialer(Protocol):
    """What opens connections; called from several threads at once."""

    def dial(self, host: str, port: int) -> str:
        """Why no connection opens within some seconds; empty when one does. It is closed at once, and never raises."""


class NoDialer:
    """Opens no connection, so that no port of a machine is taken to be open."""

    def dial(self, host: str, port: int) -> str:
        return "this run opens no connections to machines"


class TakenAsOpen:
    """For machines that do not exist, such as those of the embedded emulator: every port is taken to be open."""

    def dial(self, host: str, port: int) -> str:
        return ""
