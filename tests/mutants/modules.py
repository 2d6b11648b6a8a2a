"""Which modules are tried, and with which tests: those that are meant for them, so that a mutant costs a second."""

from __future__ import annotations

MODULES: dict[str, tuple[str, ...]] = {
    # marks
    "reconciler/model/mark.py": ("tests/model", "tests/engine/test_reach.py", "tests/engine/test_ownership.py"),
    # retry
    "reconciler/api/delivery.py": (
        "tests/api/test_retry_table.py",
        "tests/api/test_where_the_token_goes.py",
        "tests/api/test_answers.py",
        "tests/api/test_what_errors_say.py",
        "tests/api/test_outages.py",
        "tests/api/test_leaving.py",
        "tests/api/test_gate.py",
        "tests/api/test_attempts.py",
    ),
    "reconciler/api/breaker.py": ("tests/api/test_outages.py",),
    "reconciler/api/budget.py": ("tests/api/test_budget.py",),
    "reconciler/api/gate.py": ("tests/api/test_gate.py", "tests/api/test_leaving.py"),
    "reconciler/api/paging.py": ("tests/api/test_whole_lists.py", "tests/api/test_packet.py"),
    # planner
    "reconciler/engine/diff.py": (
        "tests/engine/test_diff.py",
        "tests/engine/test_diff_identity.py",
        "tests/engine/test_diff_whole.py",
        "tests/drift/test_accepted.py",
    ),
    "reconciler/engine/fields.py": (
        "tests/engine/test_fields.py",
        "tests/engine/test_updates.py",
        "tests/kinds/test_comparing.py",
    ),
    "reconciler/engine/joins.py": ("tests/engine/test_joins.py",),
    "reconciler/engine/observe.py": (
        "tests/engine/test_observe.py",
        "tests/engine/test_observe_existing.py",
        "tests/engine/test_observe_elsewhere.py",
    ),
    "reconciler/engine/order.py": (
        "tests/engine/test_order.py",
        "tests/engine/test_order_steps.py",
        "tests/engine/test_order_circles.py",
    ),
    "reconciler/engine/unclaimed.py": (
        "tests/engine/test_unclaimed_deletes.py",
        "tests/engine/test_unclaimed_strangers.py",
        "tests/engine/test_unclaimed_findings.py",
    ),
    # rails
    "reconciler/engine/rails.py": (
        "tests/engine/test_rails.py",
        "tests/engine/test_rails_limits.py",
        "tests/engine/test_rails_cost.py",
        "tests/engine/test_rails_told.py",
        "tests/engine/test_ownership.py",
        "tests/reliability/test_lists.py",
    ),
    "reconciler/engine/pace.py": ("tests/engine/test_pace.py", "tests/engine/test_execute.py"),
    "reconciler/app/belongings.py": ("tests/reliability/test_lists.py",),
    "reconciler/model/rails.py": (
        "tests/engine/test_rails_limits.py",
        "tests/engine/test_rails_told.py",
        "tests/engine/test_pace.py",
    ),
    # journal
    "reconciler/app/journal.py": (
        "tests/reliability/test_journal.py",
        "tests/reliability/test_journal_lines.py",
        "tests/reliability/test_lists.py",
    ),
    # executor
    "reconciler/engine/execute.py": (
        "tests/engine/test_execute.py",
        "tests/engine/test_endings.py",
        "tests/reliability/test_rollouts.py",
        "tests/reliability/test_rollout_looks.py",
    ),
    "reconciler/engine/polling.py": ("tests/engine/test_execute.py",),
    "reconciler/engine/telling.py": ("tests/engine/test_execute.py", "tests/engine/test_endings.py"),
    "reconciler/engine/perform.py": (
        "tests/engine/test_steps.py",
        "tests/engine/test_steps_of_many_calls.py",
        "tests/engine/test_endings.py",
        "tests/reliability/test_moves_in_flight.py",
        "tests/reliability/test_changes_in_flight.py",
    ),
    "reconciler/engine/creating.py": ("tests/engine/test_steps.py", "tests/reliability/test_creates_in_flight.py"),
    "reconciler/engine/changing.py": (
        "tests/engine/test_steps_of_many_calls.py",
        "tests/engine/test_reach.py",
        "tests/reliability/test_moves_in_flight.py",
        "tests/reliability/test_changes_in_flight.py",
        "tests/worlds/test_conversions.py",
    ),
    "reconciler/engine/sending.py": ("tests/engine/test_steps.py",),
    "reconciler/engine/prepare.py": ("tests/engine/test_prepare.py",),
    "reconciler/engine/guard.py": ("tests/engine/test_guard.py", "tests/reliability/test_others.py"),
    "reconciler/engine/claims.py": ("tests/engine/test_claims.py", "tests/engine/test_proof.py"),
    "reconciler/engine/proof.py": ("tests/engine/test_proof.py", "tests/engine/test_claims.py"),
    "reconciler/engine/twins.py": ("tests/engine/test_twins.py", "tests/engine/test_ownership.py"),
    "reconciler/engine/schedule.py": ("tests/engine/test_schedule.py", "tests/engine/test_stop.py"),
    "reconciler/engine/watch.py": ("tests/engine/test_watch.py", "tests/engine/test_execute.py"),
    "reconciler/engine/rollout.py": (
        "tests/engine/test_rollout.py",
        "tests/engine/test_rollout_turns.py",
        "tests/reliability/test_rollouts.py",
    ),
    "reconciler/engine/health.py": (
        "tests/engine/test_rollout.py",
        "tests/reliability/test_rollouts.py",
        "tests/reliability/test_rollout_looks.py",
    ),
}
