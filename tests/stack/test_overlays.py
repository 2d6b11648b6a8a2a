"""Overlays: what an environment says otherwise, laid over a stack."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.diagnostics import Refused
from reconciler.model.catalog import Catalog
from reconciler.model.resource import Stack
from reconciler.stack import Inputs, read_stack
from tests.stack.conftest import by_address

BASE = """\
stack: base
variables:
  size: {type: integer, default: 2}
sites:
  one:
    boxes:
      web: {count: "${{ var.size }}", host: "web-${{ index }}", tags: [a, b], data: {x: 1, y: 2}}
      db: {host: db, plan: small}
"""


def laid(folder: Path, catalog: Catalog, *layers: str, files: tuple[str, ...] = (BASE,)) -> Stack:
    for name, texts in (("stack", files), ("layer", layers)):
        for number, text in enumerate(texts):
            (folder / f"{name}{number}.yaml").write_text(text)
    paths = [folder / f"stack{number}.yaml" for number in range(len(files))]
    overlays = tuple(folder / f"layer{number}.yaml" for number in range(len(layers)))
    return read_stack(paths, catalog, Inputs(overlays=overlays))


def test_mappings_go_into_each_other_and_all_else_takes_the_place(tmp_path: Path, catalog: Catalog) -> None:
    layer = """\
stack: prod
variables: {size: {default: 1}}
sites: {one: {boxes: {web: {tags: [c], data: {y: 3}}, extra: {host: extra}}}}
"""
    stack = laid(tmp_path, catalog, layer)
    assert stack.name == "prod"
    found = by_address(stack)
    assert sorted(found) == ["sites.one", "sites.one.boxes.db", "sites.one.boxes.extra", "sites.one.boxes.web[0]"]
    web = found["sites.one.boxes.web[0]"]
    assert (web.values["tags"], web.values["data"]) == (["c"], {"x": 1, "y": 3})


def test_null_takes_away(tmp_path: Path, catalog: Catalog) -> None:
    stack = laid(tmp_path, catalog, "sites: {one: {boxes: {db: null, web: {tags: null, count: null, host: web}}}}\n")
    found = by_address(stack)
    assert "sites.one.boxes.db" not in found
    assert "tags" not in found["sites.one.boxes.web"].values


def test_a_later_overlay_lies_over_an_earlier_one(tmp_path: Path, catalog: Catalog) -> None:
    stack = laid(
        tmp_path,
        catalog,
        "sites: {one: {boxes: {db: {plan: medium}}}}\n",
        "sites: {one: {boxes: {db: {plan: large}}}}\n",
    )
    assert by_address(stack)["sites.one.boxes.db"].values["plan"] == "large"


def test_of_several_files_that_one_is_changed_which_has_the_block(tmp_path: Path, catalog: Catalog) -> None:
    two = "sites: {two: {boxes: {b: {host: b}}}}\n"
    layer = "sites: {two: {title: Two}, one: {title: One}}\n"
    found = by_address(laid(tmp_path, catalog, layer, files=(BASE, two)))
    assert (found["sites.one"].values["title"], found["sites.two"].values["title"]) == ("One", "Two")


def test_a_mistake_is_shown_in_the_file_that_it_stands_in(tmp_path: Path, catalog: Catalog) -> None:
    with pytest.raises(Refused) as raised:
        laid(tmp_path, catalog, "sites:\n  one:\n    boxes:\n      db: {paln: x}\n")
    (found,) = raised.value.diagnostics
    assert found.place is not None
    assert (found.code, Path(found.place.file).name, found.place.line) == ("unknown-key", "layer0.yaml", 4)


def test_an_overlay_is_a_mapping(tmp_path: Path, catalog: Catalog) -> None:
    with pytest.raises(Refused) as raised:
        laid(tmp_path, catalog, "[a]\n")
    assert [each.code for each in raised.value.diagnostics] == ["wrong-type"]
