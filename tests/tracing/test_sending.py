"""Where spans go, when they go nowhere, and that a run is the same whatever becomes of them."""

from __future__ import annotations

import json
import sys
import threading
import time
from importlib import import_module

import pytest

from tests.cli.conftest import Shell
from tests.tracing.collector import HOLDS, collector
from tests.tracing.conftest import HEADER, House, Hurrying

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


@pytest.mark.parametrize(
    "variables",
    [
        {ENDPOINT: ""},
        {"OTEL_TRACES_EXPORTER": "none"},
        {"OTEL_SDK_DISABLED": "TRUE"},
        {"OTEL_SDK_DISABLED": "true", "OTEL_TRACES_EXPORTER": "console"},
    ],
)
def test_nothing_is_sent_where_nobody_asks_for_it(
    house: House, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    done = house.run("plan", "stack.yaml")
    assert done.code == 0
    assert done.err == ""
    assert house.collector.headers == []


def test_nothing_of_it_is_imported_where_nobody_asks_for_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("reconciler.app.otel", "reconciler.app.tracing"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ModuleNotFoundError):
        import_module("reconciler.app.otel")
    monkeypatch.delenv(ENDPOINT)
    house.applied()


def test_commands_without_an_account_are_not_traced(house: House) -> None:
    assert house.run("explain", "spans-lost").code == 0
    assert house.run("history").code == 0
    assert house.collector.headers == []


def test_where_it_is_not_installed_the_run_says_how_and_goes_on(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in sys.modules if each.startswith(("opentelemetry", "reconciler.app.otel"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    done = house.run("plan", "stack.yaml")
    assert done.code == 0
    assert "warning[no-opentelemetry]" in done.err
    assert "pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http" in done.err
    assert done.err.count("warning[") == 1


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, "names `zipkin`"),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "asks for grpc"),
        ({"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/json"}, "asks for http/json"),
        ({"OTEL_BSP_MAX_QUEUE_SIZE": "1", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "9"}, "max_export_batch_size"),
    ],
)
def test_settings_that_cannot_be_are_told_and_change_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], told: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    done = house.run("plan", "stack.yaml")
    assert done.code == 0
    assert "warning[trace-settings]: " in done.err
    assert told in done.err
    assert house.collector.headers == []


def test_the_console_is_stderr_and_stdout_is_as_ever(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = house.run("plan", "stack.yaml", "--format", "json").out
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "console,otlp")
    done = house.run("plan", "stack.yaml", "--format", "json")
    assert done.out == plain
    decoder, text, names = json.JSONDecoder(), done.err, []
    while text.strip():
        span, end = decoder.raw_decode(text.lstrip())
        names.append(span["name"])
        text = text.lstrip()[end:]
    assert names == [each.name for each in house.collector.spans]
    assert names[-1] == "reconciler plan"


def test_who_refuses_connections_delays_nothing_and_is_told_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENDPOINT, "http://ada:CanaryPassword@127.0.0.1:1")
    monkeypatch.setattr("reconciler.cli.tracing.PATIENCE", 60.0)
    began = time.monotonic()
    done = house.run("apply", "stack.yaml", "--yes")
    assert time.monotonic() - began < 5.0, "an exporter that tries again pauses 1, 2 and 4 seconds"
    assert done.code == 0
    assert done.err.count("warning[spans-lost]") == 1
    assert " spans did not get to 127.0.0.1:1: no connection" in done.err
    assert "CanaryPassword" not in done.err
    assert "opentelemetry" not in done.err


def test_who_never_answers_is_not_waited_for(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.cli.tracing.PATIENCE", 0.2)
    house.collector.hold = threading.Event()
    began = time.monotonic()
    done = house.run("plan", "stack.yaml")
    assert time.monotonic() - began < HOLDS
    assert done.code == 0
    assert "not all were taken within 0.2 s" in done.err


@pytest.mark.parametrize("status", [401, 404, 500, 503])
def test_what_is_refused_is_told(house: House, monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    monkeypatch.setattr("reconciler.cli.tracing.PATIENCE", 0.2)
    house.collector.status = status
    done = house.run("plan", "stack.yaml")
    assert done.code == 0
    assert f"did not get to 127.0.0.1:{house.collector.port}: it answered {status}\n" in done.err
    assert HEADER not in done.err


def test_a_watch_says_once_that_nobody_takes_its_spans(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.cli.watch.SystemClock", Hurrying)
    house.collector.status = 404
    done = house.run("watch", "stack.yaml", "--rounds", "3")
    assert len(house.collector.headers) == 3
    assert done.err.count("warning[spans-lost]") == 1


def test_the_headers_do_not_follow_a_redirect(house: House) -> None:
    with collector() as other:
        house.collector.status, house.collector.location = 307, f"{other.url}/v1/traces"
        done = house.run("plan", "stack.yaml")
        assert other.headers == []
    assert "it answered 307, a redirect, which is not followed" in done.err


def test_an_interrupt_is_traced_too(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object, **_more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("reconciler.app.run.Apply.run", broken)
    assert house.run("apply", "stack.yaml", "--yes").code == 130
    assert house.collector.the("reconciler apply").facts["process.exit.code"] == 130


def test_a_second_signal_ends_the_wait_and_not_the_success(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("reconciler.app.otel.Spans.close", interrupted)
    house.applied()


def test_a_mistake_in_a_trace_breaks_no_run(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("reconciler.app.tracing.Trace._begin_step", broken)
    monkeypatch.setattr("reconciler.app.tracing.Trace._tell_attempt", broken)
    house.applied()
    assert len(house.ledger()) == 3


def test_the_embedded_emulator_is_named_as_such(shell: Shell, house: House) -> None:
    assert house.run("plan", "stack.yaml", shell.world).code == 0
    command = house.collector.the("reconciler plan")
    assert command.facts["reconciler.api"] == "emulator"
    assert command.facts["server.port"] != house.port
