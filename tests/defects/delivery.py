"""Defects in what brings calls to the API and answers back: retries, pages, the gate, the token."""

from __future__ import annotations

from tests.defects.defect import Defect, suite

_DELIVERY = "reconciler/api/delivery.py"
_PAGING = "reconciler/api/paging.py"
_GATE = "reconciler/api/gate.py"
_TRANSPORT = "reconciler/api/transport.py"
_TOKEN = "reconciler/api/token.py"
_RETRIES = suite("api/test_retry_table.py")
_OUTAGES = suite("api/test_outages.py")
_LISTS = suite("api/test_whole_lists.py")

DELIVERY = (
    Defect(
        "a POST whose answer was lost is sent again",
        _DELIVERY,
        "return self.is_read or self.repeat is Repeat.SAFE",
        "return True",
        _RETRIES,
    ),
    Defect(
        "calls are repeated without bound",
        _DELIVERY,
        "if self._leaving or failures >= self._retries.attempts or throttled",
        "if self._leaving or throttled",
        suite("api/test_retry_table.py::test_a_read_that_stays_bad_is_unreachable"),
    ),
    Defect(
        "a 429 is waited for without bound",
        _DELIVERY,
        " or throttled >= self._retries.throttled_attempts:",
        ":",
        suite("api/test_retry_table.py::TestThrottling::test_but_not_of_endless_ones"),
    ),
    Defect(
        "the pauses grow without a cap",
        _DELIVERY,
        "min(self._retries.cap, self._retries.base * 2 ** (failures - 1))",
        "self._retries.base * 2 ** (failures - 1)",
        _RETRIES,
    ),
    Defect(
        "the pauses are the same for every client",
        _DELIVERY,
        "self._rng.uniform(0, min(self._retries.cap, self._retries.base * 2 ** (failures - 1)))",
        "min(self._retries.cap, self._retries.base * 2 ** (failures - 1))",
        _RETRIES,
    ),
    Defect("retries never end", _DELIVERY, " or not self._budget.take(cost):", ":", _OUTAGES),
    Defect("a retry that helped is paid for", _DELIVERY, "put_back(spent)", "put_back(0)", _OUTAGES),
    Defect(
        "creates are sent into an outage",
        _DELIVERY,
        "while not parcel.may_repeat and (pause := self._breaker.pause()) != 0:",
        "while (pause := 0.0) != 0:",
        _OUTAGES,
    ),
    Defect(
        "reads wait for the end of an outage",
        _DELIVERY,
        "while not parcel.may_repeat and (pause",
        "while (pause",
        _OUTAGES,
    ),
    Defect("the end of an outage is not noticed", _DELIVERY, "self._breaker.answered()", "...", _OUTAGES),
    Defect("Retry-After is ignored", _DELIVERY, "        return float(asked)\n", "        return None\n", _RETRIES),
    Defect(
        "a server may make us wait for as long as it likes",
        _DELIVERY,
        "min(seconds, self._retries.longest_wait)",
        "seconds",
        _RETRIES,
    ),
    Defect(
        "one thread's 429 is nobody else's", _DELIVERY, "self._gate.shut(pause)", "self._clock.sleep(pause)", _RETRIES
    ),
    Defect(
        "a shorter wait opens the gate for those who were told to wait longer",
        _GATE,
        "max(self._opens_at, self._clock.now() + seconds)",
        "self._clock.now() + seconds",
        suite("api/test_retry_table.py::TestThrottling::test_a_shorter_wait_does_not_open_the_gate_early"),
    ),
    Defect(
        "a 5xx after a POST is taken for a refusal",
        _DELIVERY,
        "if status in (408, 425) or not 400 <= status < 500 or (status == 404 and not answer.is_from_api):",
        "if status in (408, 425) or (status == 404 and not answer.is_from_api):",
        _RETRIES,
    ),
    Defect(
        "a refusal is taken for a doubt",
        _DELIVERY,
        "    return Ending.REFUSED\n",
        "    return Ending.DOUBTFUL\n",
        _RETRIES,
    ),
    Defect(
        "a refused token settles what a lost attempt did",
        _DELIVERY,
        "outcome.ending is Ending.REFUSED and status not in (401, 403)",
        "outcome.ending is Ending.REFUSED",
        _RETRIES,
    ),
    Defect(
        "a 404 to a delete that was not ours counts as done",
        _DELIVERY,
        'if parcel.method == "DELETE" and outcome.arrived and not_there:',
        'if parcel.method == "DELETE" and not_there:',
        _RETRIES,
    ),
    Defect(
        "a 2xx that cannot be read counts as an empty answer",
        _DELIVERY,
        'return Outcome(Ending.DOUBTFUL, f"the API answered {answer.status}, but {trouble}", answer)',
        "return Outcome(Ending.DONE, str(trouble), answer)",
        _RETRIES,
    ),
    Defect(
        "a connection that broke counts as nothing sent",
        _DELIVERY,
        "return Outcome(Ending.DOUBTFUL, str(trouble))",
        "return Outcome(Ending.NOT_SENT, str(trouble))",
        _RETRIES,
    ),
    Defect(
        "only the first token in an echo is taken out",
        _TOKEN,
        "text.replace(self.reveal(), HIDDEN)",
        "text.replace(self.reveal(), HIDDEN, 1)",
        suite("api/test_where_the_token_goes.py::TestToken::test_each_of_several_echoes_is_taken_out"),
    ),
    Defect(
        "redirects are followed, with the token",
        _TRANSPORT,
        "allow_redirects=False",
        "allow_redirects=True",
        suite("api/test_retry_table.py::test_redirects"),
        also=(("        return None\n", "        return super().get_redirect_target(resp)\n"),),
    ),
    Defect(
        "proxies from the environment see the token",
        _TRANSPORT,
        "session.trust_env = False",
        "session.trust_env = True",
        suite("api/test_where_the_token_goes.py"),
    ),
    Defect(
        "only the first page is taken",
        _PAGING,
        "more = page.more_after(number) or (total is None and len(page.items) >= per_page)",
        "more = False",
        _LISTS,
    ),
    Defect(
        "meta.total is ignored",
        _PAGING,
        "if total is not None and len(seen) != total:",
        "if total is not None and total < 0:",
        _LISTS,
    ),
    Defect(
        "a list whose total changes between two pages is believed",
        _PAGING,
        "if number > 1 and page.total != total:",
        "if number < 1 and page.total != total:",
        _LISTS,
    ),
    Defect(
        "a page that comes twice is believed",
        _PAGING,
        "        if repeated:\n",
        "        if repeated and number < 1:\n",
        _LISTS,
    ),
    Defect(
        "an answer without its list counts as an empty one",
        _PAGING,
        "    if not isinstance(found, list):\n",
        "    found = found or []\n    if not isinstance(found, list):\n",
        _LISTS,
    ),
    Defect(
        "a list that does not add up is given out as it is",
        _PAGING,
        "            _check_count(seen, total)\n",
        "            pass\n",
        _LISTS,
    ),
)
