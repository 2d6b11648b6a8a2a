"""The typed methods: what they send, how lists are read, and what comes back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from reconciler.api import Client, Packet, models
from reconciler.api.bodies import BatchEntry, DeviceCreate, DeviceUpdate, OrganizationUpdate
from reconciler.wire import Incomplete, InDoubt, Rejected, WireError

from .scripted import Reply, Scripted, Seen, page, things


@pytest.fixture
def packet(client: Client) -> Packet:
    return Packet(client, page_size=2)


def paged(count: int) -> Any:
    def respond(seen: Seen) -> Reply:
        size, number = int(seen.query["per_page"]), int(seen.query["page"])
        items = things((number - 1) * size + 1, min(count, number * size))
        return Reply(200, page(items, total=count, number=number, last=-(-count // size)))

    return respond


class TestLists:
    def test_a_page_is_read_when_its_first_item_is_wanted(self, packet: Packet, server: Scripted) -> None:
        server.responds(paged(5))
        devices = packet.devices.list("p")
        assert server.seen == []
        assert [next(devices).id, next(devices).id] == ["id-1", "id-2"]
        assert len(server.seen) == 1
        assert [each.hostname for each in devices] == ["host-3", "host-4", "host-5"]
        assert [seen.query for seen in server.seen] == [{"per_page": "2", "page": str(n)} for n in (1, 2, 3)]

    def test_each_page_is_asked_for_with_what_to_include(self, packet: Packet, server: Scripted) -> None:
        server.responds(paged(3))
        list(packet.devices.list("p", include=["plan", "project.organization"], exclude="ssh_keys"))
        assert [(seen.query["include"], seen.query["exclude"]) for seen in server.seen] == [
            ("plan,project.organization", "ssh_keys")
        ] * 2

    def test_a_list_that_changes_while_it_is_read_ends_the_iteration(self, packet: Packet, server: Scripted) -> None:
        server.replies(
            Reply(200, page(things(1, 2), total=4, number=1, last=2)),
            Reply(200, page(things(3, 4), total=5, number=2, last=2)),
        )
        devices = packet.devices.list("p")
        assert [next(devices).id, next(devices).id] == ["id-1", "id-2"]
        with pytest.raises(Incomplete, match=r"GET /projects/p/devices: .*`meta\.total` went from 4 to 5"):
            next(devices)

    def test_a_short_last_page_is_not_given_out(self, packet: Packet, server: Scripted) -> None:
        server.replies(Reply(200, page(things(1, 1), total=2)))
        with pytest.raises(Incomplete):
            next(packet.devices.list("p"))

    def test_whole_reads_again_until_it_adds_up(self, packet: Packet, server: Scripted) -> None:
        server.replies(Reply(200, page(things(1, 1), total=2)), Reply(200, page(things(1, 2), total=2)))
        assert [each.id for each in packet.devices.list("p").whole()] == ["id-1", "id-2"]

    def test_a_list_that_the_api_does_not_page_is_one_call(self, packet: Packet, server: Scripted) -> None:
        server.replies(Reply(200, {"virtual_networks": [{"id": "v", "vxlan": 1011}]}))
        assert [each.vxlan for each in packet.virtual_networks.list("p")] == [1011]
        assert [seen.target for seen in server.seen] == ["/projects/p/virtual-networks"]


class TestBodies:
    def test_only_what_was_given_is_sent(self, packet: Packet, server: Scripted) -> None:
        server.replies(Reply(200, {"id": "d"}))
        packet.devices.update("d", DeviceUpdate(hostname="a", description=None))
        assert json.loads(server.seen[0].body) == {"hostname": "a", "description": None}

    def test_a_mapping_may_hold_what_no_request_knows(self, packet: Packet, server: Scripted) -> None:
        server.replies(Reply(201, {"id": "d"}))
        packet.devices.create("p", {"plan": "x", "brand_new": [1]})
        assert json.loads(server.seen[0].body) == {"plan": "x", "brand_new": [1]}

    def test_a_mistyped_name_is_refused_before_anything_is_sent(self) -> None:
        with pytest.raises(ValidationError, match="hostnam"):
            DeviceUpdate.model_validate({"hostnam": "a"})

    def test_nested_requests_become_json(self) -> None:
        changes = OrganizationUpdate.model_validate({"address": {"city": "Parsippany"}})
        assert changes.as_body() == {"address": {"city": "Parsippany"}}

    def test_a_batch_sends_each_entry(self, packet: Packet, server: Scripted) -> None:
        server.replies(Reply(201, {"batches": [{"id": "b", "quantity": 3, "state": "queued"}]}))
        entry = BatchEntry(plan="x", operating_system="y", facility=["ewr1", "any"], quantity=3, hostname="n{{index}}")
        made = packet.batches.create("p", [entry])
        sent = {"plan": "x", "operating_system": "y", "facility": ["ewr1", "any"], "quantity": 3}
        assert json.loads(server.seen[0].body) == {"batches": [{**sent, "hostname": "n{{index}}"}]}
        assert [(each.id, each.quantity) for each in made] == [("b", 3)]

    def test_secrets_are_not_in_the_text_of_a_request(self) -> None:
        assert "s3cret" not in repr(DeviceCreate(plan="x", operating_system="y", userdata="s3cret"))


class TestAnswers:
    def test_an_address_on_a_device_is_told_from_a_block(self, packet: Packet, server: Scripted) -> None:
        server.replies(Reply(200, {"id": "i", "assigned_to": {"href": "/devices/d"}}), Reply(200, {"id": "i"}))
        on_device, block = packet.ips.get("i"), packet.ips.get("i")
        assert isinstance(on_device, models.IpAssignment)
        assert on_device.assigned_to is not None
        assert on_device.assigned_to.identifier == "d"
        assert isinstance(block, models.IpReservation)

    def test_bgp_that_was_never_requested_is_none(self, packet: Packet, server: Scripted) -> None:
        server.replies(Reply(200, {}), Reply(200, {"id": "c", "asn": 65000}))
        assert packet.bgp.config("p") is None
        config = packet.bgp.config("p")
        assert config is not None
        assert config.asn == 65000

    def test_an_answer_without_a_body_is_none_where_that_may_be(self, packet: Packet, server: Scripted) -> None:
        server.replies(Reply(204))
        assert packet.volumes.clone("v") is None
        assert packet.capacity.check([]).servers == ()

    @pytest.mark.parametrize("body", [None, [], "text"])
    def test_an_answer_that_is_no_object_is_an_error(self, body: Any, packet: Packet, server: Scripted) -> None:
        server.replies(Reply(200, body))
        with pytest.raises(WireError, match="GET /devices/d: expected an object") as of_a_read:
            packet.devices.get("d")
        assert not isinstance(of_a_read.value, InDoubt)
        with pytest.raises(InDoubt, match="POST /projects: expected an object"):
            packet.projects.create({"name": "n"})

    def test_a_refusal_carries_the_api_s_words(self, packet: Packet, server: Scripted) -> None:
        server.replies(Reply(422, {"errors": ["bond0 is already configured for Layer 2"]}))
        with pytest.raises(Rejected) as refused:
            packet.ports.convert_to_layer_2("p")
        assert refused.value.errors == ("bond0 is already configured for Layer 2",)


def test_userdata_is_checked_by_the_api(make_client: Any, server: Scripted) -> None:
    server.replies(Reply(204))
    Packet(make_client()).access.validate_userdata("#!/bin/sh")
    assert server.seen[0].path == "/userdata/validate"
