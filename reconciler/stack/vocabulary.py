"""The words of expressions: what can be called, stand behind a bar, or be asked with `is`."""

from __future__ import annotations

from typing import Final

from reconciler.model.lookups import SIGNATURES

STACKS: Final = "stacks"
"""The name under which expressions see other stacks."""
FILE_FUNCTIONS: Final = frozenset({"file", "template"})
SECRET_FUNCTIONS: Final = frozenset({"derive", "derive_ssh_key"})
LOOKUP_FUNCTIONS: Final = frozenset(SIGNATURES)
BOUND_FUNCTIONS: Final = FILE_FUNCTIONS | SECRET_FUNCTIONS | LOOKUP_FUNCTIONS
"""Those that depend on who calls: they are made for each evaluation."""
PURE_FUNCTIONS: Final = frozenset(
    """
    product pairs keys values flatten merge keyed first_of slug
    cidrhost cidrsubnet cidrsubnets cidrnetmask cidrprefix cidrcontains
    jsonencode jsondecode toyaml fromyaml b64encode b64decode sha256
    """.split()  # noqa: SIM905 - a word list is read more easily than fifty quoted words
)
ONLY_FILTERS: Final = frozenset({"keys", "values", "tojson"})
"""Those that stand behind a bar only: as bare names the engine takes some for methods of its own."""
FUNCTIONS: Final = (PURE_FUNCTIONS - ONLY_FILTERS) | BOUND_FUNCTIONS | {"range"}
"""Every name that can be called; `range` is the engine's own."""
NO_FILTERS: Final = frozenset({"product", "first_of"})
"""Functions that take several things alike, so that none of them stands before a bar."""
FILTERS: Final = (PURE_FUNCTIONS - NO_FILTERS) | frozenset(
    """
    abs attr bool capitalize count d default dictsort filesizeformat first float format groupby indent int items
    join last length lines list lower map max min pluralize reject rejectattr replace reverse round select
    selectattr sort split string striptags sum title tojson trim truncate unique upper urlencode wordwrap
    """.split()  # noqa: SIM905 - a word list is read more easily than fifty quoted words
)
TESTS: Final = frozenset(
    """
    boolean defined divisibleby endingwith eq equalto even false float ge greaterthan gt in int integer iterable
    le lessthan lower lt mapping ne none number odd sameas sequence startingwith string true undefined upper
    """.split()  # noqa: SIM905 - a word list is read more easily than fifty quoted words
)
