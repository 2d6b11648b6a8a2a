"""The document is whole: every route is in it, nothing else is, and every reference leads somewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from reconciler.emulator import routes
from tests.emulator.client import Client
from tests.emulator.openapi.described import Document


def test_every_route_is_described(document: Document) -> None:
    assert {(each.method, each.template) for each in routes.all_routes()} - set(document.operations) == set()


def test_nothing_is_described_that_is_no_route(document: Document) -> None:
    assert set(document.operations) - {(each.method, each.template) for each in routes.all_routes()} == set()


def test_operations_have_names_of_their_own(document: Document) -> None:
    names = [each["operationId"] for each in document.operations.values()]
    assert sorted(set(names)) == sorted(names)


def test_every_operation_says_what_it_is_for(document: Document) -> None:
    for key, operation in document.operations.items():
        assert operation["summary"], key
        assert operation["tags"][0] in {tag["name"] for tag in document.content["tags"]}, key


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for name, value in node.items():
            if name == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_every_reference_leads_somewhere_and_every_shape_is_used(document: Document) -> None:
    found = set(references(document.content))
    for reference in found:
        assert document.resolved({"$ref": reference})
    assert {f"#/components/schemas/{name}" for name in document.content["components"]["schemas"]} <= found


def test_every_schema_is_a_schema(document: Document) -> None:
    for schema in document.content["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("token", [None, "wrong", "a-token-for-tests"])
def test_the_document_is_answered_without_a_token(api: Client, token: str | None) -> None:
    headers = {"Host": "127.0.0.1:80"} | ({"X-Auth-Token": token} if token else {})
    answer = api.emulator.handle("GET", "/_emulator/openapi.json", headers)
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("application/json")


def test_the_document_is_for_this_machine_only(api: Client) -> None:
    answer = api.emulator.handle("GET", "/_emulator/openapi.json", {"Host": "evil.example"})
    assert answer.status == 403


def test_the_document_is_the_same_each_time(api: Client) -> None:
    assert api.call("GET", "/_emulator/openapi.json").body == api.call("GET", "/_emulator/openapi.json").body


def test_every_link_leads_to_an_operation_that_has_these_arguments(document: Document) -> None:
    named = {each["operationId"]: each for each in document.operations.values()}
    for operation in document.operations.values():
        for answer in operation["responses"].values():
            for link in document.resolved(answer).get("links", {}).values():
                arguments = {each["name"] for each in named[link["operationId"]]["parameters"] if each["in"] == "path"}
                assert set(link["parameters"]) <= arguments


def test_what_an_answer_makes_is_linked_to_all_that_can_be_done_with_it(document: Document) -> None:
    def linked(method: str, template: str, status: str) -> dict[str, Any]:
        links: dict[str, Any] = document.operations[method, template]["responses"][status].get("links", {})
        return links

    made = linked("POST", "/projects/{id}/ips", "201")
    assert made["delete_ips_id"]["parameters"] == {"id": "$response.body#/id"}
    assert made["get_projects_project_id_ips_id_customdata"]["parameters"] == {
        "project_id": "$request.path.id",
        "id": "$response.body#/id",
    }
    assert linked("GET", "/devices/{id}", "200")["get_ports_id"]["parameters"] == {
        "id": "$response.body#/network_ports/0/id"
    }
    assert linked("GET", "/events", "200")["get_events_id"]["parameters"] == {"id": "$response.body#/events/0/id"}
    assert linked("GET", "/projects", "200") == {}
