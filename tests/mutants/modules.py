"""Which modules are tried, and with which tests: those that are meant for them, so that a mutant costs a second."""

from __future__ import annotations

_ENGINE = (
    "tests/engine",
    "--deselect=tests/engine/test_targets.py::test_5000_devices_are_narrowed_and_planned_in_linear_time",
    "--ignore=tests/engine/test_properties.py",
)

MODULES: dict[str, tuple[str, ...]] = {
    # marks
    "reconciler/model/mark.py": ("tests/model", "tests/engine/test_reach.py", "tests/engine/test_ownership.py"),
    # retry
    "reconciler/api/delivery.py": (
        "tests/api/test_retry_table.py",
        "tests/api/test_where_the_token_goes.py",
        "tests/api/test_answers.py",
    ),
    "reconciler/api/gate.py": ("tests/api/test_gate.py",),
    "reconciler/api/paging.py": ("tests/api/test_whole_lists.py", "tests/api/test_packet.py"),
    # planner
    "reconciler/engine/diff.py": _ENGINE,
    "reconciler/engine/fields.py": (*_ENGINE, "tests/kinds/test_comparing.py"),
    "reconciler/engine/joins.py": (*_ENGINE, "tests/worlds/test_conversions.py"),
    "reconciler/engine/observe.py": _ENGINE,
    "reconciler/engine/order.py": _ENGINE,
    "reconciler/engine/unclaimed.py": _ENGINE,
    # rails
    "reconciler/engine/rails.py": ("tests/engine/test_rails.py", "tests/engine/test_ownership.py"),
    # executor
    "reconciler/engine/execute.py": _ENGINE,
    "reconciler/engine/perform.py": _ENGINE,
    "reconciler/engine/creating.py": _ENGINE,
    "reconciler/engine/changing.py": _ENGINE,
    "reconciler/engine/sending.py": _ENGINE,
    "reconciler/engine/prepare.py": _ENGINE,
    "reconciler/engine/schedule.py": ("tests/engine/test_schedule.py", "tests/engine/test_stop.py"),
    "reconciler/engine/watch.py": ("tests/engine/test_watch.py",),
}
