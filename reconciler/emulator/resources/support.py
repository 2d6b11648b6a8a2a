"""Support requests, and checking userdata.

Paths and codes: 2019 API reference's neighbours in OAS (support-requests 204; userdata/validate 204 or 422). Which
userdata the service refused is not known; here it is what cloud-init could not read: a cloud-config that isn't a
mapping in block style, a multi-part message without a boundary (texts unsure).
"""

from __future__ import annotations

import re

from reconciler.emulator.call import Empty, Read, Reply, Write
from reconciler.emulator.errors import invalid
from reconciler.emulator.resources.notifications import send

_DESK = "support@example.com"
_HEADS = ("#!", "#cloud-config", "#include", "#cloud-boothook", "#part-handler", "#upstart-job", "Content-Type:", "{")
_KEY = re.compile(r"[^\s#:\-\[{][^:]*:(\s|$)")
_LARGEST = 2**20
"""Characters; what is larger no metadata service hands out whole (figure unsure)."""


def ask(call: Write) -> Reply:
    """POST /support-requests: subject and message; project_id, device_ids and priority besides."""
    subject, message = call.params.required("subject"), call.params.required("message")
    send(call, _DESK, f"{subject}\n\n{message}")
    return Empty()


def validate_userdata(call: Read) -> Reply:
    """POST /userdata/validate: userdata; 204 when it can be used."""
    text = call.params.text("userdata") or ""
    if len(text) > _LARGEST:
        raise invalid("Userdata is too long")
    if text.strip() and not text.startswith(_HEADS):
        raise invalid("Userdata is invalid")
    if text.startswith("#cloud-config"):
        _check_cloud_config(text)
    return Empty()


def _check_cloud_config(text: str) -> None:
    """A mapping at the top, as far as can be told without a YAML parser: no tabs for indents, keys at the margin."""
    lines = [line for line in text.splitlines()[1:] if line.strip() and not line.lstrip().startswith("#")]
    if any(line[: len(line) - len(line.lstrip())].count("\t") for line in lines):
        raise invalid("Userdata is invalid: a tab is no indent in YAML")
    if lines and not lines[0].startswith("{") and not _KEY.match(lines[0]):
        raise invalid("Userdata is invalid: cloud-config must be a mapping")
