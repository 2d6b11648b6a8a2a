"""What campaigns with real processes found, each reduced to the shortest schedule that shows it."""

from __future__ import annotations

from tests.campaigns import signals


def test_a_full_disk_under_stderr_leaves_a_truthful_exit_code() -> None:
    """The message of the failure could not be written either, and the process ended with Python's own 120.

    `python -m tests.campaigns signals --replay 'net change disk err fresh'`
    """
    assert signals.play("net change disk err fresh") == []


def test_a_plan_that_is_told_to_stop_says_so() -> None:
    """SIGTERM outside of an apply ended the command with 143 and without a word.

    `python -m tests.campaigns signals --replay 'net plan term sync:1 fork'`
    """
    assert signals.play("net plan term sync:1 fork") == []


def test_a_file_that_was_being_written_when_a_signal_came_leaves_nothing_beside_it() -> None:
    """The temporary file stayed, and bore the process's number: in a container, where that is the same each time, the
    next run failed on it.

    `python -m tests.campaigns signals --replay 'net saved term sync:7 fork'`
    """
    assert signals.play("net saved term sync:7 fork") == []
