"""Every diagnostic code of this room, with one line on what it means. Codes are stable: people grep and link them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

MEANINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "alias-limit": "YAML aliases expand to more than a stack can need",
        "ambiguous-scalar": "a bare word that older YAML readers take for a boolean or a number stands for a string",
        "bad-address": "an address that no resource can have",
        "bad-character": "a control or bidirectional character that could hide what the file says",
        "bad-encoding": "the file is not UTF-8 text",
        "bad-key": "a mapping key that is no string, or that holds an expression",
        "bad-move": "an entry of `moved` that cannot be carried out",
        "bad-name": "a name or key with characters that an address cannot have",
        "bad-path": "a path that is not below the folder of generated files",
        "bad-tag": "a YAML tag that the stack language has no use for",
        "broken-expression": "an expression that cannot be parsed, or that failed while it was evaluated",
        "conflicting-keys": "two keys of one block that exclude each other",
        "derive-key-missing": "a derived secret without the key that it is derived from",
        "duplicate-address": "two blocks with one address",
        "duplicate-key": "one key twice in a mapping",
        "existing-fields": "fields written on a resource that is only looked up",
        "expression-limit": "an expression that is too long, too slow or makes too much",
        "file-refused": "file() or template() may not or cannot read this file",
        "group-cycle": "a group whose file holds itself",
        "invalid-flag": "a --var that is not NAME=VALUE",
        "invalid-value": "a value that does not fit its field or variable",
        "key-clash": "two things that come to one key",
        "known-too-late": "count, for_each, when and the like cannot wait for a resource",
        "layout": "a file that `fmt` cannot lay out without a change of its meaning",
        "local-cycle": "locals that need each other",
        "merge-key": "`<<` is not part of the stack language",
        "missing-field": "a required field is absent",
        "missing-stack-name": "no file says `stack: NAME`",
        "no-stack-file": "the path is no stack file and no directory with one",
        "not-adoptable": "`existing` on a kind that cannot be looked up",
        "pool-reference": "a whole pool where one of its instances is meant",
        "reference-index": "an instance that the pool does not have",
        "reference-kind": "a resource of a kind that does not fit the field",
        "reference-off": "a resource that `when` switched off",
        "rule-broken": "a value that a rule of its variable does not allow",
        "secret-output": "an output that would show a secret",
        "self-reference": "a resource that reads itself",
        "stack-name-differs": "two files that name different stacks",
        "too-deep": "YAML nested deeper than any stack needs",
        "too-many-mistakes": "so many mistakes that the rest was not looked for",
        "too-large": "a file, a document or a number of resources over the limit",
        "unknown-attribute": "a kind has no such field or output",
        "unknown-filter": "no such filter, test or function in expressions",
        "unknown-key": "a key that means nothing here",
        "unknown-name": "a name that expressions do not see here",
        "unknown-reference": "a reference to a resource that is not declared",
        "unknown-variable": "a value for a variable that is not declared",
        "variable-unset": "a variable without a default that nobody set",
        "wrong-type": "a value of another type than the field or variable wants",
        "yaml-documents": "more than one YAML document in a file",
        "yaml-number": "a number that does not survive: too large, infinite or not a number",
        "yaml-syntax": "the file is not YAML",
    }
)
