"""From YAML text to a resolved `Stack`.

    files --yaml_tree--> nodes --document--> Document --blocks--> Blocks --expand--> Instances --fields--> Stack

Expressions are split and read by `tokens` and `shapes`, run by `evaluate` over `engine` (the only module that knows the
engine), and see the world through `views`. What waits for other resources becomes a `Late` value.
"""

from __future__ import annotations

from reconciler.stack.questions import Asker
from reconciler.stack.resolve import open_stack, read_stack
from reconciler.stack.variables import Inputs

__all__ = ["Asker", "Inputs", "open_stack", "read_stack"]
