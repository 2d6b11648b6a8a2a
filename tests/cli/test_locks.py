"""Two runs of one stack on one machine: the second says who holds the lock; nothing has to be unlocked, ever."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.app.lock import LockFailed, lock_path, locked
from reconciler.diagnostics import Refused
from tests.engine.account import VirtualClock

from .conftest import Shell

HOLD = """
import sys, time
from pathlib import Path
from reconciler.app.lock import locked
with locked(Path(sys.argv[1]), ("reconciler", "apply")):
    print("held", flush=True)
    time.sleep(60)
"""


def a_holder(path: Path) -> subprocess.Popen[str]:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def lock_of(shell: Shell) -> Path:
    return lock_path(Path(".reconciler/lock"), "small", str(shell.folder / "world.db"))


def test_a_second_run_says_who_holds_the_lock_and_a_killed_holder_leaves_nothing_to_unlock(shell: Shell) -> None:
    holder = a_holder(lock_of(shell))
    try:
        for command in (("apply", "stack.yaml", "--yes"), ("destroy", "stack.yaml", "--yes")):
            refused = shell.run(*command, shell.world)
            assert refused.code == 1
            assert "error[run-under-way]: another run of this stack is under way" in refused.err
            assert f"process {holder.pid} (`reconciler apply`), since 2" in refused.err
        waited = shell.run("apply", "stack.yaml", "--yes", "--lock-timeout", "0.3", shell.world)
        assert "under way after 0.3 s" in waited.err
        saved = shell.run("plan", "stack.yaml", "-o", "saved.plan", shell.world)
        assert saved.code == 0
        assert "error[run-under-way]" in shell.run("apply", "saved.plan", shell.world).err
        assert shell.run("validate", "stack.yaml").code == 0
        assert shell.run("drift", "stack.yaml", shell.world).code in (0, 2)
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        assert holder.stdout is not None
        holder.stdout.close()
    assert lock_of(shell).exists()
    assert shell.run("apply", "saved.plan", shell.world).code == 0
    assert shell.run("destroy", "stack.yaml", "--yes", shell.world).code == 0


def test_runs_of_other_stacks_and_other_accounts_are_not_kept_out(tmp_path: Path) -> None:
    paths = [lock_path(tmp_path, "a", "https://one"), lock_path(tmp_path, "b", "https://one")]
    paths.append(lock_path(tmp_path, "a", "https://two"))
    with locked(paths[0], ("one",)), locked(paths[1], ("two",)), locked(paths[2], ("three",)):
        assert len({*paths}) == 3


def test_the_lock_is_for_its_owner_only_and_is_waited_for_as_long_as_is_said(tmp_path: Path) -> None:
    path, clock = tmp_path / "deep" / "a.lock", VirtualClock()
    with locked(path, ("reconciler", "apply"), clock=clock):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        with pytest.raises(Refused) as refused, locked(path, ("other",), timeout=30, clock=clock):
            pass
        assert 30 <= clock.now() < 31
        assert refused.value.exit_code == 1
        assert f"process {os.getpid()} (`reconciler apply`), since 2017-" in refused.value.diagnostics[0].summary
    with locked(path, ("other",), clock=clock):
        pass


def test_a_lock_that_is_a_link_or_has_a_second_name_is_not_written_to(tmp_path: Path) -> None:
    precious, other = tmp_path / "precious", tmp_path / "other"
    for each in (precious, other):
        each.write_text("keep me")
    (tmp_path / "link.lock").symlink_to(precious)
    (tmp_path / "hard.lock").hardlink_to(other)
    os.mkfifo(tmp_path / "pipe.lock")
    for name in ("link.lock", "hard.lock", "pipe.lock"):
        with pytest.raises(LockFailed), locked(tmp_path / name, ("apply",)):
            pass
    assert (precious.read_text(), other.read_text()) == ("keep me", "keep me")


def test_where_no_lock_can_be_kept_the_run_says_so_and_goes_on(shell: Shell) -> None:
    (shell.folder / ".reconciler").mkdir()
    (shell.folder / ".reconciler" / "lock").write_text("a file, no folder")
    applied = shell.run("apply", "stack.yaml", "--yes", shell.world)
    assert applied.code == 0
    assert "No lock keeps other runs of this stack out" in applied.err
