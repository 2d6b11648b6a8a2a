"""The Python of docs/client.md runs as it is written, against the emulator."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reconciler.emulator import Emulator, Settings

PAGE = Path(__file__).parents[2] / "docs" / "client.md"
TOKEN = "a-token-for-the-page"


def test_the_examples_run_one_after_the_other(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    first, *others = blocks
    assert others
    with Emulator(token=TOKEN, settings=Settings(provision_seconds=0.0)) as emulator:
        monkeypatch.setenv("PACKET_API_URL", emulator.url)
        monkeypatch.setenv("PACKET_AUTH_TOKEN", TOKEN)
        script = "\n".join([first.replace("client.close()\n", ""), *others, "client.close()"])
        exec(compile(script, str(PAGE), "exec"), {})
    assert capsys.readouterr().out == "queued\nweb-1 active c1.small.x86\nedge\n"
