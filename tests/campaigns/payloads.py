"""Texts that an attacker would put where a reconciler shows them: by hand, and every character that does anything."""

from __future__ import annotations

from collections.abc import Iterator

_SEQUENCES = (
    "\x1b[2J", "\x1b[H", "\x1b[1A\x1b[2K", "\x1b[31m", "\x1b[8m", "\x1b[7m", "\x1b[0m", "\x1b[38;5;9m", "\x1b[?25l",
    "\x1b[?1049h", "\x1b[?2004h", "\x1b[3J", "\x1b[6n", "\x1b[c", "\x1b[>c", "\x1b[21t", "\x1b[22;0t", "\x1b[5i",
    "\x1b[4i", "\x1b[!p", "\x1b[1;1H", "\x1b[99D", "\x1b[99C", "\x1b[s", "\x1b[u", "\x1b[20h", "\x1b[12h", "\x1bc",
    "\x1b7", "\x1b8", "\x1bD", "\x1bM", "\x1bE", "\x1b#8", "\x1b(0", "\x1b)B", "\x1bN", "\x1bO", "\x1b=", "\x1b>",
    "\x1b]0;owned\x07", "\x1b]0;owned\x1b\\", "\x1b]2;owned\x07", "\x1b]4;1;rgb:ff/00/00\x07",
    "\x1b]8;;http://evil\x07", "\x1b]8;;http://evil\x1b\\text\x1b]8;;\x1b\\", "\x1b]9;notify\x07", "\x1b]10;?\x07",
    "\x1b]52;c;ZXZpbA==\x07", "\x1b]52;c;?\x07", "\x1b]133;A\x07", "\x1b]777;notify;a;b\x07",
    "\x1b]1337;File=inline=1:AAAA\x07", "\x1b]1337;SetMark\x07", "\x1bP+q544e\x1b\\",
    "\x1bPtmux;\x1b\x1b]0;x\x07\x1b\\", "\x1bP1$r0m\x1b\\", "\x1b_Gi=1;A\x1b\\", "\x1b^private\x1b\\",
    "\x1bXstring\x1b\\", "\x1b", "\x1b[", "\x1b]", "\x1bP", "\x1b[999999999999999999D", "\x1b[1;2;3", "\x9b31m",
    "\x9d0;owned\x9c", "\x90+q\x9c", "\x9b2J", "\x1b[0Ksection_start:1:evil\r\x1b[0K", "\x1b\x1b[2J",
    "\x1b]0;" + "A" * 3000 + "\x07", "\b\b\b\b\bfine", "done\rPlan: 0 to add", "fine\x0bdown", "fine\x0cdown",
    "a\x00b",
)  # fmt: skip
_RUNNERS = (
    "::error::x", "::warning file=a,line=1::x", "::notice::x", "::debug::x", "::group::x", "::endgroup::",
    "::add-mask::e", "::stop-commands::x", "::set-output name=a::b", "::set-env name=A::b", "::add-path::/tmp",
    "::save-state name=a::b", "::add-matcher::x.json", "::echo::on", "::ERROR::x", "##[error]x", "##[group]x",
    "##[set-env name=A]b", "##[add-path]x", "##[add-mask]x", "##[command]x", "##[section]x", "##[debug]x",
    "##[ERROR]x", "##vso[task.setvariable variable=A]b", "##vso[task.complete result=Succeeded]",
    "##vso[build.addbuildtag]x", "##VSO[task.prependpath]x", "##vso[task.logissue type=error]x",
    "##teamcity[buildStatus status='SUCCESS']", "##teamcity[setParameter name='a' value='b']",
)  # fmt: skip
_MARKDOWN = (
    "```", "````", "`````", "~~~", "~~~~~~", "`", "``", "```\n<script>alert(1)</script>", "```\n@everyone", "\n```\n",
    "\n````\n# owned", "    ```", "[x](javascript:alert(1))", "[x](data:text/html,<script>)",
    "![x](http://evil/p.png)", "![x][1]\n\n[1]: http://evil", "<http://evil>", "https://evil.example",
    "www.evil.example", "@octocat", "@org/team", "#123", "org/repo#123", "GH-123",
    "0123456789abcdef0123456789abcdef01234567", "<!-- hidden -->", "<details open>", "</details>", "</summary>",
    "<img src=x onerror=alert(1)>", "<a href=javascript:alert(1)>x</a>", "# heading", "heading\n===", "***", "---",
    "> quote", "- [x] approved", "1. one", "| a | b |\n|---|---|", "*em* **strong** ~~del~~", "[^1]\n\n[^1]: note",
    "$$x$$", ":+1:", "&lt;script&gt;", "&#60;script&#62;", "\\`\\`\\`", "<sub>x</sub>", "<br>", "line  \nbreak",
    "\t\tcode", "```suggestion\nx\n```", "/close", "/lgtm", "/retest",
)  # fmt: skip
_MARKUP = (
    "<script>alert(1)</script>", "</script><script>alert(1)</script>", "</pre><script>alert(1)</script>",
    "</code></pre>", "</textarea>", "</title>", "</style>", "<svg/onload=alert(1)>",
    "<math><mi//xlink:href='data:x'>", "<iframe src=x>", "<object data=x>", "<embed src=x>", "<base href=//evil>",
    "<meta http-equiv=refresh content='0;url=//evil'>", "<link rel=stylesheet href=//evil>",
    "<form action=//evil><button>", "<input autofocus onfocus=alert(1)>", "\"><script>alert(1)</script>",
    "'><script>alert(1)</script>", "\" onmouseover=alert(1) x=\"", "' onclick='x", "--><script>alert(1)</script>",
    "]]><script>", "<!--<script>", "<![CDATA[x]]>", "<?xml version='1.0'?>", "&\"'<>", "javascript:alert(1)",
    "<a\x00b>", "<plaintext>", "<template><script>", "<img srcset='//evil 1x'>",
)  # fmt: skip
_FORMATS = (
    '","x":"', '"}]}', "\\", "\\\\", "\\u0000", '\\"', "\ud83d", "\udc00\ud800", "\ufffe", "\uffff", "{}", "{0}",
    "{x!r}", "%s%s%n", "%(x)s", "${HOME}", "$(id)", "`id`", "; id", "| id", "&& id", "${{ secrets.TOKEN }}",
    "{{ 7*7 }}", "{% x %}", "[bold red]x[/]", "[link=http://evil]x[/link]", "\n---\nstack: other",
    "!!python/object:os.system", "&a *a", "# comment", "- item", "key: value", "'", '"', "''", "null", "true",
    "1e999", "NaN", "\u2028", "\u2029", "\x85", "\r\n", "\n\n\n", '"]; evil [label="x', '\\"]; evil [',
    "}\ndigraph evil {", "end", "%% comment", "click s0 href \"javascript:alert(1)\"", "-->", "s0-->|x|s1",
    's0["x"]:::evil', "classDef evil fill:#f00", "subgraph evil", "#quot;", "#35;", "<b>x</b>", "../../etc/passwd",
    "C:\\x", "file:///etc/passwd", "=cmd()", "+1", "@SUM(1)", "-1+1", "x" * 2000, "\N{GRINNING FACE}" * 50,
    "e\u0301" * 30, "Ｆｕｌｌ", "ﬁ", "А (cyrillic)", "xn--evil",
)  # fmt: skip
_BEFORE = ("", "\n", " \t", "x\n", "\r", "\u200b", "\ufeff", "\x85", "\u2028", "\v")


def _characters() -> Iterator[str]:
    """Each control, each character without width or that turns the direction, in the middle of a word."""
    codes = [*range(0x20), *range(0x7F, 0xA1), 0xAD, 0x61C, 0x180E, *range(0x200B, 0x2010), *range(0x2028, 0x202F)]
    codes += [*range(0x2060, 0x2070), 0xFEFF, *range(0xFFF9, 0xFFFC), 0xE0001, *range(0xE0020, 0xE0080, 8)]
    yield from (f"ad{chr(code)}min" for code in codes)


def payloads() -> tuple[str, ...]:
    """All of them, each once, in the same order each time."""
    runners = [f"{before}{each}" for each in _RUNNERS for before in _BEFORE]
    return tuple(dict.fromkeys((*_SEQUENCES, *runners, *_MARKDOWN, *_MARKUP, *_FORMATS, *_characters())))


PAYLOADS = payloads()
