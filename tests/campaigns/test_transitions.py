"""No field of any kind is forgotten by the campaign of transitions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from tests.campaigns.bases import BASES_OF_STACKS, KINDS, Case, cases
from tests.campaigns.field_values import VALUES
from tests.campaigns.transitions import schedules, transitions

RELEASE = 5_000
LEAST_BASES = 20


def fields() -> Iterator[str]:
    """All fields of all kinds, and the parts of those that have parts."""
    for kind in KINDS.kinds:
        for name, info in kind.spec.model_fields.items():
            yield f"{kind.name}.{name}"
            yield from (f"{kind.name}.{name}.{part}" for model in _models(info.annotation) for part in model)


def _models(annotation: Any) -> Iterator[list[str]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield list(annotation.model_fields)
    for each in get_args(annotation):
        yield from _models(each)


def test_every_field_has_values_to_try_and_no_other() -> None:
    assert sorted(fields()) == sorted(case.name for case in cases())


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: case.name)
def test_a_field_has_values_that_are_accepted_and_some_that_are_not(case: Case) -> None:
    values = VALUES[case.kind.name][case.field]

    assert values.bad
    assert len(values.good) + case.may_be("-") >= (1 if "." in case.field else 2)
    assert {state for each in transitions(case, "bare") for state in (each.first, each.second)} >= {"0", "!0"}


def test_a_release_plays_thousands_from_many_bases() -> None:
    every = [each.split() for each in schedules(10**6, 1)]

    assert len(every) >= RELEASE
    assert len({base for _, base, _ in every}) == len(BASES_OF_STACKS) >= LEAST_BASES
    assert {name for name, _, _ in schedules_of(RELEASE)} == set(fields())


def schedules_of(count: int) -> list[list[str]]:
    return [each.split() for each in schedules(count, 1)]
