"""How grave it is that something differs from the stack."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.model.gravity import Gravity
from reconciler.model.plan import Change, FieldChange
from reconciler.review.effects import with_effects
from reconciler.review.gravity import with_gravity
from tests.engine.build import CATALOG
from tests.engine.changes import VOLUME, Changes

WEB = ".devices.web"


def gravity(changes: Changes) -> Gravity | None:
    (found,) = with_gravity(with_effects(changes.every, CATALOG), CATALOG)
    return found.gravity


@pytest.mark.parametrize(
    ("address", "field", "expected"),
    [
        (WEB, "description", Gravity.COSMETIC),
        (WEB, "hostname", Gravity.COSMETIC),
        (WEB, "locked", Gravity.SECURITY),
        (WEB, "userdata", Gravity.SECURITY),
        (WEB, "ipxe_script_url", Gravity.SECURITY),
        (WEB, "power_state", Gravity.DISRUPTIVE),
        (f"{WEB}.ports.eth1", "vlans", Gravity.DISRUPTIVE),
        (".bgp_config", "md5", Gravity.SECURITY),
        (".ssh_keys.k", "label", Gravity.SECURITY),
        ("projects.p", "name", Gravity.COSMETIC),
    ],
)
def test_a_field_that_somebody_changed(address: str, field: str, expected: Gravity) -> None:
    assert gravity(Changes().update(address, changed=[field])) is expected


def test_the_gravest_of_its_fields_counts() -> None:
    assert gravity(Changes().update(WEB, changed=["tags", "power_state", "locked"])) is Gravity.SECURITY


def test_what_is_missing_is_disruptive_at_the_least() -> None:
    assert gravity(Changes().create(WEB)) is Gravity.DISRUPTIVE
    assert gravity(Changes().create(".api_keys.k")) is Gravity.SECURITY


def test_what_is_there_and_should_not_be_is_as_grave_as_its_delete() -> None:
    assert gravity(Changes().delete(".volumes.data")) is Gravity.DISRUPTIVE
    assert gravity(Changes().delete(".ssh_keys.k")) is Gravity.SECURITY
    assert gravity(Changes().delete(".licenses.l")) is Gravity.COSMETIC


def test_what_the_stack_does_not_ask_for_counts_too() -> None:
    (kept,) = Changes().keep(".volumes.data", **VOLUME).every
    locked = replace(kept, unasked=(FieldChange(("locked",), True, None),))
    (found,) = with_gravity([locked], CATALOG)
    assert found.gravity is Gravity.SECURITY


def test_what_is_as_it_should_be_has_none() -> None:
    changes: list[Change] = Changes().keep(WEB).every
    assert [each.gravity for each in with_gravity(changes, CATALOG)] == [None]
