"""Moments as answers and files write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from reconciler.model.lifetime import moment


def test_a_moment_is_told_in_utc() -> None:
    assert moment("2019-11-17T15:13:20+01:00") == datetime(2019, 11, 17, 14, 13, 20, tzinfo=UTC)


@pytest.mark.parametrize("value", [None, 7, "", "soon", "2019-11-17T14:13:20", "0001-01-01T00:00:00+01:00"])
def test_what_is_no_moment_is_none(value: object) -> None:
    assert moment(value) is None
