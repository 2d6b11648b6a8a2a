"""What a defect is, and the commands that may have to catch it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Catcher:
    """Which tests of the suite have to fail, by their ids; no test where only campaigns have to see the defect."""

    tests: tuple[str, ...] = ()

    @property
    def arguments(self) -> tuple[str, ...]:
        """What comes after the name of the interpreter."""
        return ("-m", "pytest", "-n0", "-x", "-p", "no:cacheprovider", *self.tests)

    def __str__(self) -> str:
        return " ".join(self.tests).replace("tests/", "")


def suite(*ids: str) -> Catcher:
    return Catcher(tests=tuple(f"tests/{each}" for each in ids))


@dataclass(frozen=True)
class Defect:
    """A bug in words, the text in one file that becomes another, and what of the suite has to catch it. `also` are
    further pairs of texts of that file, where the code has two bars against one bug.
    """

    what: str
    file: str
    old: str
    new: str
    caught_by: Catcher = Catcher()
    also: tuple[tuple[str, str], ...] = ()

    def rotten(self) -> str:
        """Why the list has to be mended: an old text stands in the file once, or it is not what was meant."""
        path = ROOT / self.file
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        counts = [text.count(old) for old, _ in ((self.old, self.new), *self.also)]
        wrong = next((each for each in counts if each != 1), 1)
        return "" if wrong == 1 else f"{self.what}: its text stands {wrong} times in {self.file}"

    def put_into(self, root: Path) -> None:
        path = root / self.file
        text = path.read_text(encoding="utf-8")
        for old, new in ((self.old, self.new), *self.also):
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
