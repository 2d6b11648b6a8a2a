"""The plan as people read it: Terraform's words, byte for byte where scripts look for them."""

from __future__ import annotations

from typing import Any

from reconciler.model.plan import Action, Change, FieldChange, Options, Stranger
from reconciler.report.human import render_plan
from reconciler.values import Unknown
from tests.report import samples


def text(*changes: Change, **more: Any) -> str:
    return render_plan(samples.plan(*changes, **more), colour=False)


def test_a_create() -> None:
    assert text(samples.create()) == (
        """\
Resource actions are indicated with the following symbols:
  + create

reconciler will perform the following actions:

  # projects.edge.devices.web[0] will be created
  + resource "device" "web" {
      + customdata   = {
          + "on"   = true
          + "rack" = {
              + "row" = 1
            }
        }
      + hostname     = "web-01"
      + id           = (known after apply)
      + ip_addresses = (known after apply)
      + plan         = "c2.medium.x86"
      + tags         = [
          + "a",
          + "b",
        ]
      + userdata     = <<-EOT
            #!/bin/sh
            echo hi
        EOT
    }

Plan: 1 to add, 0 to change, 0 to destroy.
"""
    )


def test_an_update_shows_what_changes_and_hides_the_rest() -> None:
    assert """
  # projects.edge will be updated in-place
  ~ resource "project" "edge" {
        id   = "p-1"
      ~ name = "Old" -> "New" # shown in the portal at once
        # (2 unchanged attributes hidden)
    }

Plan: 0 to add, 1 to change, 0 to destroy.
""" in text(samples.update())


def test_a_note_that_the_impact_tells_is_not_repeated() -> None:
    change = samples.change(
        "projects.edge",
        "project",
        Action.UPDATE,
        impact=("name: seen at once",),
        fields=(FieldChange(("name",), "a", "b", note="seen at once"),),
    )
    shown = text(change)
    assert "  # Impact: name: seen at once\n" in shown
    assert '~ name = "a" -> "b"\n' in shown


def test_a_replacement_says_why_and_what_it_costs() -> None:
    assert """
  # projects.edge.devices.db must be replaced
  # (because plan cannot be changed in place)
  # Impact: the disks are wiped and the addresses change
-/+ resource "device" "db" {
        hostname = "db"
      ~ id       = "d-2" -> (known after apply)
      ~ plan     = "t1.small.x86" -> "c2.medium.x86" # forces replacement
        # (1 unchanged attribute hidden)
    }

Plan: 1 to add, 0 to change, 1 to destroy.
""" in text(samples.replacement())


def test_a_replacement_as_requested() -> None:
    change = samples.change("projects.a.vlans.b", "vlan", Action.CREATE_DELETE, reason="requested")
    shown = text(change)
    assert "  # projects.a.vlans.b will be replaced, as requested\n+/- resource" in shown
    assert "+/- create replacement and then destroy\n" in shown


def test_a_destroy() -> None:
    assert """
  # projects.edge.vlans.old will be destroyed
  # (because projects.edge.vlans.old is not in the stack)
  - resource "vlan" "old" {
      - description = "old" -> null
      - facility    = "ewr1" -> null
      - id          = "v-3" -> null
    }

Plan: 0 to add, 0 to change, 1 to destroy.
""" in text(samples.delete())


def test_destroys_stand_last_and_replacements_before_them() -> None:
    shown = render_plan(samples.everything(), colour=False)
    order = [
        shown.index(each) for each in ("will be updated", "will be created", "must be replaced", "will be destroyed")
    ]
    assert order == sorted(order)
    assert shown.index("Strangers (not managed by this stack, left alone):") < order[0]
    assert order[-1] < shown.index("warning[unverified]: capacity was not checked") < shown.index("Plan: 3 to add")


def test_no_changes() -> None:
    noop = samples.change("projects.a", "project", Action.NOOP)
    assert text(noop) == "No changes. Your infrastructure matches the configuration.\n"
    assert text(options=Options(destroy=True)) == "No changes. No objects need to be destroyed.\n"


def test_secrets_are_never_shown() -> None:
    change = samples.change(
        "projects.edge.bgp_config",
        "bgp_config",
        Action.DELETE_CREATE,
        fields=(
            FieldChange(("md5",), "old-canary", "new-canary", True),
            FieldChange(("customdata", "key"), None, "third-canary", secret=True),
        ),
        before={"md5": "old-canary"},
        after={"md5": "new-canary"},
        secrets=frozenset({"md5"}),
    )
    shown = text(change)
    assert "canary" not in shown
    assert "~ md5        = (sensitive value) # forces replacement\n" in shown
    assert '+ "key" = (sensitive value)\n' in shown
    gone = samples.change(
        "projects.a.bgp_config", "bgp_config", Action.DELETE, before={"md5": "x-canary"}, secrets=frozenset({"md5"})
    )
    assert "- md5 = (sensitive value) -> null\n" in text(gone)
    assert "canary" not in render_plan(samples.everything(), colour=False)


