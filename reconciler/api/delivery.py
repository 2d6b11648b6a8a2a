"""The retry table: what an ending of an attempt means for the call, and whether it may be sent once more.

    ending of the attempt                         reads, SAFE mutations      NEVER (creates, actions)
    nothing was sent                              again                      again
    429                                           wait as told, again        wait as told, again
    lost, 408, 425, 5xx, unreadable 2xx,          again                      InDoubt
      404 that is not the API's own
    3xx                                           Rejected                   InDoubt
    any other 4xx                                 Rejected, Gone             Rejected, Gone

A SAFE mutation that ran out of attempts is InDoubt as soon as one of them may have arrived. All retries of a client
come out of one budget; while the API answers nothing, creates are held back (`breaker`); and after `leave` nothing is
sent again. Why not `urllib3.Retry`: it decides before the body is read, so it can't retry an answer that is cut or not
JSON; it keeps one count for 429 and failures; and it sleeps by the machine's clock.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import StrEnum

from reconciler.api.answer import Answer, Unreadable, error_texts, status_line
from reconciler.api.breaker import Breaker
from reconciler.api.budget import RETRY_COST, SLOW_COST, RetryBudget
from reconciler.api.gate import RateGate
from reconciler.api.policy import RetryPolicy
from reconciler.api.token import TOKEN_VARIABLE, Token
from reconciler.api.transport import AnswerLost, NothingSent, Transport
from reconciler.clock import Clock
from reconciler.values import Json
from reconciler.wire import READS, Attempt, Call, Gone, InDoubt, Rejected, Repeat, Throttled, Unreachable, WireError

INTERRUPTED = "not sent, since the run was interrupted"


class Ending(StrEnum):
    """How an attempt ended, as far as repeating it goes."""

    DONE = "done"
    REFUSED = "refused"
    THROTTLED = "throttled"
    REDIRECTED = "redirected"
    NOT_SENT = "not sent"
    HELD_BACK = "held back"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class Parcel:
    """A call made ready: `target` is the path with its query, `label` names it in messages."""

    method: str
    target: str
    label: str
    body: bytes | None
    repeat: Repeat
    call: Call

    @property
    def is_read(self) -> bool:
        return self.method in READS

    @property
    def may_repeat(self) -> bool:
        return self.is_read or self.repeat is Repeat.SAFE


@dataclass(frozen=True, slots=True)
class Outcome:
    """The last attempt's ending, and how many there were. `arrived`: some attempt may have reached the server and
    brought no usable answer.
    """

    ending: Ending
    why: str = ""
    answer: Answer | None = None
    value: Json = None
    arrived: bool = False
    attempts: int = 0

    @property
    def status(self) -> int:
        return 0 if self.answer is None else self.answer.status


class Courier:
    """Brings a parcel to the server and an outcome back, with all the attempts that the table allows."""

    def __init__(
        self,
        transport: Transport,
        token: Token,
        *,
        retries: RetryPolicy,
        clock: Clock,
        rng: random.Random,
        note: Callable[[str], None],
        heard: Callable[[Attempt], None] | None = None,
    ) -> None:
        self._transport = transport
        self._token = token
        self._retries = retries
        self._clock = clock
        self._rng = rng
        self._note = note
        self._heard = heard
        self._gate = RateGate(clock, rng, retries.base)
        self._budget = RetryBudget(retries.budget)
        self._breaker = Breaker(clock, retries.outage_failures, retries.outage_seconds)
        self._leaving = False

    def leave(self) -> None:
        """Send nothing again from now on, and no create that is held back. May be called by a signal handler."""
        self._leaving = True
        self._gate.leave()

    def deliver(self, parcel: Parcel) -> Outcome:
        failures = throttled = spent = 0
        arrived = False
        while True:
            held = self._held(parcel)
            if held:
                return Outcome(Ending.HELD_BACK, held, attempts=failures + throttled)
            began = self._clock.now()
            outcome = self._attempt(parcel)
            self._tell(parcel, outcome, failures + throttled + 1, self._clock.now() - began)
            if outcome.ending in (Ending.NOT_SENT, Ending.DOUBTFUL):
                self._breaker.failed()
                failures += 1
                arrived = arrived or outcome.ending is Ending.DOUBTFUL
            else:
                self._breaker.answered()
                if outcome.ending is not Ending.THROTTLED:
                    self._budget.put_back(spent)
                    break
                throttled += 1
            answered = outcome.answer is not None and outcome.ending is not Ending.THROTTLED
            cost = RETRY_COST if answered else SLOW_COST
            if not self._again(parcel, failures, throttled, arrived=arrived) or not self._budget.take(cost):
                break
            spent += cost
            self._pause(parcel, outcome, failures, throttled)
            if self._leaving:
                break
        attempts = failures + throttled
        return Outcome(outcome.ending, outcome.why, outcome.answer, outcome.value, arrived, attempts)

    def _held(self, parcel: Parcel) -> str:
        """Wait until a call may go; or say why it will not."""
        if not self._gate.wait():
            return INTERRUPTED
        while not parcel.may_repeat and (pause := self._breaker.pause()) != 0:
            if pause is None:
                return f"not sent, since {self._breaker.told}"
            if self._leaving:
                return INTERRUPTED
            self._note(f"{parcel.label}: {self._breaker.told}; nothing is created for {pause:.0f} s")
            self._clock.sleep(pause)
        return ""

    def _again(self, parcel: Parcel, failures: int, throttled: int, *, arrived: bool) -> bool:
        """Whether the table allows one more attempt."""
        if self._leaving or failures >= self._retries.attempts or throttled >= self._retries.throttled_attempts:
            return False
        return not arrived or parcel.may_repeat

    def _pause(self, parcel: Parcel, outcome: Outcome, failures: int, throttled: int) -> None:
        told = self._asked_for(outcome.answer) if outcome.answer is not None else None
        if outcome.ending is Ending.THROTTLED:
            pause = self.jitter(throttled) if told is None else told
            self._note(f"{parcel.label}: {outcome.why}; all calls wait {pause:.1f} s")
            self._gate.shut(pause)
        else:
            pause = self.jitter(failures) if told is None else told
            attempts = f"attempt {failures} of {self._retries.attempts}"
            self._note(f"{parcel.label}: {outcome.why} ({attempts}); next in {pause:.1f} s")
            self._clock.sleep(pause)

    def jitter(self, failures: int) -> float:
        """Seconds to pause after so many failures: full jitter, which spreads out clients that failed together."""
        return self._rng.uniform(0, min(self._retries.cap, self._retries.base * 2 ** (failures - 1)))

    def _attempt(self, parcel: Parcel) -> Outcome:
        # Failures become values here: the library's exceptions hold the request and with it the token, so no WireError
        # may be chained to one.
        try:
            answer = self._transport.attempt(parcel.method, parcel.target, parcel.body)
        except NothingSent as trouble:
            return Outcome(Ending.NOT_SENT, str(trouble))
        except AnswerLost as trouble:
            return Outcome(Ending.DOUBTFUL, str(trouble))
        if 200 <= answer.status < 300:
            try:
                return Outcome(Ending.DONE, answer=answer, value=answer.decoded())
            except Unreadable as trouble:
                return Outcome(Ending.DOUBTFUL, f"the API answered {answer.status}, but {trouble}", answer)
        why = self._token.scrub(_told(answer))
        return Outcome(_ending(answer), why, answer)

    def _tell(self, parcel: Parcel, outcome: Outcome, number: int, seconds: float) -> None:
        """Somebody may want to keep a record, of lost and refused attempts too."""
        if self._heard is not None:
            request_id = self._token.scrub(outcome.answer.request_id) if outcome.answer is not None else ""
            self._heard(Attempt(parcel.call, outcome.ending.value, outcome.status, request_id, number, seconds))

    def _asked_for(self, answer: Answer) -> float | None:
        seconds = requested_wait(answer, self._clock.wall())
        return None if seconds is None else min(seconds, self._retries.longest_wait)

    def value(self, parcel: Parcel, outcome: Outcome) -> Json:
        """The decoded body of a call that was done. Raises the WireError that says how else it ended."""
        if outcome.ending is Ending.DONE:
            return outcome.value
        not_there = outcome.ending is Ending.REFUSED and outcome.status == 404
        if parcel.method == "DELETE" and outcome.arrived and not_there:
            return None  # an earlier attempt did it, only its answer was lost
        raise self.error(parcel, outcome)

    def error(self, parcel: Parcel, outcome: Outcome) -> WireError:
        """The error for a call that was not done."""
        status = outcome.status
        # A refusal for the asker's sake (token, rights, rate) says nothing about what an earlier attempt did; any other
        # refusal was made in sight of the object.
        settled = outcome.ending is Ending.REFUSED and status not in (401, 403)
        unsettled = outcome.arrived and not settled
        if not parcel.is_read and (unsettled or (outcome.ending is Ending.REDIRECTED and not parcel.may_repeat)):
            return InDoubt(f"sent, but it is not known whether it happened: {outcome.why}", call=parcel.label)
        if outcome.ending is Ending.HELD_BACK:
            return Unreachable(outcome.why, call=parcel.label)
        gave_up = f"gave up after {outcome.attempts} attempt{'s' if outcome.attempts != 1 else ''}"
        if outcome.answer is None or outcome.ending in (Ending.NOT_SENT, Ending.DOUBTFUL):
            why = f"{gave_up}: {outcome.why}"
            return Unreachable(why, call=parcel.label, answered=outcome.answer is not None)
        texts = tuple(self._token.scrub(text) for text in error_texts(outcome.answer))
        request_id = self._token.scrub(outcome.answer.request_id)
        shape, why = Gone if status == 404 else Rejected, outcome.why
        if outcome.ending is Ending.THROTTLED:
            shape, why = Throttled, f"{gave_up}: {outcome.why}"
        elif status == 401:
            why = f"{outcome.why}; the token was refused, set {TOKEN_VARIABLE} to a valid one"
        return shape(why, call=parcel.label, status=status, errors=texts, request_id=request_id)


def _ending(answer: Answer) -> Ending:
    status = answer.status
    if status == 429:
        return Ending.THROTTLED
    if 300 <= status < 400:
        return Ending.REDIRECTED
    if status in (408, 425) or not 400 <= status < 500 or (status == 404 and not answer.is_from_api):
        return Ending.DOUBTFUL
    return Ending.REFUSED


def _told(answer: Answer) -> str:
    """What an error answer says, in one line."""
    said = f"the API answered {status_line(answer.status)}"
    if 300 <= answer.status < 400:
        return f"{said}, a redirect, which is never followed; check the API URL"
    texts = error_texts(answer)
    if texts:
        return f"{said}: {'; '.join(texts)}"
    return said if answer.says_json else f"{said}, not in JSON: a server before the API may have answered"


_SECONDS = re.compile(r"[0-9]+(\.[0-9]+)?", re.ASCII)


def requested_wait(answer: Answer, wall: float) -> float | None:
    """Seconds that an answer asks us to wait; None when it does not say.

    Retry-After is seconds or an HTTP date; X-RateLimit-Reset, which packngo reads, is a Unix time. The API sends the
    latter with every answer, so only a 429 makes it a request to wait. A moment is compared with the answer's own Date
    where there is one, as our clock may be wrong; else with `wall`.
    """
    headers = answer.headers
    asked = headers.get("Retry-After", "").strip()
    if _SECONDS.fullmatch(asked):
        return float(asked)
    moment = _http_date(asked)
    reset = headers.get("X-RateLimit-Reset", "").strip()
    if moment is None and answer.status == 429 and _SECONDS.fullmatch(reset):
        moment = float(reset)
    if moment is None:
        return None
    sent = _http_date(headers.get("Date", ""))
    return max(0.0, moment - (wall if sent is None else sent))


def _http_date(text: str) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
