"""What flows through a device and what it costs: bandwidth, traffic, usages.

The shape of a series, its minute-by-minute points (bytes a second, unix seconds) and their size are those of libcloud's
recorded node_bandwidth (March 2019); null stands where the device was not running. `from` and `until` are required by
the 2019 reference; without them it is the last hour. Of traffic only the parameters are known, so it has the same shape
with bytes in each interval (unsure); of usages the fields are known (later OpenAPI document), as text. All numbers are
computed from the device's id and the time, so that the same question has the same answer.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from datetime import UTC, datetime

from reconciler.emulator import market
from reconciler.emulator.call import Plain, Read, Reply
from reconciler.emulator.errors import invalid
from reconciler.emulator.lifecycle import ready_at, state
from reconciler.emulator.params import Params
from reconciler.emulator.records import Device
from reconciler.emulator.rendering import View
from reconciler.emulator.resources.finding import find_device, unix_seconds

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_MOST_POINTS = 1440
"""A longer time has longer steps (bandwidth) or only its end (traffic); the service's own limit is unknown."""
_DIRECTIONS = {"inbound": ("tx", 1_100.0), "outbound": ("rx", 67_000.0)}
"""As the switch sees them, and the usual bytes a second."""
_INTERVALS = {
    "minutes": _MINUTE,
    "hours": _HOUR,
    "days": _DAY,
    "weeks": 7 * _DAY,
    "months": 30 * _DAY,
    "years": 365 * _DAY,
}
_BUCKETS = {"internal": 0.25, "external": 0.75}
"""How much of all traffic a bucket has."""


def bandwidth(call: Read) -> Reply:
    """GET /devices/{id}/bandwidth"""
    device = find_device(call)
    until = unix_seconds(call, "until")
    until = math.floor(call.now) if until is None else until
    start = unix_seconds(call, "from")
    start = until - _HOUR if start is None else start
    step = _MINUTE * max(1, math.ceil((until - start) / _MINUTE / _MOST_POINTS))
    moments = range(math.ceil(start / step) * step, until + 1, step)
    series = [
        _series(device, direction, [[_rate(device, direction, at, call.now), at] for at in moments])
        for direction in _DIRECTIONS
    ]
    return Plain({"bandwidth": series})


def traffic(call: Read) -> Reply:
    """GET /devices/{id}/traffic: bytes by `interval` within `timeframe`, by default the hours of the last day."""
    device, params = find_device(call), call.params
    direction = _chosen(params, "direction", tuple(_DIRECTIONS))
    interval = _INTERVALS[_chosen(params, "interval", tuple(_INTERVALS)) or "hours"]
    bucket = _chosen(params, "bucket", tuple(_BUCKETS))
    part = _BUCKETS[bucket] if bucket else 1.0
    start, end = _timeframe(params, call.now)
    first, last = math.ceil(start / interval), math.floor(min(end, call.now) / interval)
    moments = [place * interval for place in range(max(first, last - _MOST_POINTS), last)]
    series = []
    for name in [direction] if direction else _DIRECTIONS:
        rates = [(_rate(device, name, at, call.now), at) for at in moments]
        points = [[None if rate is None else round(rate * interval * part), at] for rate, at in rates]
        series.append(_series(device, name, points))
    return Plain({"traffic": series})


def usages(call: Read) -> Reply:
    """GET /devices/{id}/usages: the hours begun since its creation, within `created[after]` and `created[before]`."""
    device = find_device(call)
    plan = call.catalogue.plan(device.plan)
    if plan is None:
        return Plain({"usages": []})
    after, before = _instant(call.params, "created", "after"), _instant(call.params, "created", "before")
    start = device.created_at if after is None else max(after, device.created_at)
    end = call.now if before is None else min(before, call.now)
    if end < start:
        return Plain({"usages": []})
    price = plan.hourly
    if device.spot_instance:
        price = market.price(call.settings, device.facility, plan, device.created_at)
    hours = max(1, math.ceil((end - start) / _HOUR))
    used = {
        "quantity": f"{hours:.1f}",
        "total": f"{hours * price:.2f}",
        "unit": "hour",
        "unit_price": f"{price:.4f}",
    }
    return Plain({"usages": [used]})


def _series(device: Device, direction: str, points: Sequence[Sequence[float | None]]) -> View:
    place = int(hashlib.sha256(device.hardware_id.encode()).hexdigest()[:4], 16)
    switch = f"{device.facility}.r{place % 16 + 1:02}b{place // 16 % 4 + 1:02}.esr1"
    name = f"sumSeries(port_graphs.{switch}.snmp.if_octets.{device.hardware_id}.*.{_DIRECTIONS[direction][0]})"
    return {"target": direction, "datapoints": points, "tags": {"aggregatedBy": "sum", "name": name}}


def _rate(device: Device, direction: str, at: int, now: float) -> float | None:
    """Bytes a second at a moment: around a level of the device's own, a tenth up or down; None while it is not up."""
    if at > now or at < ready_at(device):
        return None
    if state(device, now) == "inactive" and at >= device.operation_at + device.operation_seconds:
        return None
    level = 0.5 + _fraction(device.id, direction)
    wave = 0.9 + 0.2 * _fraction(device.id, direction, str(at))
    return round(_DIRECTIONS[direction][1] * level * wave, 6)


def _fraction(*parts: str) -> float:
    """A number from 0 to 1 that belongs to these words."""
    return int.from_bytes(hashlib.sha256("/".join(parts).encode()).digest()[:4]) / 2**32


def _chosen(params: Params, name: str, choices: tuple[str, ...]) -> str | None:
    found = params.text(name)
    if found and found not in choices:
        raise invalid(f"{name.capitalize()} is invalid")  # text unsure
    return found or None


def _timeframe(params: Params, now: float) -> tuple[float, float]:
    """From the object `timeframe`."""
    start, end = _instant(params, "timeframe", "started_at"), _instant(params, "timeframe", "ended_at")
    end = now if end is None else end
    return (end - _DAY if start is None else start), end


def _instant(params: Params, within: str, name: str) -> float | None:
    """A moment that stands in an object."""
    around = params.raw(within)
    text = Params(around).text(name) if isinstance(around, dict) else None
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise invalid(f"{within.capitalize()} is invalid") from None  # text unsure
