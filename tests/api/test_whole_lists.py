"""A collection is read whole, with proof, or refused: what counts as proof and what as doubt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from reconciler.api import Client, RetryPolicy
from reconciler.wire import Gone, Incomplete, Listing, Rejected, Unreachable

from .calls import BGP_CONFIG, DEVICES, VLANS
from .conftest import MakeClient
from .scripted import Reply, Scripted, Seen, VirtualClock, page, things


def paged(count: int, *, with_last_page: bool = True) -> Callable[[Seen], Reply]:
    """An API that holds so many devices."""

    def respond(seen: Seen) -> Reply:
        size, number = int(seen.query.get("per_page", "10")), int(seen.query.get("page", "1"))
        last = max(1, -(-count // size))
        items = things((number - 1) * size + 1, min(count, number * size))
        body = page(items, total=count, number=number, last=last)
        if not with_last_page:
            del body["meta"]["last_page"], body["meta"]["current_page"]
        return Reply(200, body)

    return respond


class TestPages:
    @pytest.mark.parametrize("count", [0, 1, 10, 999, 1000, 1001, 2000, 4321])
    @pytest.mark.parametrize("with_last_page", [True, False])
    def test_all_are_read_in_order(self, count: int, with_last_page: bool, client: Client, server: Scripted) -> None:
        server.responds(paged(count, with_last_page=with_last_page))
        assert client.fetch(DEVICES) == things(1, count)
        assert len(server.seen) == max(1, -(-count // 1000))

    def test_each_request_carries_the_page_size_and_the_listing_s_own_query(
        self, client: Client, server: Scripted
    ) -> None:
        server.responds(paged(1500))
        client.fetch(replace(DEVICES, query={"include": "facility,plan", "page": "9"}))
        assert [seen.query for seen in server.seen] == [
            {"include": "facility,plan", "per_page": "1000", "page": "1"},
            {"include": "facility,plan", "per_page": "1000", "page": "2"},
        ]
        assert "include=facility,plan" in server.seen[0].target

    def test_a_server_with_smaller_pages_is_followed(self, client: Client, server: Scripted) -> None:
        def respond(seen: Seen) -> Reply:
            number = int(seen.query["page"])
            return Reply(200, page(things(number * 10 - 9, min(25, number * 10)), total=25, number=number, last=3))

        server.responds(respond)
        assert client.fetch(DEVICES) == things(1, 25)

    def test_unknown_fields_are_kept(self, client: Client, server: Scripted) -> None:
        item = {"id": "a", "state": "levitating", "new": {"deep": [1, None]}}
        server.replies(Reply(200, {**page([item]), "extra": 1}))
        assert client.fetch(DEVICES) == [item]

    def test_a_hiccup_on_one_page_is_retried_alone(self, client: Client, server: Scripted) -> None:
        server.replies(
            Reply(200, page(things(1, 2), total=3, last=2)),
            Reply(502),
            Reply(200, page(things(3, 3), total=3, number=2, last=2)),
        )
        assert client.fetch(DEVICES) == things(1, 3)
        assert len(server.seen) == 3


def changed(**meta: Any) -> dict[str, Any]:
    body = page(things(1, 2))
    body["meta"].update(meta)
    return body


def without_meta_key(key: str) -> dict[str, Any]:
    body = page(things(1, 2))
    del body["meta"][key]
    return body


ONE_PAGE_DOUBTS: dict[str, tuple[Any, str]] = {
    "more in total than came": (changed(total=3), "`meta.total` is 3, but 2 objects came"),
    "fewer in total than came": (changed(total=1), "`meta.total` is 1, but 2 objects came"),
    "total is a text": (changed(total="2"), "`meta.total` is not a count but a str"),
    "total is true": (changed(total=True), "`meta.total` is not a count"),
    "total is a fraction": (changed(total=2.0), "`meta.total` is not a count"),
    "total is negative": (changed(total=-2), "`meta.total` is not a count"),
    "total is null": (changed(total=None), ": the answer has no `meta.total`, which this collection always has"),
    "no total": (without_meta_key("total"), "no `meta.total`"),
    "no meta": ({"devices": things(1, 2)}, "no `meta.total`"),
    "empty and no meta": ({"devices": []}, "no `meta.total`"),
    "meta is a list": ({"devices": [], "meta": []}, "expected an object under `meta`, got a list"),
    "last page is a text": (changed(last_page="1"), "`meta.last_page` is not a count"),
    "another page than asked for": (changed(current_page=2), "asked for page 1, got page 2"),
    "a page that says more but is the last": (changed(last_page=2), "points to a further page, with 2 objects read of"),
    "empty page that says more": (page([], total=5, last=2), "points to a further page, with 0 objects read of 5"),
    "other key": ({"servers": [], "meta": {"total": 0}}, "expected a list under `devices`, got nothing"),
    "key holds null": ({"devices": None, "meta": {"total": 0}}, "expected a list under `devices`, got nothing"),
    "key holds an object": ({"devices": {}, "meta": {"total": 0}}, "expected a list under `devices`, got a dict"),
    "a bare list": (things(1, 2), "expected a list under `devices`, got a list"),
    "no body": (None, "expected a list under `devices`, got nothing"),
    "an error with 200": ({"errors": ["nope"]}, "expected a list under `devices`"),
    "item is null": (page([None, *things(1, 1)]), "an item under `devices` has no id"),
    "item is a text": (page(["id"]), "an item under `devices` has no id"),
    "item without id": (page([{"hostname": "a"}]), "an item under `devices` has no id"),
    "item with a null id": (page([{"id": None}]), "an item under `devices` has no id"),
    "item with an empty id": (page([{"id": ""}]), "an item under `devices` has no id"),
    "item with a number for an id": (page([{"id": 7}]), "an item under `devices` has no id"),
    "the same id twice": (page([{"id": "a"}, {"id": "a"}]), "the object a is listed twice"),
}


@pytest.mark.parametrize(("body", "why"), list(ONE_PAGE_DOUBTS.values()), ids=list(ONE_PAGE_DOUBTS))
class TestDoubts:
    def test_lasting_ones_refuse_the_list(self, body: Any, why: str, client: Client, server: Scripted) -> None:
        server.replies(Reply(200, body))
        with pytest.raises(Incomplete) as caught:
            client.fetch(DEVICES)
        assert why in caught.value.message
        assert caught.value.call == "GET /projects/p1/devices"
        assert len(server.seen) == 4

    def test_passing_ones_cost_another_reading(
        self, body: Any, why: str, client: Client, server: Scripted, clock: VirtualClock, notes: list[str]
    ) -> None:
        bad = Reply(200, body)
        server.replies(bad, bad, bad, Reply(200, page(things(1, 2))))
        assert client.fetch(DEVICES) == things(1, 2)
        assert len(clock.slept) == 3
        assert why in notes[0]
        assert "reading it again" in notes[0]


class TestDoubtsBetweenPages:
    def pages(self, server: Scripted, *bodies: dict[str, Any]) -> None:
        server.responds(lambda seen: Reply(200, bodies[min(len(bodies), int(seen.query["page"])) - 1]))

    def refused(self, client: Client) -> str:
        with pytest.raises(Incomplete) as caught:
            client.fetch(DEVICES)
        return caught.value.message

    def test_an_object_deleted_meanwhile_shifts_another_out_of_sight(self, client: Client, server: Scripted) -> None:
        self.pages(server, page(things(1, 2), total=4, last=2), page(things(4, 4), total=3, number=2, last=2))
        assert "`meta.total` went from 4 to 3" in self.refused(client)

    def test_an_object_created_meanwhile_repeats_another(self, client: Client, server: Scripted) -> None:
        self.pages(server, page(things(1, 2), total=3, last=2), page(things(2, 3), total=3, number=2, last=2))
        assert "page 2 repeats 1 objects" in self.refused(client)

    def test_the_same_page_again(self, client: Client, server: Scripted) -> None:
        same = page(things(1, 2), total=4, last=2)
        del same["meta"]["current_page"]
        self.pages(server, same, same)
        assert "page 2 repeats 2 objects" in self.refused(client)

    def test_a_short_last_page(self, client: Client, server: Scripted) -> None:
        self.pages(server, page(things(1, 2), total=4, last=2), page(things(3, 3), total=4, number=2, last=2))
        assert "`meta.total` is 4, but 3 objects came" in self.refused(client)

    def test_an_empty_page_in_the_middle(self, client: Client, server: Scripted) -> None:
        self.pages(server, page(things(1, 2), total=4, last=3), page([], total=4, number=2, last=3))
        assert "page 2 points to a further page, with 2 objects read of 4" in self.refused(client)

    def test_a_next_without_end(self, client: Client, server: Scripted) -> None:
        def respond(seen: Seen) -> Reply:
            number = int(seen.query["page"])
            body = page(things(number, number), total=3, number=number)
            body["meta"]["last_page"] = None
            body["meta"]["next"] = {"href": "/x"}
            return Reply(200, body)

        server.responds(respond)
        assert "page 3 points to a further page, with 3 objects read of 3" in self.refused(client)
        assert len(server.seen) == 12

    def test_a_later_page_that_is_not_there(self, client: Client, server: Scripted) -> None:
        def respond(seen: Seen) -> Reply:
            if seen.query["page"] == "1":
                return Reply(200, page(things(1, 2), total=4, last=2))
            return Reply(404, {"errors": ["Not found"]})

        server.responds(respond)
        assert "page 2: the API answered 404 Not Found: Not found" in self.refused(client)


class TestUnpaged:
    def test_it_is_asked_for_without_paging(self, client: Client, server: Scripted) -> None:
        server.replies(Reply(200, {"virtual_networks": things(1, 12)}))
        assert client.fetch(VLANS) == things(1, 12)
        assert server.seen[0].target == "/projects/p1/virtual-networks"

    def test_its_own_query_is_sent(self, client: Client, server: Scripted) -> None:
        server.replies(Reply(200, {"virtual_networks": []}))
        assert client.fetch(replace(VLANS, query={"include": "assigned_to"})) == []
        assert server.seen[0].query == {"include": "assigned_to"}

    @pytest.mark.parametrize("meta", [None, {}, {"total": 2}, {"total": 2, "last_page": 1, "next": None}])
    def test_a_meta_that_agrees_is_welcome(self, meta: Any, client: Client, server: Scripted) -> None:
        server.replies(Reply(200, {"virtual_networks": things(1, 2), "meta": meta}))
        assert client.fetch(VLANS) == things(1, 2)

    @pytest.mark.parametrize(
        "body",
        [
            {},
            [],
            {"virtual_networks": None},
            {"virtual_networks": [1]},
            {"virtual_networks": things(1, 2), "meta": {"total": 3}},
            {"virtual_networks": things(1, 2), "meta": "none"},
            {"virtual_networks": [*things(1, 2), *things(2, 2)]},
        ],
    )
    def test_doubts_refuse_it_as_well(self, body: Any, client: Client, server: Scripted) -> None:
        server.replies(Reply(200, body))
        with pytest.raises(Incomplete):
            client.fetch(VLANS)

    @pytest.mark.parametrize("count", [11, 20, 21, 25])
    def test_one_that_the_api_began_to_page_is_read_in_pages(
        self, count: int, client: Client, server: Scripted
    ) -> None:
        def respond(seen: Seen) -> Reply:
            size, number = int(seen.query.get("per_page", "10")), int(seen.query.get("page", "1"))
            items = things(1, count)[(number - 1) * size : number * size]
            last = -(-count // size)
            return Reply(200, page(items, total=count, number=number, last=last, key="virtual_networks"))

        server.responds(respond)
        assert client.fetch(VLANS) == things(1, count)
        assert [each.query.get("page") for each in server.seen] == [None, "1"]


class TestSingle:
    def test_the_body_is_the_item(self, client: Client, server: Scripted) -> None:
        server.replies(Reply(200, {"id": "c", "asn": 65000}))
        assert client.fetch(BGP_CONFIG) == [{"id": "c", "asn": 65000}]

    def test_an_empty_object_is_none(self, client: Client, server: Scripted) -> None:
        server.replies(Reply(200, {}))
        assert client.fetch(BGP_CONFIG) == []

    def test_its_own_query_is_sent(self, client: Client, server: Scripted) -> None:
        server.replies(Reply(200, {"id": "c"}))
        client.fetch(replace(BGP_CONFIG, query={"include": "project"}))
        assert server.seen[0].query == {"include": "project"}

    def test_page_by_page_it_is_the_same(self, client: Client, server: Scripted) -> None:
        server.replies(Reply(200, {"id": "c"}))
        assert list(client.iterate(replace(BGP_CONFIG, query={"include": "project"}))) == [{"id": "c"}]
        assert server.seen[0].query == {"include": "project"}
        server.replies(Reply(200, {}))
        assert list(client.iterate(BGP_CONFIG)) == []

    @pytest.mark.parametrize(("body", "name"), [(None, "nothing"), ([], "a list"), ("x", "a str"), (5, "a int")])
    def test_anything_else_is_a_doubt(self, body: Any, name: str, client: Client, server: Scripted) -> None:
        server.replies(Reply(200, body))
        with pytest.raises(Incomplete, match=f"in 4 readings: expected an object, got {name}$"):
            client.fetch(BGP_CONFIG)


@pytest.mark.parametrize("listing", [DEVICES, VLANS, BGP_CONFIG], ids=lambda listing: listing.route)
class TestUnreadableIsNeverAbsent:
    def test_not_found(self, listing: Listing, client: Client, server: Scripted) -> None:
        server.replies(Reply(404, {"errors": ["Not found"]}))
        with pytest.raises(Gone):
            client.fetch(listing)

    def test_forbidden(self, listing: Listing, client: Client, server: Scripted) -> None:
        server.replies(Reply(403, {"errors": ["You are not authorized to view this project"]}))
        with pytest.raises(Rejected, match="403 Forbidden: You are not authorized to view this project") as caught:
            client.fetch(listing)
        assert not isinstance(caught.value, Gone)

    def test_server_trouble(self, listing: Listing, client: Client, server: Scripted) -> None:
        for bad in (Reply(500), Reply(200, b"<html>"), Reply(404, b"<html>"), Reply(drop=True)):
            server.replies(bad)
            with pytest.raises(Unreachable):
                client.fetch(listing)


def test_the_number_of_readings_can_be_set(make_client: MakeClient, server: Scripted) -> None:
    server.replies(Reply(200, {}))
    with pytest.raises(Incomplete, match="in 1 readings"):
        make_client(retries=RetryPolicy(relistings=0)).fetch(DEVICES)
    assert len(server.seen) == 1


class TestPagesWithoutACount:
    """Memberships and invitations: the reference gives them pages but shows no `meta`."""

    UNCOUNTED = replace(DEVICES, counted=False)

    @pytest.mark.parametrize("count", [0, 3, 999, 1000, 1001, 2000])
    def test_a_page_that_is_not_full_is_the_last(self, count: int, client: Client, server: Scripted) -> None:
        def respond(seen: Seen) -> Reply:
            size, number = int(seen.query["per_page"]), int(seen.query["page"])
            return Reply(200, {"devices": things((number - 1) * size + 1, min(count, number * size))})

        server.responds(respond)
        assert client.fetch(self.UNCOUNTED) == things(1, count)

    def test_a_count_is_believed_where_there_is_one(self, client: Client, server: Scripted) -> None:
        server.replies(Reply(200, page(things(1, 2), total=3)))
        with pytest.raises(Incomplete, match=r"`meta\.total` is 3, but 2 objects came"):
            client.fetch(self.UNCOUNTED)

    def test_a_server_that_ignores_the_page_is_noticed(self, client: Client, server: Scripted) -> None:
        server.replies(Reply(200, {"devices": things(1, 1000)}))
        with pytest.raises(Incomplete, match="page 2 repeats 1000 objects"):
            client.fetch(self.UNCOUNTED)
