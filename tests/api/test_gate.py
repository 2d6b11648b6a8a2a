"""The gate that all calls of a client pass."""

from __future__ import annotations

from random import Random

import pytest

from reconciler.api.gate import RateGate

from .scripted import VirtualClock


def test_an_open_gate_keeps_nobody(clock: VirtualClock) -> None:
    gate = RateGate(clock, Random(1), spread=4.0)
    gate.wait()
    gate.shut(0.0)
    gate.wait()
    assert clock.slept == []


@pytest.mark.parametrize("seconds", [0.01, 0.5, 1.0, 60.0])
def test_a_wait_is_as_long_as_told_however_short(clock: VirtualClock, seconds: float) -> None:
    gate = RateGate(clock, Random(1), spread=0.0)
    gate.shut(seconds)
    gate.wait()
    assert sum(clock.slept) == pytest.approx(seconds)


def test_those_who_waited_start_anywhere_within_the_spread() -> None:
    later = []
    for seed in range(100):
        clock = VirtualClock()
        gate = RateGate(clock, Random(seed), spread=4.0)
        gate.shut(10.0)
        gate.wait()
        later.append(sum(clock.slept) - 10.0)
    assert 0.0 <= min(later) < 0.4
    assert 3.6 < max(later) <= 4.0
