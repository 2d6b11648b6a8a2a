"""How many retries a run has in all."""

from __future__ import annotations

import pytest

from reconciler.api.budget import RetryBudget


def left(budget: RetryBudget) -> int:
    """Takes what there is, one by one."""
    count = 0
    while budget.take(1):
        count += 1
    return count


def test_what_is_taken_is_gone_and_more_than_there_is_is_not_given() -> None:
    budget = RetryBudget(12)
    assert budget.take(5)
    assert budget.take(5)
    assert not budget.take(5)
    assert left(budget) == 2


@pytest.mark.parametrize(("taken", "then"), [(0, 1), (1, 1), (5, 5), (99, 12)])
def test_an_answer_puts_back_what_its_retries_took_and_at_least_one(taken: int, then: int) -> None:
    budget = RetryBudget(12)
    left(budget)
    budget.put_back(taken)
    assert left(budget) == then
