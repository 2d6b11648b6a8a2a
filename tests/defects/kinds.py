"""Defects in what is sent of one kind, and in how its fields are compared; and in what is shown."""

from __future__ import annotations

from tests.defects.defect import Defect, suite

_COMMON = "reconciler/kinds/common.py"
_VLAN = "reconciler/kinds/vlan.py"
_VOLUME = "reconciler/kinds/volume.py"
_BLOCK = "reconciler/kinds/ip_reservation.py"
_PROJECT = "reconciler/kinds/project.py"
_LICENSE = "reconciler/kinds/license.py"
_KEY = "reconciler/kinds/ssh_key.py"
_ASSIGNMENT = "reconciler/kinds/ip_assignment.py"
_PAGE = "reconciler/report/page.py"
_OWN = suite("kinds")
_COMPARING = suite("kinds/test_comparing.py")
_HOSTILE = suite("report/test_hostile_text.py")

KINDS = (
    Defect(
        "an update of a block's tags drops its mark",
        _BLOCK,
        "live.foreign_tags)), *wish.mark.to_tags()]",
        "live.foreign_tags))]",
        _OWN,
    ),
    Defect(
        "a key is made without its mark",
        _KEY,
        'body = {"label": wish.mark.to_text(wish.values["label"]), "key": wish.values["key"]}',
        'body = {"label": wish.values["label"], "key": wish.values["key"]}',
        _OWN,
    ),
    Defect(
        "an address is assigned without its mark",
        _ASSIGNMENT,
        '"customdata": wish.mark.to_customdata(wish.values.get("customdata") or {})}',
        '"customdata": wish.values.get("customdata") or {}}',
        _OWN,
    ),
    Defect(
        "texts that differ count as the same",
        _COMMON,
        '    return (declared or "") == (live or "")\n',
        "    return True\n",
        _COMPARING,
    ),
    Defect(
        "flags that differ count as the same",
        _COMMON,
        "    return bool(declared) == bool(live)\n",
        "    return True\n",
        _COMPARING,
    ),
    Defect(
        "lists that differ count as the same",
        _COMMON,
        "    return set(declared or ()) == set(live or ())\n",
        "    return True\n",
        _COMPARING,
    ),
    Defect(
        "an unset text counts as another one than null",
        _COMMON,
        '    return (declared or "") == (live or "")\n',
        "    return bool(declared == live)\n",
        _COMPARING,
    ),
    Defect(
        "foreign text reaches the terminal as it is",
        _PAGE,
        '    return _RUNNER_COMMAND.sub("# #", visible(text).replace("\\n", "\\\\n"))\n',
        '    return text.replace("\\n", " ")\n',
        _HOSTILE,
    ),
    Defect(
        "a line may be a command to the runner",
        _PAGE,
        '    if plain.lstrip().startswith("::"):\n',
        '    if plain.startswith("::::"):\n',
        _HOSTILE,
    ),
    Defect(
        "a runner's old commands are printed in JSON",
        _PAGE,
        '    return _RUNNER_COMMAND.sub(r"#\\\\u0023", text).replace("\\x7f", "\\\\u007f")\n',
        "    return text\n",
        _HOSTILE,
    ),
    Defect(
        "secrets are printed",
        "reconciler/report/scrub.py",
        "        return self._pattern.sub(SENSITIVE, text) if self._pattern is not None else text\n",
        "        return text\n",
        suite("report/test_scrub.py"),
    ),
    Defect(
        "a plan in JSON holds secrets",
        "reconciler/report/scrub.py",
        "        if isinstance(value, str):\n            return self.text(value)\n",
        "        if isinstance(value, str):\n            return value\n",
        suite("report/test_scrub.py"),
    ),
    Defect(
        "a run that did only a part of it ends with 0",
        "reconciler/cli/running.py",
        "    return Exit.PARTLY\n",
        "    return Exit.DONE\n",
        suite("cli/test_endings.py"),
    ),
)
