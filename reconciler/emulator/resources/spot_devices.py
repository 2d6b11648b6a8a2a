"""Spot instances while they run: outbid, given notice, taken back; and who hears when a machine becomes free.

An instance whose bid the market's price exceeds is given `termination_time` two minutes ahead and is taken back then,
locked or not (2019 documentation of the spot market); turning `spot_instance` off before that keeps it. Of a request on
the spot market at least `devices_min` are to run (changelog, 2018), so what is left of it is given notice too when
fewer remain; that is read out of an incomplete copy of that text (unsure).
"""

from __future__ import annotations

import math
from dataclasses import replace

from reconciler.emulator import market
from reconciler.emulator.call import Write
from reconciler.emulator.records import Device, SpotMarketRequest


def outbid_at(call: Write, facility: str, plan: str, bid: float | None) -> float | None:
    """When a bid made now will be exceeded; None for never."""
    found = call.catalogue.plan(plan)
    return None if bid is None or found is None else market.next_above(call.settings, facility, found, call.now, bid)


def is_outbid(device: Device, now: float) -> bool:
    """Whether it is time to give notice."""
    return device.outbid_at is not None and device.outbid_at <= now and device.reclaim_at is None


def give_notice(call: Write, device: Device) -> None:
    """Say when the device will be taken back, and its fellows where too few of them remain."""
    _give_notice(call, device)
    for request in call.tables.where(SpotMarketRequest, "device", device.id):
        remaining = [each for each in devices_of(call, request) if each.deleted_at is None and each.reclaim_at is None]
        if len(remaining) < request.devices_min:
            for each in remaining:
                if each.spot_instance:
                    _give_notice(call, each)


def _give_notice(call: Write, device: Device) -> None:
    at = call.now + call.settings.spot_notice_seconds
    call.change.put(replace(device, reclaim_at=at, updated_at=call.now))


def devices_of(call: Write, request: SpotMarketRequest) -> list[Device]:
    """The devices of a request that are still there, in the order they were made."""
    found = (call.tables.get(Device, identifier) for identifier in request.device_ids)
    return [device for device in found if device is not None]


def machine_freed(call: Write, facility: str, plan: str) -> None:
    """Let the requests that may have waited for such a machine try again."""
    for request in call.tables.where(SpotMarketRequest, "market", f"{facility}/{plan}"):
        _wake(call, request)


def follow_settings(call: Write) -> None:
    """Prices or stock may have been set anew: bids look ahead again, requests try again."""
    for device in call.tables.where(Device, "spot", "yes"):
        if device.deleted_at is None and device.reclaim_at is None and not is_outbid(device, call.now):
            at = outbid_at(call, device.facility, device.plan, device.spot_price_max)
            if at != device.outbid_at:
                call.change.put(replace(device, outbid_at=at))
    for request in call.tables.all(SpotMarketRequest):
        _wake(call, request)


def _wake(call: Write, request: SpotMarketRequest) -> None:
    at = next_try(call, request, call.now)
    if at is not None and (request.next_at is None or at < request.next_at):
        call.change.put(replace(request, next_at=at))


def next_try(call: Write, request: SpotMarketRequest, at: float) -> float | None:
    """The first regular try of a request at a moment or after it; None when the request has ended by then."""
    interval = call.settings.spot_request_seconds
    if interval:
        tries = math.ceil((at - request.created_at) / interval)
        at = max(at, request.created_at + tries * interval)
    return at if request.end_at is None or at < request.end_at else None
