"""Can it succeed: what a plan creates, against what the API has left.

`demand` gathers what creates take, `capacity` and `reserved` hold that against answers, `alternatives` looks for what
would fit, `quotas` counts what a project may have, and `check` is the one place that sends.
"""

from reconciler.engine.stock.check import check_stock

__all__ = ["check_stock"]
