"""The last line of defence against secrets in the output."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

import pytest

from reconciler.report.page import safe
from reconciler.report.scrub import SENSITIVE, Scrubber
from reconciler.secret import Secret

SECRET = 'p@ss/w"ö rd+1\\x'


def scrubber(*secrets: str) -> Scrubber:
    return Scrubber(map(Secret, secrets))


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        json.dumps(SECRET),
        json.dumps(SECRET, ensure_ascii=False),
        quote(SECRET),
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        base64.b64encode(SECRET.encode()).decode(),
        base64.urlsafe_b64encode(SECRET.encode()).decode(),
    ],
)
def test_every_form_is_taken_out(form: str) -> None:
    clean = scrubber(SECRET).text(f"before {form} after")
    assert SENSITIVE in clean
    assert form.strip('"') not in clean
    assert clean.startswith("before ")
    assert clean.endswith(" after")


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
def test_a_secret_inside_a_longer_base64_text_is_found(before: str) -> None:
    text = base64.b64encode(f"{before}correct-horse-battery{before}".encode()).decode()
    clean = scrubber("correct-horse-battery").text(text)
    assert SENSITIVE in clean
    left = clean.replace(SENSITIVE, "")
    assert len(left) <= 2 * len(before) * 4 // 3 + 8


def test_each_line_of_a_long_secret_is_one() -> None:
    key = "-----BEGIN KEY-----\nMIIEabcdefgh\nshort\n"
    clean = scrubber(key).text("  + MIIEabcdefgh\n  + short")
    assert clean == f"  + {SENSITIVE}\n  + short"


@pytest.mark.parametrize("secret", ["pa##[ss-word", "xx##vso[long", "two\nlines##[of-it"])
def test_a_secret_is_found_as_it_is_shown(secret: str) -> None:
    assert scrubber(secret).text(f"= {safe(secret)} =") == f"= {SENSITIVE} ="


def test_texts_too_short_to_be_secrets_stay() -> None:
    assert scrubber("", "1", "abc").text("1 abc") == "1 abc"


def test_the_longest_secret_wins() -> None:
    assert scrubber("token", "token-and-more").text("token-and-more") == SENSITIVE


def test_json_stays_json() -> None:
    value = {"asn": 65000, "ok": True, "list": ("a65000b", None), "65000": 1}
    clean = scrubber("65000", "true").value(value)
    assert clean == {"asn": SENSITIVE, "ok": True, "list": [f"a{SENSITIVE}b", None], SENSITIVE: 1}
    assert scrubber().value(value) is value


def test_each_of_several_is_taken_out() -> None:
    assert scrubber("first", "second").text("first second first") == f"{SENSITIVE} {SENSITIVE} {SENSITIVE}"
