"""`plan -v`: of what changes, also what stays as it is, and nothing that is secret."""

from __future__ import annotations

from reconciler.model.plan import Action, FieldChange
from reconciler.report.human import render_plan
from tests.report import samples

SCRIPT = "".join(f"line {number}\n" for number in range(12))


def test_all_that_a_changed_object_has_is_shown() -> None:
    change = samples.change(
        "projects.edge.devices.web",
        "device",
        Action.UPDATE,
        live=samples.live("device", "d-1"),
        fields=(
            FieldChange(("tags",), ["a", "b"], ["b", "c"]),
            FieldChange(("customdata", "rack"), 1, 2),
            FieldChange(("ports",), {"eth0": "on", "eth1": "off"}, {"eth0": "on", "eth1": "on"}),
            FieldChange(("userdata",), SCRIPT, SCRIPT.replace("line 6", "line six")),
        ),
        before={
            "hostname": "web",
            "plan": "c1.small.x86",
            "tags": ["a", "b"],
            "customdata": {"rack": 1, "site": "north"},
            "ports": {"eth0": "on", "eth1": "off"},
            "userdata": SCRIPT,
            "md5": "canary",
        },
        secrets=frozenset({"md5"}),
    )
    shown = render_plan(samples.plan(change), colour=False, whole=True)
    assert shown[shown.index("  ~ resource") : shown.index("Plan:")] == (
        """\
  ~ resource "device" "web" {
      ~ customdata = {
          ~ "rack" = 1 -> 2
            "site" = "north"
        }
        hostname   = "web"
        id         = "d-1"
        md5        = (sensitive value)
        plan       = "c1.small.x86"
      ~ ports      = {
            "eth0" = "on"
          ~ "eth1" = "off" -> "on"
        }
      ~ tags       = [
          - "a",
            "b",
          + "c",
        ]
      ~ userdata   = <<-EOT
            line 0
            line 1
            line 2
            line 3
            line 4
            line 5
          - line 6
          + line six
            line 7
            line 8
            line 9
            line 10
            line 11
        EOT
    }

"""
    )
    assert "line 0" not in render_plan(samples.plan(change), colour=False)


def test_what_rests_of_a_secret_object_stays_hidden() -> None:
    change = samples.change(
        "projects.edge.devices.web",
        "device",
        Action.UPDATE,
        fields=(FieldChange(("customdata", "user"), "a", "b", secret=True),),
        before={"customdata": {"user": "a", "password": "canary"}},
        after={"customdata": {"user": "b", "password": "canary"}},
        secrets=frozenset({"customdata"}),
    )
    assert "canary" not in render_plan(samples.plan(change), colour=False, whole=True)


def test_a_whole_plan_folds_nothing() -> None:
    assert "hidden)" in render_plan(samples.everything(), colour=False)
    assert "hidden)" not in render_plan(samples.everything(), colour=False, whole=True)
