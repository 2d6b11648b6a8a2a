"""Which campaign catches a defect: found by searching with that campaign in the code with the defect in it.

`python -m tests.defects --by campaigns` tries them all. A campaign stops at the first schedule that breaks a law, so
most of these end within seconds; the counts are those of the search.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from tests.defects.all import DEFECTS
from tests.defects.defect import Catcher, Defect, campaign

BY_CAMPAIGN: Final[Mapping[str, Catcher]] = {
    "only the first page is taken": campaign("transitions", 120, 7),
    "an answer without its list counts as an empty one": campaign("answers", 1200, 7),
    "a double in another project is taken for the wanted one": campaign("simulation", 150, 7),
    "fields that the API cannot change are updated in place": campaign("sweep", 120, 7),
    "a field that the answer left out counts as unset": campaign("answers", 1200, 7),
    "changes that are to be ignored are made": campaign("transitions", 120, 7),
    "a project is deleted with what others keep in it": campaign("simulation", 150, 7),
    "parents are deleted before what stands in them": campaign("sweep", 120, 7),
    "the order of deletes is left to chance": campaign("simulation", 150, 7),
    "creates do not wait for what they refer to": campaign("simulation", 150, 7),
    "a run that creates does not wait for what an earlier one may have under way": campaign("sweep", 120, 7),
    "a create whose answer was lost is sent again without a look": campaign("sweep", 120, 7),
    "one look is enough after a lost answer, however late the commit": campaign("sweep", 120, 7),
    "a create is sent before it is written down": campaign("simulation", 150, 7),
    "a journal that was cut off counts as settled": campaign("simulation", 150, 7),
    "after a lost answer whatever has a mark is taken": campaign("simulation", 150, 7),
    "a create forgets the mark": campaign("simulation", 150, 7),
    "an update drops the mark": campaign("sweep", 120, 7),
    "a machine is ready as soon as it is listed": campaign("simulation", 150, 7),
}


def caught_by_campaigns() -> tuple[Defect, ...]:
    """The defects that a campaign is named for, with that as what has to catch them."""
    return tuple(replace(each, caught_by=BY_CAMPAIGN[each.what]) for each in DEFECTS if each.what in BY_CAMPAIGN)
