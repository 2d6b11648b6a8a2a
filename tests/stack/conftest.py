"""A small catalog of made-up kinds, so that the language is tested by itself, and ways to read a stack from text."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from reconciler.model.catalog import Catalog
from reconciler.model.kind import FieldError, Form, Kind, Spec, Wish
from reconciler.model.live import LiveObject
from reconciler.model.lookups import SIGNATURES, Answer
from reconciler.model.resource import Foreign, Resource, Stack
from reconciler.model.rules import CreateOnly, FromKey, Refers, Replace, Secret, Update
from reconciler.stack import Inputs, read_stack
from reconciler.values import Address, Unknown
from reconciler.wire import Call, Listing


class _Fake(Kind):
    """Never sent anywhere."""

    listed_under = ("",)
    summary = "made up"

    def listing(self, owner_id: str | None) -> Listing:
        raise NotImplementedError

    def read(self, body: Mapping[str, Any], owner_id: str | None) -> Iterable[LiveObject]:
        raise NotImplementedError

    def create(self, wish: Wish) -> Call:
        raise NotImplementedError


class SiteSpec(Spec):
    title: Annotated[str, Update()]
    public: Annotated[bool | None, Update()] = None


class Site(_Fake):
    name = "site"
    section = "sites"
    parents = ("",)
    spec = SiteSpec
    key_field = "title"
    adoptable = True
    outputs = {"id": "its uuid"}


class NetSpec(Spec):
    label: Annotated[str | None, Update()] = None
    size: Annotated[int | None, Replace(), Field(ge=1, le=8)] = None
    key: Annotated[str | None, CreateOnly(), Secret()] = None


class Net(_Fake):
    name = "net"
    section = "nets"
    parents = ("", "site")
    spec = NetSpec
    outputs = {"id": "its uuid", "tag": "its number"}


class BoxSpec(Spec):
    host: Annotated[str, Update()]
    plan: Annotated[str, Replace()] = "small"
    where: Annotated[str | list[str] | None, Replace()] = None
    tags: Annotated[list[str] | None, Update()] = None
    data: Annotated[dict[str, Any] | None, Update()] = None
    script: Annotated[str | None, Update()] = None
    locked: Annotated[bool | None, Update()] = None
    nets: Annotated[list[str] | None, Update(), Refers(("net",), "tag")] = None


class Box(_Fake):
    name = "box"
    section = "boxes"
    parents = ("site",)
    spec = BoxSpec
    uses = ("net",)
    key_field = "host"
    outputs = {"ip": "its address", "gateway": "its gateway"}

    def check_meaning(self, values: Mapping[str, Any], partial: frozenset[str]) -> list[FieldError]:
        if values.get("plan") == "huge" and "where" not in {*values, *partial}:
            return [FieldError((), "a huge box needs a `where`", "name one", "missing-field")]
        return []


class LinkSpec(Spec):
    to: Annotated[str, Replace(), Refers(("net",))]
    rate: Annotated[int | None, Update()] = None


class Link(_Fake):
    name = "link"
    section = "links"
    parents = ("box",)
    spec = LinkSpec
    scalar_field = "to"


class SessionSpec(Spec):
    family: Annotated[Literal["ipv4", "ipv6"], FromKey()]
    default: Annotated[bool | None, Update()] = None


class Session(_Fake):
    name = "session"
    section = "sessions"
    parents = ("box",)
    spec = SessionSpec
    key_field = "family"
    list_form = True


class RoutingSpec(Spec):
    asn: Annotated[int, Replace()]
    md5: Annotated[str | None, Replace(), Secret()] = None


class Routing(_Fake):
    name = "routing"
    section = "bgp_config"
    parents = ("site",)
    spec = RoutingSpec
    form = Form.SINGLETON


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return Catalog((Site(), Net(), Routing(), Box(), Link(), Session()))


Read = Callable[..., Stack]


@pytest.fixture
def read(tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> Read:
    """`read(text, other={"files/a.j2": "..."}, flags=(...), environment={...})`: a stack from text."""
    monkeypatch.chdir(tmp_path)

    def read_text(
        text: str,
        *,
        other: Mapping[str, str] | None = None,
        flags: Iterable[str] = (),
        files: Iterable[str] = (),
        environment: Mapping[str, str] | None = None,
        paths: Iterable[str] = ("stack.yaml",),
    ) -> Stack:
        for name, content in {"stack.yaml": text, **(other or {})}.items():
            path = Path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        inputs = Inputs(tuple(flags), tuple(Path(each) for each in files), environment or {})
        return read_stack([Path(each) for each in paths], catalog, inputs)

    return read_text


class FakeWorld:
    """Knows the attributes that it is given by address and name; everything else is unknown."""

    def __init__(self, known: Mapping[tuple[str, str], Any] | None = None) -> None:
        self.known = dict(known or {})
        self.asked: list[tuple[str, str]] = []

    def attribute(self, address: Address, name: str) -> Any:
        self.asked.append((str(address), name))
        return self.known.get((str(address), name), Unknown(frozenset({address})))

    def look_up(self, name: str, arguments: Mapping[str, Any]) -> Answer:
        self.asked.append((name, json.dumps(arguments)))
        return Answer(SIGNATURES[name].sample)

    def foreign(self, foreign: Foreign, name: str) -> Any:
        return self.known[str(foreign), name]


def by_address(stack: Stack) -> dict[str, Resource]:
    return {str(each.address): each for each in stack.resources}


def references(resource: Resource) -> list[str]:
    return sorted(str(each) for each in resource.references)
