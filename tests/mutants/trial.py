"""One module's mutants: made and tried by mutmut in a copy of the repository."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
_SURVIVORS = Path(__file__).with_name("survivors.yaml")
_LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "mutants", "build", "dist", "*.egg-info")
_BESIDES = ("cassettes", "docs", "examples", "schemas", "benchmarks", "README.md", "CHANGELOG.md")
_ENDINGS = {0: "survived", 5: "survived", 33: "untested", 36: "timeout", 24: "timeout", 152: "timeout"}
"""By the exit code that mutmut keeps of a mutant; whatever else is a failed test, so that it was killed."""


@dataclass(frozen=True, slots=True)
class Survivor:
    """A mutant that no test noticed: the function, the line as it was, and as the mutant has it."""

    function: str
    was: str
    now: str

    def __str__(self) -> str:
        return f"{self.function}\n    - {self.was}\n    + {self.now}"


@dataclass
class Figures:
    """What came of a module's mutants. `untested` mutants stand in functions that no chosen test calls."""

    module: str
    killed: int = 0
    timeout: int = 0
    untested: int = 0
    survivors: list[Survivor] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def total(self) -> int:
        return self.killed + self.timeout + self.untested + len(self.survivors)

    @property
    def share(self) -> float:
        """Of a hundred, how many were noticed; a mutant that makes tests run into the time limit is."""
        return 100 * (self.killed + self.timeout) / max(1, self.total)

    def unexplained(self) -> list[Survivor]:
        known = explained(self.module)
        return [each for each in self.survivors if each not in known]


def explained(module: str) -> dict[Survivor, str]:
    """The survivors of a module that are no gap, and why."""
    every = yaml.safe_load(_SURVIVORS.read_text(encoding="utf-8")) or {}
    found: dict[Survivor, str] = {}
    for entry in every.get(module, ()):
        for mutant in entry["mutants"]:
            found[Survivor(mutant["in"], mutant["was"], mutant["now"])] = entry["why"]
    return found


def tried(module: str, tests: tuple[str, ...], folder: Path, jobs: int) -> Figures:
    """Make and try the mutants of a module. What an earlier run in the folder tried is not tried again."""
    copy = folder / module.removesuffix(".py").replace("/", "-")
    if not copy.exists():
        shutil.copytree(ROOT, copy, ignore=_LEFT_OUT)
        _configure(copy, module, tests)
    began = time.monotonic()
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(jobs)]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    figures = Figures(module, seconds=time.monotonic() - began)
    kept = copy / "mutants" / f"{module}.meta"
    endings = json.loads(kept.read_text())["exit_code_by_key"] if kept.exists() else {}
    if not endings or done.returncode != 0 or None in endings.values():
        raise SystemExit(f"{module}: mutmut did not come to its end:\n{(done.stdout + done.stderr)[-3000:]}")
    for name, code in endings.items():
        ending = _ENDINGS.get(code, "killed")
        if ending == "survived":
            figures.survivors.append(_survivor(copy, name))
        else:
            setattr(figures, ending, getattr(figures, ending) + 1)
    return figures


def _configure(copy: Path, module: str, tests: tuple[str, ...]) -> None:
    settings = {
        "source_paths": ["reconciler"],
        "only_mutate": [module],
        "also_copy": [each for each in _BESIDES if (copy / each).exists()],
        "timeout_multiplier": 4.0,  # a wait that never ends is over soon
        "pytest_add_cli_args": ["-n0", "-p", "no:cacheprovider"],
        "pytest_add_cli_args_test_selection": list(tests),
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    with (copy / "pyproject.toml").open("a", encoding="utf-8") as stream:
        stream.write("\n[tool.mutmut]\n" + "\n".join(lines) + "\n")


def _survivor(copy: Path, name: str) -> Survivor:
    command = [sys.executable, "-m", "mutmut", "show", name]
    shown = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=True).stdout.splitlines()
    was = " ".join(each[1:].strip() for each in shown if each.startswith("-") and not each.startswith("---"))
    now = " ".join(each[1:].strip() for each in shown if each.startswith("+") and not each.startswith("+++"))
    function = name.rpartition(".")[2].rpartition("__mutmut_")[0].removeprefix("x").removeprefix("_")
    return Survivor(function.strip("ǁ").replace("ǁ", "."), was, now)