def changed_field(before: Any, after: Any, path: tuple[str | int, ...] = ("field",), *sides: Any) -> str:
    fields = (FieldChange(path, before, after),)
    more = dict(zip(("before", "after"), sides, strict=False))
    shown = text(samples.change("projects.a.devices.b", "device", Action.UPDATE, fields=fields, **more))
    return shown[shown.index("{\n") + 2 : shown.index("    }\n\nPlan:")]


def test_a_list_shows_what_comes_and_goes() -> None:
    assert changed_field(["a", "b", "c"], ["a", "c", "d"]) == (
        """\
      ~ field = [
          - "b",
          + "d",
            # (2 unchanged elements hidden)
        ]
"""
    )


def test_a_map_shows_what_differs() -> None:
    assert changed_field({"a": 1, "b": {"c": [1]}, "z": 0}, {"a": 2, "b": {"c": [1]}, "n": True}) == (
        """\
      ~ field = {
          ~ "a" = 1 -> 2
          + "n" = true
          - "z" = 0 -> null
            # (1 unchanged element hidden)
        }
"""
    )


def test_elements_of_a_list_of_maps_are_compared_in_pairs() -> None:
    assert changed_field([{"cidr": 31, "type": "x"}], [{"cidr": 30, "type": "x"}]) == (
        """\
      ~ field = [
          ~ {
              ~ "cidr" = 31 -> 30
                # (1 unchanged element hidden)
            },
        ]
"""
    )


def test_a_nested_path_shows_its_surroundings() -> None:
    was, becomes = {"rack": {"row": 1, "unit": 2}}, {"rack": {"row": 5, "unit": 2}}
    sides = ({"customdata": was}, {"customdata": becomes})
    assert changed_field(1, 5, ("customdata", "rack", "row"), *sides) == (
        """\
      ~ customdata = {
          ~ "rack" = {
              ~ "row" = 1 -> 5
                # (1 unchanged element hidden)
            }
        }
"""
    )


def test_a_multi_line_text_shows_as_a_diff_with_three_lines_around() -> None:
    before = "\n".join(f"line {number}" for number in range(12))
    after = before.replace("line 6", "line six")
    assert changed_field(before, after) == (
        """\
      ~ field = <<-EOT
            # (3 unchanged lines hidden)
            line 3
            line 4
            line 5
          - line 6
          + line six
            line 7
            line 8
            line 9
            # (2 unchanged lines hidden)
        EOT
"""
    )


def test_values_that_come_go_or_wait() -> None:
    assert changed_field(None, "x") == '      + field = "x"\n'
    assert changed_field("x", None) == '      - field = "x" -> null\n'
    assert changed_field("x", Unknown()) == '      ~ field = "x" -> (known after apply)\n'
    assert changed_field(False, True) == "      ~ field = false -> true\n"
    assert changed_field(["x"], Unknown()) == (
        """\
      ~ field = [
          - "x",
        ] -> (known after apply)
"""
    )
    assert changed_field({"a": 1}, Unknown()) == (
        """\
      ~ field = {
          - "a" = 1 -> null
        } -> (known after apply)
"""
    )
    assert changed_field("one\ntwo\n", Unknown()) == (
        """\
      ~ field = <<-EOT
          - one
          - two
        EOT -> (known after apply)
"""
    )
    assert changed_field("x", {"a": 1}) == (
        """\
      - field = "x" -> null
      + field = {
          + "a" = 1
        }
"""
    )
    assert changed_field([], ["x"]) == (
        """\
      ~ field = [
          + "x",
        ]
"""
    )


def test_many_strangers_are_counted() -> None:
    strangers = tuple(Stranger("device", f"s-{number}", "") for number in range(25))
    shown = text(strangers=strangers)
    assert shown.count("[id=") == 20
    assert "  ... and 5 more (--format json lists them all)\n" in shown
    assert shown.endswith("No changes. Your infrastructure matches the configuration.\n")


def test_outputs_known_only_after_the_apply_are_announced() -> None:
    shown = render_plan(samples.everything(), colour=False)
    assert shown.endswith("\nChanges to Outputs:\n  + address = (known after apply)\n")


def test_colour_changes_nothing_but_the_colour() -> None:
    import re

    plain = render_plan(samples.everything(), colour=False)
    coloured = render_plan(samples.everything(), colour=True)
    assert "\x1b[" not in plain
    assert coloured != plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain
