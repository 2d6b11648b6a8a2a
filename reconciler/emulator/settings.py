"""What can be set on a running emulator: by its flags, by `POST /_emulator/settings`, or by `Settings` from Python.

Where the API's documents give a figure it is the default here (12 VLANs a project, a /30 of global
addresses, 16 public addresses without review: "IP allocation" and "Layer 2 configurations" in the 2020
documentation). Times are shorter than the real ones, so that a whole stack comes up while one watches. All
times are in seconds.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, get_args

OverQuota = Literal["message", "pending", "deny"]
SessionStatus = Literal["up", "down"]
ReviewOutcome = Literal["created", "denied"]

_CHOICES = {
    "OverQuota": get_args(OverQuota),
    "SessionStatus": get_args(SessionStatus),
    "ReviewOutcome": get_args(ReviewOutcome),
}
"""The words of a setting, by the name of its type."""


def _no_stock() -> Mapping[str, int]:
    return MappingProxyType({})


def _no_prices() -> Mapping[str, float]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, each with its default. Frozen: a change makes a new value (`changed`)."""

    latency_seconds: float = 0.0
    """Added to each call: half before the work, half after it, so that a killed client's call is done or nearly so."""
    provision_seconds: float = 2.0
    """From POST of a device to `active`; the first tenth of it is spent `queued`."""
    deprovision_seconds: float = 1.0
    """How long a deleted device still shows, as `deprovisioning`, before it is 404."""
    action_seconds: float = 1.0
    """How long a power action (power_on, power_off, reboot, rescue) takes."""
    reinstall_seconds: float | None = None
    """How long a reinstall takes; None: `deprovision_seconds` of wiping, then as long as the provisioning took."""
    rate_limit_per_minute: int | None = None
    """Calls a minute before 429; None is no limit."""
    list_lag_seconds: float = 0.0
    """Lists show the world as it was this long ago."""
    get_lag_seconds: float = 0.0
    """Single objects likewise: one that was made less than this long ago is 404, one that was deleted is there."""
    per_page_most: int = 1_000
    """The largest page that a list gives, whatever `per_page` asks for; the API's figure. Smaller: more pages."""
    vlans_per_project: int = 12
    stock_per_plan_and_facility: int = 10_000
    """Machines of each plan in each facility where the plan is offered."""
    stock: Mapping[str, int] = field(default_factory=_no_stock)
    """Exceptions to the line above, keyed "facility/plan", as in {"ams1/c2.medium.x86": 0}."""
    devices_per_project_and_plan: int = 9_999
    """What a project's `max_devices` shows for each plan: how many devices of it the project may have."""
    hardware_reservations: Mapping[str, int] = field(default_factory=_no_stock)
    """Machines that each new project has reserved, keyed likewise."""
    reservation_seconds: float = 3.0
    """How long after its device's delete a reserved machine cannot be provisioned."""
    batch_seconds: float = 1.0
    """How long a batch takes until its devices are made; the first half of it is spent `queued`."""
    machine_features: tuple[str, ...] = ()
    """What every machine has beside what its plan's specs name, for creates that require `features`, as in ["tpm"]."""
    global_ipv4_per_project: int = 4
    public_ipv4_largest_without_review: int = 16
    public_ipv4_largest: int = 256
    over_quota: OverQuota = "message"
    """What asking for more gets: the acknowledgement of 2019 without a block, the pending block of 2020, a 422."""
    review_seconds: float | None = None
    """How long a pending block waits for its review to end; None is for ever."""
    review_outcome: ReviewOutcome = "created"
    """What the review then makes of it."""
    bgp_session_seconds: float = 2.0
    """How long a new BGP session's status stays `unknown`."""
    bgp_session_status: SessionStatus = "down"
    """What it then becomes; `down` is what a machine without a BGP daemon showed."""
    bgp_global_review_seconds: float | None = None
    """How long a global BGP config stays `requested`; None is for ever."""
    port_action_seconds: float = 0.0
    """How long a bond goes on showing the network type it had before a conversion (packngo#134 and #203)."""
    first_vlan_becomes_native: bool = False
    """Whether the first VLAN on an unbonded port is native at once, as on some switches (Terraform, metal#90)."""
    volume_seconds: float = 1.0
    """From POST of a volume to `active`; the first tenth of it is spent `queued`."""
    snapshot_seconds: float = 1.0
    """Until a snapshot of a volume is `available`."""
    require_ssh_key: bool = True
    """Refuse a device when neither the request, the project nor the user has any SSH key."""
    spot_prices: Mapping[str, float] = field(default_factory=_no_prices)
    """Spot prices that do not move, in dollars an hour, keyed "facility/plan", as in {"ewr1/c2.medium.x86": 0.2}."""
    spot_seed: int = 0
    """Which course the other spot prices take."""
    spot_notice_seconds: float = 120.0
    """How long an outbid spot machine still runs (the two minutes of the 2019 documentation)."""
    spot_request_seconds: float = 5.0
    """How often an open spot market request tries again; the service did so every five minutes (changelog, 2018)."""

    project_key_ssh_key_404: bool = True
    """An SSH key that a project's API key makes is made, and answered with 404, as in 2020."""
    project_key_changes_ports: bool = True
    """Whether a project's API key may change ports; false is as in early 2019 (cnf-testbed#171)."""

    def changed(self, partial: Mapping[str, object]) -> Settings:
        """These settings with some replaced. Raises `ValueError` with one line for each that cannot be."""
        known = {f.name: str(f.type) for f in dataclasses.fields(self)}
        problems = [
            f"{name} is not a setting; there are: {', '.join(sorted(known))}" for name in partial if name not in known
        ]
        values: dict[str, object] = {}
        for name, value in partial.items():
            if name not in known:
                continue
            try:
                values[name] = _checked(name, known[name], value)
            except ValueError as error:
                problems.append(str(error))
        if problems:
            raise ValueError("\n".join(problems))
        current = {name: getattr(self, name) for name in known}
        return Settings(**{**current, **values})

    def as_json(self) -> dict[str, object]:
        """The settings as `GET /_emulator/settings` shows them."""
        shown: dict[str, object] = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        plain = {name: dict(value) for name, value in shown.items() if isinstance(value, Mapping)}
        return {**shown, **plain, "machine_features": list(self.machine_features)}

    def stock_of(self, facility: str, plan: str) -> int:
        """How many machines of a plan a facility has in all."""
        return self.stock.get(f"{facility}/{plan}", self.stock_per_plan_and_facility)

    def spot_price_of(self, facility: str, plan: str) -> float | None:
        """The spot price that is set, in dollars an hour; None where it moves."""
        return self.spot_prices.get(f"{facility}/{plan}")


