"""What could be ordered in mid-2019, shipped with the tool, so that `validate` knows it without the API.

`offers.json` names its sources, and in each entry what is unsure. A server may have more than it lists.
"""

from __future__ import annotations

import json
from importlib import resources

from reconciler.model.offers import Offers, read_offers

FILE = "offers.json"


def shipped_offers() -> Offers:
    """The catalogue as of mid-2019."""
    data = json.loads(resources.files(__name__).joinpath(FILE).read_text("utf-8"))
    return read_offers(data["facilities"], data["plans"], data["operating_systems"])


__all__ = ["shipped_offers"]
