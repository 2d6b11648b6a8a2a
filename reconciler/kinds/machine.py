"""What a machine is like in an answer and in a wish, for the kinds that make one or several."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from reconciler.kinds.common import facility_code, flags_off, known, last_segment, parsed
from reconciler.model.kind import FieldError, Spec
from reconciler.model.live import Phase, Status
from reconciler.model.price import Charge, dollars
from reconciler.model.stock import Machines
from reconciler.values import Unknown

ANY = "any"
NEXT_AVAILABLE = "next-available"
PLAN_ALIASES: Mapping[str, str] = {
    "baremetal_0": "t1.small.x86",
    "baremetal_1": "c1.small.x86",
    "baremetal_1e": "x1.small.x86",
    "baremetal_2": "m1.xlarge.x86",
    "baremetal_2a": "c1.large.arm",
    "baremetal_2a2": "c1.large.arm.xda",
    "baremetal_3": "c1.xlarge.x86",
    "baremetal_s": "s1.large.x86",
}
"""Old slugs and the classes that replaced them; answers show either (pairs in the API's own `provisionable_on`)."""

_DECIDING = frozenset({"plan", "facility", "hardware_reservation_id", "spot_instance"})
"""What has to be known before it can be said what a machine is taken out of."""
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_HOSTNAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_PHASES = {
    "active": Phase.READY,
    "inactive": Phase.READY,
    "failed": Phase.FAILED,
    "deprovisioning": Phase.LEAVING,
}
_LENGTHS: Mapping[Any, tuple[int, int]] = {4: (28, 32), 6: (124, 127)}
"""Of a machine's own blocks, by family: the shortest prefix, the longest."""
_SCHEMES = ("http://", "https://", "ftp://", "tftp://")
_SUMMARIZED = ("public_ipv4", "private_ipv4", "public_ipv6")
INDEX = "{{index}}"
"""In the hostname of several machines: the number of each."""
_BUSY = ("queued", "provisioning")


def same_plan(declared: Any, live: Any) -> bool:
    """The same plan, by its old slug or its class."""
    return bool(PLAN_ALIASES.get(declared, declared) == PLAN_ALIASES.get(live, live))


def plan_name(plan: Any) -> str:
    """What the price list calls a plan; empty when it is not known."""
    return PLAN_ALIASES.get(plan, plan) if isinstance(plan, str) else ""


def machine_charge(values: Mapping[str, Any], units: int | None = 1) -> Charge:
    """What so many machines of this kind cost. A reserved one is paid for already; of a bid only the most is known."""
    terms = [values.get(name) for name in ("hardware_reservation_id", "spot_instance", "spot_price_max")]
    if any(isinstance(each, Unknown) for each in terms):
        return Charge("", units, note="how it is paid for is not known yet")
    reservation, spot, bid = terms
    slug = plan_name(values.get("plan"))
    if reservation is not None:
        return Charge(slug, units, dollars(0), "paid for by its contract")
    if spot:
        return bid_charge(slug, bid, units)
    return Charge(slug, units)


def bid_charge(slug: str, bid: Any, units: int | None) -> Charge:
    """So many machines at a bid, which may come back as text."""
    price = dollars(bid)
    return Charge(slug if price is not None else "", units, price, "on the spot market: its bid, so at most")


def plan_names(plan: str) -> frozenset[str]:
    """All that a plan goes by: its class and what it was called before 2018."""
    name = PLAN_ALIASES.get(plan, plan)
    return frozenset({name, *(old for old, new in PLAN_ALIASES.items() if new == name)})


def machines_taken(
    values: Mapping[str, Any], partial: frozenset[str], quantity: int = 1, spread: int | None = None
) -> Machines | None:
    """What a machine, or several, are taken out of by what is declared or live of them (`Kind.takes`)."""
    if partial & _DECIDING or values.get("spot_instance") is True:
        return None
    plan, wish, reserved = (values.get(name) for name in ("plan", "facility", "hardware_reservation_id"))
    named = {str(each).lower() for each in _listed(reserved) if each is not None}
    places = () if wish is None or ANY in _listed(wish) else tuple(dict.fromkeys(map(str, _listed(wish))))
    by_uuid = any(map(_UUID.fullmatch, (str(plan), *places)))  # which plan or place that is, nobody has looked up
    if reserved is None and (plan is None or wish is None or by_uuid):
        return None
    return Machines(
        plan=str(plan or ""),
        names=frozenset() if plan is None or by_uuid else plan_names(str(plan)),
        places=() if by_uuid else places,
        quantity=quantity,
        spread=spread,
        reserved=reserved is not None,
        reservations=frozenset(named - {NEXT_AVAILABLE}),
        next_available=reserved is not None and (not named or NEXT_AVAILABLE in named),
    )


def same_facility(declared: Any, live: Any) -> bool:
    """A wish may be a list in order of preference or `any`; the live device is in one facility."""
    wanted = declared if isinstance(declared, list) else [declared]
    return declared is None or ANY in wanted or bool(live in wanted)


def same_reservation(declared: Any, live: Any) -> bool:
    """`next-available` is met by whichever reservation it was given, a list by any that is in it."""
    if isinstance(declared, list):
        return live in declared or (NEXT_AVAILABLE in declared and live is not None)
    return bool(declared == live) or (declared == NEXT_AVAILABLE and live is not None)


class AddressRequest(Spec):
    """One entry of a device's `ip_addresses`: which addresses it gets at birth."""

    address_family: Literal[4, 6]
    public: bool
    cidr: int | None = None
    ip_reservations: list[str] | None = None


def hostname_errors(hostname: Any, *path: str | int) -> list[FieldError]:
    """What is wrong with a hostname, with one that would do."""
    if not isinstance(hostname, str) or _HOSTNAME.fullmatch(hostname):
        return []
    hint = f"`{re.sub(r'[^A-Za-z0-9.-]+', '-', hostname).strip('-.')}` would do"
    message = f"{hostname!r} is not a hostname: letters, digits, dots and dashes only"
    return [FieldError(path, message, hint, "bad-hostname")]


def machine_values(body: Mapping[str, Any]) -> dict[str, Any]:
    """The spec's fields as the answer shows them."""
    values = known(
        body,
        "hostname",
        "description",
        "billing_cycle",
        "userdata",
        "always_pxe",
        "ipxe_script_url",
        "locked",
        "customdata",
        "spot_instance",
        "spot_price_max",
    )
    code = facility_code(body)
    if code is not None:
        values["facility"] = code
    if body.get("state") in ("active", "inactive"):
        values["power_state"] = body["state"]
    for field, key in (("plan", "plan"), ("operating_system", "operating_system")):
        shown = body.get(key)
        if isinstance(shown, Mapping) and isinstance(shown.get("slug"), str):
            values[field] = shown["slug"]
    if "hardware_reservation" in body:
        values["hardware_reservation_id"] = last_segment(body["hardware_reservation"])
    return values


BLOCKS = {"private_block": (4, False), "ipv6_block": (6, True)}
"""The blocks that the platform makes by itself for a project in a facility, by the family and scope of the machine's
address in it.
"""
ADDRESSES = frozenset({"ip_addresses", "public_ipv4", "private_ipv4", "public_ipv6", *BLOCKS})
"""What `machine_addresses` finds."""


def machine_addresses(body: Mapping[str, Any]) -> dict[str, Any]:
    """The device's own (management) addresses, by family and scope, and the automatic blocks that they are taken from,
    which an address shows as its `parent_block` (packngo's recorded device metadata has it); none before its network is
    configured.
    """
    shown = [each for each in body.get("ip_addresses") or () if isinstance(each, Mapping)]
    names = ("address", "cidr", "netmask", "gateway", "network", "public", "address_family")
    found: dict[str, Any] = {"ip_addresses": [known(each, *names) for each in shown]}
    for name, family, public in (("public_ipv4", 4, True), ("private_ipv4", 4, False), ("public_ipv6", 6, True)):
        found[name] = next(
            (
                each.get("address")
                for each in shown
                if each.get("address_family") == family and each.get("public") is public and each.get("management")
            ),
            None,
        )
    for name, (family, public) in BLOCKS.items():
        found[name] = next(
            (
                f"{block['network']}/{block['cidr']}"
                for each in shown
                if each.get("address_family") == family and each.get("public") is public and each.get("management")
                if isinstance(block := each.get("parent_block"), Mapping) and block.get("network") and block.get("cidr")
            ),
            None,
        )
    return found


def machine_status(body: Mapping[str, Any]) -> Status:
    word = str(body.get("state") or "")
    percentage = body.get("provisioning_percentage")
    events = [each for each in body.get("provisioning_events") or () if isinstance(each, Mapping)]
    past = [each for each in events if each.get("created_at")]
    latest = max(past, key=lambda each: (str(each["created_at"]), str(each.get("type")))) if past else {}
    return Status(
        phase=_PHASES.get(word, Phase.WORKING),
        word=word,
        percentage=float(percentage) if isinstance(percentage, (int, float)) else None,
        message=str(latest.get("interpolated") or latest.get("body") or "") if word in _BUSY else "",
    )


def first_end(machines: Sequence[Mapping[str, Any]]) -> str:
    """When the platform takes the first of these machines away by itself; empty when none has an end."""
    ends = [each["termination_time"] for each in machines if each.get("termination_time")]
    return min(map(str, ends), default="")


def machine_body(values: Mapping[str, Any]) -> dict[str, Any]:
    """The fields as the API takes them."""
    sent = {name: parsed(value) if name == "customdata" else value for name, value in values.items()}
    return flags_off(sent, "always_pxe", "locked")


def ipxe_errors(values: Mapping[str, Any], partial: frozenset[str]) -> list[FieldError]:
    """`custom_ipxe` takes its script from a URL or from userdata, and other systems take none."""
    system, url, userdata = (values.get(name) for name in ("operating_system", "ipxe_script_url", "userdata"))
    script = isinstance(userdata, str) and re.match(r"#!i?pxe", userdata, re.IGNORECASE) is not None
    if isinstance(url, str) and url and not url.lower().startswith(_SCHEMES):
        return [FieldError(("ipxe_script_url",), f"{url!r} is no URL that iPXE can load", "it begins with `http://`")]
    if system == "custom_ipxe":
        if url and script:
            return [FieldError(("ipxe_script_url",), "userdata already holds an iPXE script", "keep one of the two")]
        if not url and not script and not {"ipxe_script_url", "userdata"} & partial:
            hint = "add `ipxe_script_url`, or userdata that begins with `#!ipxe`"
            return [FieldError(("operating_system",), "`custom_ipxe` needs an iPXE script", hint)]
    elif url and isinstance(system, str):
        return [FieldError(("ipxe_script_url",), "only `operating_system: custom_ipxe` boots from an iPXE script")]
    return []


def moment_errors(values: Mapping[str, Any], name: str) -> list[FieldError]:
    """A time that nobody could take for another one: with its zone."""
    if values.get(name) is None:
        return []
    try:
        zoned = datetime.fromisoformat(str(values[name])).tzinfo is not None
    except ValueError:
        zoned = False
    hint = "write it as `2019-12-31T23:59:59Z`"
    return [] if zoned else [FieldError((name,), f"{values[name]!r} is not a moment with its zone", hint)]


def address_errors(values: Mapping[str, Any]) -> list[FieldError]:
    """What `ip_addresses` may ask for (2020 documentation, IP allocation; the later OpenAPI document)."""
    asked = values.get("ip_addresses")
    if not isinstance(asked, list) or not all(isinstance(each, Mapping) for each in asked) or not asked:
        return []
    found = []
    kinds = [(each.get("address_family"), each.get("public")) for each in asked]
    if (4, False) not in kinds:
        hint = "add `{address_family: 4, public: false}`"
        found.append(FieldError(("ip_addresses",), "every machine has a private IPv4 address", hint))
    for at, each in enumerate(asked):
        family, cidr = each.get("address_family"), each.get("cidr")
        least, most = _LENGTHS.get(family, (0, 128))
        if isinstance(cidr, int) and not least <= cidr <= most:
            message = f"an IPv{family} block of a machine is from /{least} to /{most}, not /{cidr}"
            found.append(FieldError(("ip_addresses", at, "cidr"), message))
        if kinds[at] == (4, True) and (4, True) in kinds[:at]:
            found.append(FieldError(("ip_addresses", at), "a machine has one public IPv4 block at most"))
        if kinds[at] == (6, False):
            found.append(FieldError(("ip_addresses", at, "public"), "IPv6 addresses are public"))
    return found


def bid_errors(values: Mapping[str, Any], partial: frozenset[str]) -> list[FieldError]:
    """A bid is a price and the wish to bid; the API refuses one without the other, a price alone it overlooks."""
    found = []
    spot, price = values.get("spot_instance"), values.get("spot_price_max")
    if price is not None and not spot and "spot_instance" not in partial:
        found.append(FieldError(("spot_price_max",), "a bid needs `spot_instance: true`"))
    if spot and price is None and "spot_price_max" not in partial:
        hint = "the highest bid, in dollars an hour"
        found.append(FieldError(("spot_instance",), "a bid needs a `spot_price_max`", hint))
    if spot and values.get("billing_cycle") not in (None, "hourly"):
        found.append(FieldError(("billing_cycle",), "spot machines are billed hourly", "leave it out"))
    return found


def reservation_errors(values: Mapping[str, Any], partial: frozenset[str] = frozenset()) -> list[FieldError]:
    """The API says of a text that is no uuid only that nothing is available, which would be waited for."""
    given = values.get("hardware_reservation_id")
    found = []
    for each in _listed(given):
        if isinstance(each, str) and each != NEXT_AVAILABLE and not _UUID.fullmatch(each):
            hint = f"a uuid, or `{NEXT_AVAILABLE}`"
            found.append(FieldError(("hardware_reservation_id",), f"{each!r} is no hardware reservation", hint))
    if NEXT_AVAILABLE in _listed(given) and "facility" not in values and "facility" not in partial:
        message = f"`{NEXT_AVAILABLE}` needs a facility to look in"
        found.append(FieldError(("hardware_reservation_id",), message, "name one, a list, or any", "missing-field"))
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def indexed_hostname_errors(values: Mapping[str, Any], *path: str) -> list[FieldError]:
    """What is wrong with the names of several machines: `hostname` with `{{index}}` in it, or `hostnames`."""
    pattern, listed = values.get("hostname"), values.get("hostnames") or ()
    found = []
    if isinstance(pattern, str):
        found += hostname_errors(pattern.replace(INDEX, "0"), *path, "hostname")
    for at, each in enumerate(listed):
        found += hostname_errors(each, *path, "hostnames", at)
    return found


def machines_shown(body: Mapping[str, Any]) -> list[Mapping[str, Any]] | None:
    """The machines in the answer for what made them, less those that are going; None when it only links to them."""
    shown = body.get("devices")
    if not isinstance(shown, list):
        return None
    if not all(isinstance(each, Mapping) and "state" in each for each in shown):
        return None
    return [each for each in shown if each["state"] != "deprovisioning"]


def machine_summary(body: Mapping[str, Any]) -> dict[str, Any]:
    """A machine as an output of what made it: what an expression most often wants of it."""
    addresses = machine_addresses(body)
    return {**known(body, "id", "hostname", "state"), **{name: addresses[name] for name in _SUMMARIZED}}


def what_becomes_of(machines: Sequence[Mapping[str, Any]], one: str, several: str) -> str:
    """A line about the machines of an object; `one` and `several` are what is said of a machine, and of more."""
    return f"its {enumerated(machines)} {one if len(machines) == 1 else several}"


def enumerated(machines: Sequence[Mapping[str, Any]]) -> str:
    """Machines for people: how many, and the names of the first ones."""
    names = [str(each.get("hostname") or each.get("id")) for each in machines]
    noun = "machine" if len(names) == 1 else "machines"
    return f"{len(names)} {noun} ({', '.join(names[:5])}{', ...' if len(names) > 5 else ''})"
