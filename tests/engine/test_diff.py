"""What is to be done about one declared resource: the whole change that a person reads, with its reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.diagnostics import error
from reconciler.model.live import LiveObject, Phase, Status
from reconciler.model.plan import Action, Change, FieldChange
from reconciler.model.resource import Evaluated, Lifecycle, Resource
from reconciler.values import Unknown

from .build import ref, resource
from .comparing import BLOCK, EDGE, EDGE_LIVE, PROJECT, STORAGE, VOLUME, WEB, Comparison, asking, compare, live, refused

FIRST = Lifecycle(create_before_destroy=True)
CONFIG = "projects.edge.bgp_config"
ATTACHED = f"{WEB}.volume_attachments.disk"
SIZED: dict[str, Any] = {"plan": "storage_1", "size": 100, "facility": "ewr1"}
HOSTNAME_NOTE = "the machine's own name changes at its next install"
WIPED = "the disks are wiped, the addresses change, and another machine is provisioned"
BID: dict[str, Any] = {
    "devices_min": 2,
    "devices_max": 4,
    "max_bid_price": 1.0,
    "facilities": ["ewr1"],
    "instance_parameters": {"plan": "t1.small.x86", "operating_system": "debian_9"},
}
REQUEST = "projects.edge.spot_market_requests.pool"


def in_edge(*declared: Resource, there: tuple[LiveObject, ...] = (), **options: Any) -> Comparison:
    return compare(EDGE, *declared, there=[EDGE_LIVE, *there], **options)


def request(**states: str) -> LiveObject:
    """A request with its machines, by name."""
    found = live(REQUEST, **BID, force_termination=True)
    machines = [{"hostname": name, "state": state} for name, state in states.items()]
    return replace(found, attributes={**found.attributes, "devices": machines})


class TestCreate:
    def test_what_is_not_there(self) -> None:
        web = resource(WEB, description="front")
        blank = Change(web.address, "device", Action.CREATE, web, after=web.values)
        assert in_edge(web)[WEB] == replace(blank, parent_id="edge-1")
        assert compare(EDGE, web)[WEB] == blank

    def test_what_only_an_apply_can_tell_is_named(self) -> None:
        web = resource(WEB, description=ref(BLOCK, "address"))
        found = in_edge(resource(BLOCK), web)[WEB]
        assert found.unknown == {"description"}
        assert found.after == {name: each for name, each in web.values.items() if name != "description"}

    def test_it_says_what_it_takes_from_elsewhere(self) -> None:
        uuid = "01234567-0000-4000-8000-000000000000"
        rack = resource("projects.edge.hardware_reservations.rack", id=uuid)
        told = "the reserved machine is moved into the project, out of the one where it is"
        assert in_edge(rack)[str(rack.address)].impact == (told,)

    def test_secret_are_fields_that_always_are_and_those_made_of_secrets(self) -> None:
        config = resource(CONFIG, md5="Secret4thenight", secrets=("asn",))
        assert in_edge(config)[CONFIG].secrets == {"md5", "asn"}


class TestNothing:
    def test_what_is_as_declared(self) -> None:
        web, there = resource(WEB, description="front"), live(WEB, description="front", locked=False)
        assert in_edge(web, there=(there,))[WEB] == Change(
            web.address, "device", Action.NOOP, web, there, "edge-1", before=web.values, after=web.values
        )

    def test_what_exists_is_used_as_it_is(self) -> None:
        storage = resource(STORAGE, existing="backup")
        there = replace(live(STORAGE, "v9", description="backup"), mark=None)
        found = in_edge(storage, there=(there,), existing={STORAGE: "v9"}, force=(STORAGE,))[STORAGE]
        assert found == Change(storage.address, "vlan", Action.NOOP, storage, there, "edge-1")
        assert in_edge(storage, there=(there,)).matched(STORAGE) is None

    def test_only_where_the_api_can_rewrite_its_mark_is_a_moved_one_marked_anew(self) -> None:
        web, storage = (replace(live(each), moved_from=f"{each}-old") for each in (WEB, STORAGE))
        found = in_edge(resource(WEB), resource(STORAGE), there=(web, storage))
        assert (found[WEB].moved_from, found[STORAGE].moved_from) == (f"{WEB}-old", "")
        assert found.actions() == {WEB: "no-op"}


class TestUpdate:
    def test_it_shows_each_field_and_what_follows_from_it(self) -> None:
        web = resource(WEB, hostname="www", description="new", locked=False)
        there = live(WEB, hostname="web", description="old", tags=["a"])
        fields = (
            FieldChange(("hostname",), "web", "www", note=HOSTNAME_NOTE),
            FieldChange(("description",), "old", "new"),
        )
        assert in_edge(web, there=(there,))[WEB] == Change(
            web.address,
            "device",
            Action.UPDATE,
            web,
            there,
            "edge-1",
            fields=fields,
            before={name: each for name, each in there.values.items() if name != "tags"},
            after=web.values,
            impact=(f"hostname: {HOSTNAME_NOTE}",),
        )

    def test_a_secret_of_the_users_is_marked_as_one(self) -> None:
        web = resource(WEB, description="new", secrets=("description",))
        assert in_edge(web, there=(live(WEB, description="old"),))[WEB].fields == (
            FieldChange(("description",), "old", "new", secret=True),
        )

    def test_what_a_lookup_gave_is_not_followed_where_the_old_one_does_as_well(self) -> None:
        def cheapest(now: str) -> Resource:
            accepted = ((now, frozenset({"t1.small.x86", now})),)
            return asking(resource(WEB), plan=lambda world: Evaluated(now, accepted=accepted))

        found = in_edge(cheapest("c1.small.x86"), there=(live(WEB),))
        assert found.actions() == {}
        assert found[WEB].after["plan"] == "t1.small.x86"
        assert in_edge(cheapest("c1.small.x86"))[WEB].after["plan"] == "c1.small.x86"

    def test_nor_is_the_price_of_a_moment_where_that_would_replace(self) -> None:
        web = resource(WEB, spot_instance=True, spot_price_max=0.2)
        now = asking(web, spot_price_max=lambda world: Evaluated(0.5, momentary=True))
        assert in_edge(now, there=(live(WEB, spot_instance=True, spot_price_max=0.2),)).actions() == {}


class TestReplacement:
    def test_of_what_cannot_be_changed_in_place(self) -> None:
        web = resource(WEB, plan="c1.small.x86", operating_system="debian_9", description="new")
        there = live(WEB, description="old")
        found = in_edge(web, there=(there,))[WEB]
        assert (found.action, found.reason) == (Action.DELETE_CREATE, "cannot_update")
        assert found.because == "because operating_system, plan cannot be changed in place"
        assert found.changed == {"plan", "operating_system", "description"}
        assert (found.live, found.before, found.after, found.impact) == (there, there.values, web.values, (WIPED,))

    def test_a_field_in_parts_is_named_once(self) -> None:
        chosen = Lifecycle(on_change={"customdata": "replace"})
        web = resource(WEB, customdata={"a": 1, "b": 1}, lifecycle=chosen)
        found = in_edge(web, there=(live(WEB, customdata={"a": 2, "b": 2}),))[WEB]
        assert found.because == "because customdata cannot be changed in place"

    def test_the_new_one_comes_first_where_the_user_wants_it(self) -> None:
        web = resource(WEB, plan="c1.small.x86", lifecycle=FIRST)
        found = in_edge(web, there=(live(WEB),))[WEB]
        assert (found.action, found.reason) == (Action.CREATE_DELETE, "cannot_update")

    @pytest.mark.parametrize(("lifecycle", "action"), [(None, Action.DELETE_CREATE), (FIRST, Action.CREATE_DELETE)])
    def test_on_request(self, lifecycle: Lifecycle | None, action: Action) -> None:
        web, there = resource(WEB, description="new", lifecycle=lifecycle), live(WEB, description="old")
        found = in_edge(web, there=(there,), force=(WEB,))[WEB]
        assert found == Change(
            web.address,
            "device",
            action,
            web,
            there,
            "edge-1",
            reason="requested",
            because="because of --replace",
            fields=(FieldChange(("description",), "old", "new"),),
            before=there.values,
            after=web.values,
            impact=(WIPED,),
        )

    def test_what_has_failed_goes_before_a_new_one_comes(self) -> None:
        there = replace(live(WEB), status=Status(Phase.FAILED, "out of order"))
        found = in_edge(resource(WEB, lifecycle=FIRST), there=(there,), force=(WEB,))[WEB]
        assert (found.action, found.reason) == (Action.DELETE_CREATE, "failed")
        assert (found.because, found.impact) == ("because its state is out of order", (WIPED,))

    def test_it_says_what_goes_with_it(self) -> None:
        declared = resource(REQUEST, **{**BID, "devices_max": 3})
        assert in_edge(declared, there=(request(a="active", b="queued"),))[REQUEST].impact == (
            "a request cannot be changed: it ends, and another one bids anew",
            "its 2 machines (a, b) end with it",
        )

    def test_an_object_is_as_ready_as_the_stack_wants_it(self) -> None:
        for wait, phase in ((True, Phase.WORKING), (False, Phase.READY)):
            declared = resource(REQUEST, **BID, wait_for_devices=wait)
            there = in_edge(declared, there=(request(a="active", b="queued"),))[REQUEST].live
            assert there is not None
            assert there.status.phase is phase
            assert in_edge(declared).matched(REQUEST) is None


class TestWithItsParent:
    SESSION = f"{WEB}.bgp_sessions.ipv4"
    BOUND = f"{WEB}.ip_assignments.front"

    @pytest.mark.parametrize(
        ("device", "child", "session", "bound"),
        [
            (None, None, Action.DELETE_CREATE, Action.DELETE_CREATE),
            (None, FIRST, Action.DELETE_CREATE, Action.DELETE_CREATE),
            (FIRST, None, Action.CREATE_DELETE, Action.DELETE_CREATE),
            (FIRST, FIRST, Action.CREATE_DELETE, Action.CREATE_DELETE),
        ],
    )
    def test_it_is_made_first_where_the_machine_is_and_it_can_be_twice(
        self, device: Lifecycle | None, child: Lifecycle | None, session: Action, bound: Action
    ) -> None:
        found = in_edge(
            resource(WEB, plan="c1.small.x86", lifecycle=device),
            resource(self.SESSION, lifecycle=child),
            resource(self.BOUND, address="10.0.0.1/32", lifecycle=child),
            there=(live(WEB), live(self.SESSION), live(self.BOUND, address="10.0.0.1/32")),
        )
        assert (found[self.SESSION].action, found[self.BOUND].action) == (session, bound)
        for each in (self.SESSION, self.BOUND):
            assert (found[each].reason, found[each].because) == ("parent_replaced", f"because {WEB} is replaced")
            assert found[each].parent_id == "web-1"

    def test_it_says_what_that_costs_and_what_differs_besides(self) -> None:
        pool = replace(request(a="active", b="active"), status=Status(Phase.FAILED, "failed"))
        found = in_edge(resource(REQUEST, **{**BID, "devices_max": 3}), there=(pool,), force=(PROJECT,))[REQUEST]
        assert (found.reason, found.because) == ("parent_replaced", f"because {PROJECT} is replaced")
        assert found.changed == {"devices_max"}
        assert found.impact[1] == "its 2 machines (a, b) end with it"

    def test_it_stays_with_one_that_is_updated(self) -> None:
        found = in_edge(resource(WEB, hostname="www"), resource(self.SESSION), there=(live(WEB), live(self.SESSION)))
        assert found.actions() == {WEB: "update"}


class TestLettingGo:
    """A volume grows while nothing holds it, so what attaches it goes and comes again."""

    def attached(
        self, *more: Resource, after: tuple[str, ...] = (), there: tuple[LiveObject, ...] = (), **wanted: Any
    ) -> Comparison:
        return in_edge(
            resource(WEB),
            resource(VOLUME, **{**SIZED, **wanted}),
            resource(ATTACHED, volume=ref(VOLUME), after=after, lifecycle=FIRST),
            *more,
            there=(live(WEB), live(VOLUME, **SIZED, description="old"), live(ATTACHED, volume="data-1"), *there),
        )

    def test_what_holds_it_is_made_again(self) -> None:
        found = self.attached(size=200)
        assert found.actions() == {VOLUME: "update", ATTACHED: "delete-create"}
        told = f"because {VOLUME} can be changed only while nothing holds it"
        assert (found[ATTACHED].reason, found[ATTACHED].because) == ("let_go", told)
        assert found[ATTACHED].impact == (
            "the device loses the volume for a moment; the file system has to be unmounted before",
        )

    def test_nothing_is_let_go_for_another_change(self) -> None:
        assert self.attached(description="new").actions() == {VOLUME: "update"}

    def test_nor_for_one_that_is_itself_replaced(self) -> None:
        """A volume cannot become smaller."""
        assert self.attached(size=50)[ATTACHED].reason == "cannot_update"

    def test_what_else_it_waits_for_does_not_hide_it(self) -> None:
        others = ("projects.edge.devices.gone", "projects.edge.devices.a", "projects.edge.devices.b")
        found = self.attached(
            resource(others[1]),
            resource(others[2], hostname="new"),
            after=others,
            there=(live(others[1]), live(others[2])),
            size=200,
        )
        assert found.actions() == {others[2]: "update", VOLUME: "update", ATTACHED: "delete-create"}

    def test_the_first_of_several_is_named(self) -> None:
        others = [f"projects.edge.volumes.{name}" for name in ("a", "z")]
        found = self.attached(
            *(resource(each, **{**SIZED, "size": 200}) for each in others),
            after=tuple(others),
            there=tuple(live(each, **SIZED) for each in others),
            size=200,
        )
        assert found[ATTACHED].because == f"because {others[0]} can be changed only while nothing holds it"


class TestWhatCannotBe:
    def config(self, **values: Any) -> Resource:
        return resource(CONFIG, line=5, **{"deployment_type": "local", "asn": 65000, **values})

    def test_what_is_written_once_is_not_changed(self) -> None:
        declared = self.config(deployment_type="global", asn=65001, md5="Secret4thenight")
        told = refused(EDGE, declared, there=[EDGE_LIVE, live(CONFIG, md5="Other4thenight")])
        reason = "the API cannot change a BGP config once it is set, nor remove it; only a new project has a new one"
        hint = "put the live value back, or add `{}` to `lifecycle: {{ignore_changes: [...]}}`".format
        assert [(each.code, each.summary, each.address, each.place, each.hint) for each in told] == [
            (
                "write-once",
                f"{name} cannot be changed{values}: {reason}",
                CONFIG,
                declared.place_of(name),
                hint(name),
            )
            for name, values in (
                ("deployment_type", " (live: 'local', wanted: 'global')"),
                ("asn", " (live: 65000, wanted: 65001)"),
                ("md5", ""),
            )
        ]

    def test_nor_to_what_nobody_knows_yet(self) -> None:
        declared = self.config(asn=ref(STORAGE, "vxlan"))
        (told,) = refused(EDGE, resource(STORAGE), declared, there=[EDGE_LIVE, live(CONFIG)])
        assert told.summary.startswith("asn cannot be changed (live: 65000, wanted: (known after apply)): ")

    def test_what_the_api_cannot_remove_is_not_replaced(self) -> None:
        told = refused(EDGE, self.config(asn=65001), there=[EDGE_LIVE, live(CONFIG)], force=(CONFIG,))
        assert told[0] == error(
            "cannot-replace",
            f"--replace {CONFIG}: the API cannot remove a bgp_config, so there is no new one",
            address=CONFIG,
            place=self.config().place,
            hint=f"replace {PROJECT} instead",
        )
        assert [each.code for each in told[1:]] == ["write-once"]

    def test_a_field_to_be_replaced_beside_one_that_is_written_once(self) -> None:
        declared = resource(REQUEST, **{**BID, "devices_max": 3}, force_termination=False)
        (told,) = refused(EDGE, declared, there=[EDGE_LIVE, request()])
        assert told.summary.startswith("force_termination cannot be changed (live: True, wanted: False): ")


def test_an_unknown_value_in_a_field_that_cannot_be_changed_replaces() -> None:
    block, storage = resource(BLOCK, facility="ams1"), resource(STORAGE, description=ref(BLOCK))
    found = in_edge(block, storage, there=(live(BLOCK), live(STORAGE, description="vip-1")))[STORAGE]
    (field,) = found.fields
    assert (found.action, found.unknown) == (Action.DELETE_CREATE, frozenset({"description"}))
    assert (field.before, field.after) == ("vip-1", Unknown(frozenset({block.address})))
    assert found.before == {"facility": "ewr1", "description": "vip-1"}
