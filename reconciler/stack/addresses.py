"""Addresses that a stack file writes as plain text, or as a path that has to be known before anything is run."""

from __future__ import annotations

import json
import re

from reconciler.diagnostics import did_you_mean, error, one
from reconciler.model.catalog import Catalog
from reconciler.model.kind import Form, Kind
from reconciler.stack.problems import Problem
from reconciler.values import GROUPS, Address, parse_address

_SINGLE_QUOTED = re.compile(r"\['([^'\\]*)'\]")


def read_address(text: str, catalog: Catalog) -> Address:
    """An address as people write it, with either kind of quotes. Raises Problem for what no stack can have."""
    try:
        address = parse_address(_SINGLE_QUOTED.sub(lambda match: f"[{json.dumps(match[1])}]", text))
    except ValueError:
        hint = 'an address looks like `projects.edge.devices.web[0]`, or `...web["a"]` under for_each'
        raise Problem(error("bad-address", f"`{text[:80]}` is no address of a resource", hint=hint)) from None
    kind_at(address, catalog)
    return address


def kind_at(address: Address, catalog: Catalog) -> Kind | None:
    """The kind of what stands at an address, None for a group. Raises Problem where a section does not stand there."""
    around = kind_at(address.parent, catalog) if address.parent is not None else None
    if around is None and address.parent is not None:
        owner = address.owner
        around = kind_at(owner, catalog) if owner is not None else None
    name = around.name if around is not None else ""
    if address.section == GROUPS and catalog.holds_groups(name):
        return None
    sections = catalog.sections(name)
    kind = sections.get(address.section)
    if kind is None:
        where = one(name) if name else "a stack"
        hint = did_you_mean(address.section, sections) or f"known there: {', '.join(sections)}"
        raise Problem(error("bad-address", f"`{address}`: {where} has no `{address.section}`", hint=hint))
    if (kind.form is Form.SINGLETON) is bool(address.name):
        raise Problem(error("bad-address", f"`{address}` is no address of {one(kind.name)}"))
    return kind
