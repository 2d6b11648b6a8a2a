"""The part of a stack's schema that `rails` stands in."""

from __future__ import annotations

from typing import Any, Final

from reconciler.model.rails import DELETE_SHARE, DELETES_PER_MINUTE, FREE_DELETES, FREE_LOSSES, VANISHED_SHARE, Rail

_COUNT: Final[dict[str, Any]] = {"type": ["integer", "null"], "minimum": 0}
_FLAG: Final[dict[str, Any]] = {"type": ["boolean", "null"]}

RAILS: Final[dict[str, Any]] = {
    "description": "Limits on what one run may do, and waivers that lift one until a day.",
    "type": ["object", "null"],
    "properties": {
        "max_deletes": {
            "description": "How many objects one run may destroy; --allow-deletes N allows more at one time.",
            **_COUNT,
        },
        "max_delete_share": {
            "description": "What part of the stack's objects one run may destroy, from 0 to 1; says nothing of up to "
            f"{FREE_DELETES} objects. Of an apply: {DELETE_SHARE} by default.",
            "type": ["number", "null"],
            "minimum": 0,
            "maximum": 1,
        },
        "max_vanished_share": {
            "description": "What part of the stack's objects, from 0 to 1, may have vanished since the last run when "
            f"an apply creates some; says nothing of up to {FREE_LOSSES} objects. Default: {VANISHED_SHARE}.",
            "type": ["number", "null"],
            "minimum": 0,
            "maximum": 1,
        },
        "max_cost_per_hour": {
            "description": "How many dollars an hour all that the stack owns may cost after an apply, at list price; "
            "says nothing of a plan that makes nothing dearer.",
            "type": ["number", "null"],
            "minimum": 0,
        },
        "max_creates": {"description": "How many objects one run may create.", **_COUNT},
        "delete_projects": {
            "description": "Whether a run may destroy projects and organizations. Default: true.",
            **_FLAG,
        },
        "canary": {
            "description": "Whether the first machine or volume that a run deletes has to be gone before it deletes "
            f"others. Default: true where more than {FREE_DELETES} go.",
            **_FLAG,
        },
        "deletes_per_minute": {
            "description": "How many machines and volumes a run may delete within a minute. "
            f"Default: {DELETES_PER_MINUTE}.",
            "type": ["integer", "null"],
            "minimum": 1,
        },
        "waivers": {
            "description": "Rails that do not count for a time.",
            "type": ["array", "null"],
            "items": {
                "type": "object",
                "required": ["rail", "reason", "until"],
                "properties": {
                    "rail": {"description": "Which one.", "enum": [each.value for each in Rail]},
                    "reason": {"description": "Why, for those who come across it.", "type": "string", "pattern": r"\S"},
                    "until": {
                        "description": "The last day (UTC) on which it holds.",
                        "type": "string",
                        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
                    },
                    "targets": {
                        "description": "The addresses that it is for, with what is in them. Default: all.",
                        "type": "array",
                        "items": {"type": "string"},
                        "minItems": 1,
                    },
                },
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}
