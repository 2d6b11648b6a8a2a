"""What campaigns with real processes found, each reduced to the shortest schedule that shows it."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

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


@pytest.mark.parametrize("trouble", ["term", "int", "int2"])
def test_a_signal_ends_a_command_whose_output_nobody_reads(trouble: str) -> None:
    """`reconciler plan | less`: after the signal it waited for room in the pipe, for ever; a second Ctrl-C showed a
    traceback.

    `python -m tests.campaigns signals --replay 'net plan term stuck fork'`
    """
    assert signals.play(f"net plan {trouble} stuck fork") == []


def test_ctrl_c_while_the_command_starts_shows_no_traceback() -> None:
    """`python -m tests.campaigns signals --replay 'net plan int time:0.04 fresh'`, with other times too. Here it comes
    when the entry module has been read, and nothing of the command has run.
    """
    started = """
import os, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
import reconciler.__main__
os.kill(os.getpid(), signal.SIGINT)
"""
    done = subprocess.run([sys.executable, "-c", started], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")
