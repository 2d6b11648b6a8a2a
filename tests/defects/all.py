"""The list of all defects."""

from __future__ import annotations

from tests.defects.defect import Defect
from tests.defects.delivery import DELIVERY
from tests.defects.executor import EXECUTOR
from tests.defects.kinds import KINDS
from tests.defects.nightly import NIGHTLY
from tests.defects.outside import OUTSIDE
from tests.defects.planner import PLANNER
from tests.defects.played import PLAYED
from tests.defects.rollouts import ROLLOUTS
from tests.defects.written_down import WRITTEN_DOWN

DEFECTS: tuple[Defect, ...] = (
    *DELIVERY,
    *PLANNER,
    *EXECUTOR,
    *KINDS,
    *OUTSIDE,
    *NIGHTLY,
    *PLAYED,
    *ROLLOUTS,
    *WRITTEN_DOWN,
)