def _checked(name: str, kind: str, value: object) -> object:
    """`value` if it fits the setting's declared type (as written above), else `ValueError`."""
    if value is None and kind.endswith("| None"):
        return None
    if kind.startswith("float"):
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf:
            return float(value)
        raise ValueError(f"{name} must be a number of seconds, 0 or more")
    if kind.startswith("int"):
        least = 1 if name == "rate_limit_per_minute" else 0
        if isinstance(value, int) and not isinstance(value, bool) and value >= least:
            return value
        raise ValueError(f"{name} must be a whole number, {least} or more")
    if kind == "bool":
        if isinstance(value, bool):
            return value
        raise ValueError(f"{name} must be true or false")
    if kind == "Mapping[str, float]":
        return _checked_prices(name, value)
    if kind.startswith("Mapping"):
        return _checked_stock(name, value)
    if kind.startswith("tuple"):
        if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
            return tuple(value)
        raise ValueError(f"{name} must be a list of strings")
    choices = _CHOICES[kind]
    if value in choices:
        return value
    raise ValueError(f"{name} must be one of: {', '.join(choices)}")


def _checked_stock(name: str, value: object) -> Mapping[str, int]:
    if isinstance(value, Mapping):
        for key, count in value.items():
            if not (isinstance(key, str) and "/" in key and isinstance(count, int) and count >= 0):
                raise ValueError(f'{name}: {key!r}: {count!r} is not of the form "facility/plan": number')
        return MappingProxyType(dict(value))
    raise ValueError(f'{name} must be an object such as {{"ams1/c2.medium.x86": 0}}')


def _checked_prices(name: str, value: object) -> Mapping[str, float]:
    if isinstance(value, Mapping):
        for key, price in value.items():
            number = isinstance(price, int | float) and not isinstance(price, bool)
            if not (isinstance(key, str) and "/" in key and number and 0 <= price < math.inf):
                raise ValueError(f'{name}: {key!r}: {price!r} is not of the form "facility/plan": dollars an hour')
        return MappingProxyType({key: float(price) for key, price in value.items()})
    raise ValueError(f'{name} must be an object such as {{"ewr1/c2.medium.x86": 0.2}}')
