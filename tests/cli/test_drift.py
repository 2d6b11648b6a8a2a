"""`drift` at the command line: a repository of stacks, each by itself, in every form."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import pytest
from junitparser import JUnitXml
from prometheus_client.parser import text_string_to_metric_families

from tests.cli.conftest import Ran, Shell
from tests.drift.receiver import Receiver, receiver

STACK = "stack: {name}\nprojects:\n  main: {{name: Main of {name}}}\n"


@pytest.fixture
def repository(shell: Shell) -> Shell:
    """One stack that is as declared, one that is missing, and one that nobody can read."""
    for name in ("broken", "calm", "gone"):
        (shell.folder / "repo" / name).mkdir(parents=True)
        shell.write(f"repo/{name}/stack.yaml", STACK.format(name=name))
    shell.edit("repo/broken/stack.yaml", "projects:", "projekts:")
    assert shell.run("apply", "repo/calm", shell.world, "--yes").code == 0
    return shell


def drift(shell: Shell, *more: str) -> Ran:
    return shell.run("drift", "repo", "--recursive", shell.world, *more)


def test_each_stack_is_told_by_itself_with_a_total_and_the_worst_exit_code(repository: Shell) -> None:
    ran = drift(repository)
    assert ran.code == 1
    assert [each for each in ran.out.splitlines() if each.startswith("# ")] == [
        "# repo/broken/stack.yaml (stack broken)",
        "# repo/calm/stack.yaml (stack calm)",
        "# repo/gone/stack.yaml (stack gone)",
    ]
    assert "No drift." in ran.out
    assert "projects.main is missing" in ran.out
    assert "projekts" in ran.err
    assert ran.out.endswith("\n3 stacks: 1 drifted, 1 without drift, 1 could not be looked at.\n")
    repository.edit("repo/broken/stack.yaml", "projekts:", "projects:")
    assert drift(repository).code == 2


def test_one_document_has_all_stacks(repository: Shell) -> None:
    document = json.loads(drift(repository, "--format", "json").out)
    assert [(each["stack"], each["checked"], each.get("drifted")) for each in document["stacks"]] == [
        ("broken", False, None),
        ("calm", True, False),
        ("gone", True, True),
    ]
    assert document["summary"] == {"stacks": 3, "drifted": 1, "not_checked": 1, "strangers": 0}
    assert document["stacks"][0]["diagnostics"][0]["code"] == "unknown-key"


def test_one_exposition_has_all_stacks_and_says_which_could_not_be_read(repository: Shell) -> None:
    text = drift(repository, "--format", "prometheus").out
    samples = {
        (each.name, each.labels["stack"]): each.value
        for family in text_string_to_metric_families(text)
        for each in family.samples
    }
    checked = {stack: value for (name, stack), value in samples.items() if name == "reconciler_drift_checked"}
    assert checked == {"calm": 1.0, "gone": 1.0, "broken": 0.0}
    assert (samples["reconciler_drift", "calm"], samples["reconciler_drift", "gone"]) == (0.0, 1.0)
    assert ("reconciler_drift", "broken") not in samples
    assert text.count("# TYPE reconciler_drift gauge") == text.count("# HELP reconciler_drift ") == 1


def test_a_suite_each(repository: Shell) -> None:
    suites = JUnitXml.fromstring(drift(repository, "--format", "junit").out.encode())
    assert [(each.name, each.tests, each.failures, each.errors) for each in suites] == [
        ("broken", 1, 0, 1),
        ("calm", 1, 0, 0),
        ("gone", 1, 1, 0),
    ]


def test_one_stack_that_cannot_be_read_still_has_its_metric(repository: Shell) -> None:
    ran = repository.run("drift", "repo/broken", repository.world, "--format", "prometheus")
    assert ran.code == 1
    assert 'reconciler_drift_checked{stack="broken"} 0.0\n' in ran.out


@pytest.mark.parametrize("arguments", [["--target", "projects.main"], ["--json"]])
def test_what_makes_no_sense_for_many_is_refused(repository: Shell, arguments: list[str]) -> None:
    assert "--recursive goes with neither" in drift(repository, *arguments).err


def test_nothing_is_printed_while_the_last_report_holds_and_the_exit_code_says_what_is_so(repository: Shell) -> None:
    first = drift(repository, "--since", "last.json")
    again = drift(repository, "--since", "last.json")
    assert "projects.main is missing" in first.out
    assert (again.code, again.out) == (1, "")
    assert "error" not in again.err
    repository.edit("repo/broken/stack.yaml", "projekts:", "projects:")
    back = drift(repository, "--since", "last.json")
    assert back.code == 2
    assert "  no longer: it could not be looked at (unknown-key)\n" in back.out
    assert "Since the last report: 0 new, 1 still there, 0 gone.\n" in back.out
    assert drift(repository, "--since", "last.json", "--format", "json").out == ""


def test_a_file_that_programs_read_whole_is_written_each_time(repository: Shell) -> None:
    ran = [drift(repository, "--since", "last.json", "--format", "prometheus") for _ in range(2)]
    assert all('reconciler_drift_checked{stack="broken"} 0.0\n' in each.out for each in ran)
    assert ["projekts" in each.err for each in ran] == [True, False]


def test_a_damaged_file_means_a_report(repository: Shell) -> None:
    drift(repository, "--since", "last.json")
    repository.write("last.json", "{")
    ran = drift(repository, "--since", "last.json")
    assert "last.json could not be read (it is no record of a report), so everything is reported." in ran.err
    assert "projects.main is missing" in ran.out
    assert drift(repository, "--since", "last.json").out == ""


def test_stacks_that_are_looked_at_one_by_one_may_share_a_file(repository: Shell) -> None:
    ran = [
        repository.run("drift", f"repo/{name}", repository.world, "--since", "last.json")
        for name in ("calm", "gone", "calm", "gone")
    ]
    assert [(each.code, bool(each.out)) for each in ran] == [(0, True), (2, True), (0, False), (2, False)]


def test_what_cannot_be_remembered_is_no_quiet_success(repository: Shell) -> None:
    ran = repository.run("drift", "repo/calm", repository.world, "--since", "none/last.json")
    assert (ran.code, "No drift." in ran.out) == (1, True)
    assert "report-not-kept" in ran.err
    assert repository.run("drift", "repo/gone", repository.world, "--since", "none/last.json").code == 2


def test_a_missing_token_is_told_for_each_stack_and_new_when_it_is_back(repository: Shell) -> None:
    text = repository.run("drift", "repo", "--recursive", "--format", "prometheus").out
    assert [each for each in text.splitlines() if each.startswith("reconciler_drift_checked{")] == [
        f'reconciler_drift_checked{{stack="{name}"}} 0.0' for name in ("broken", "calm", "gone")
    ]
    assert repository.run("drift", "repo/calm", "--since", "last.json").code == 1
    back = repository.run("drift", "repo/calm", repository.world, "--since", "last.json")
    assert "  no longer: it could not be looked at (no-token)\n" in back.out


def test_a_part_of_a_stack_is_not_remembered(repository: Shell) -> None:
    ran = repository.run("drift", "repo/calm", "--since", "last.json", "--target", "projects.main")
    assert "--since remembers whole stacks" in ran.err


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # apprise's mail service
class TestNotifications:
    @pytest.fixture
    def hook(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
        with receiver() as found:
            monkeypatch.setenv("RECONCILER_NOTIFY_URLS", found.url)
            yield found

    def test_a_message_is_sent_once_and_again_when_something_is_new(self, repository: Shell, hook: Receiver) -> None:
        for _ in range(2):
            assert drift(repository, "--since", "last.json", "--notify").code == 1
        assert [each["title"] for each in hook.got] == ["Drift: 1 of 3 stacks, 1 could not be looked at"]
        assert "is missing, disruptive" in hook.last
        repository.edit("repo/broken/stack.yaml", "projekts:", "projects:")
        drift(repository, "--since", "last.json", "--notify")
        assert len(hook.got) == 2

    def test_without_drift_nothing_is_sent(self, repository: Shell, hook: Receiver) -> None:
        assert repository.run("drift", "repo/calm", repository.world, "--notify").code == 0
        assert hook.got == []

    def test_what_was_not_taken_is_told_and_sent_by_the_next_run(self, repository: Shell, hook: Receiver) -> None:
        hook.status = 503
        arguments = ("drift", "repo/gone", repository.world, "--since", "last.json", "--notify")
        ran = repository.run(*arguments)
        assert ran.code == 2
        assert "not-notified" in ran.err
        assert "canary" not in ran.out + ran.err
        hook.status = 200
        assert (repository.run(*arguments).code, len(hook.got)) == (2, 2)
        assert (repository.run(*arguments).code, len(hook.got)) == (2, 2)

    def test_where_only_the_message_fails_the_command_does_too(self, repository: Shell, hook: Receiver) -> None:
        repository.run("drift", "repo/gone", repository.world, "--since", "last.json")
        repository.run("apply", "repo/gone", repository.world, "--yes")
        hook.status = 503
        assert repository.run("drift", "repo/gone", repository.world, "--since", "last.json", "--notify").code == 1

    def test_a_missing_token_is_sent_too(self, repository: Shell, hook: Receiver) -> None:
        assert repository.run("drift", "repo/calm", "--notify").code == 1
        assert "no-token" in hook.last

    def test_the_urls_may_stand_in_a_file(self, repository: Shell, hook: Receiver) -> None:
        repository.write("hooks", f"# ours\n\n{hook.url}/file\n")
        repository.run("drift", "repo/gone", repository.world, "--notify-config", "hooks")
        assert [each["path"] for each in hook.got] == ["/hook/canary-path-4711/file"]

    def test_no_url_and_no_library_are_told_before_anything_is_read(
        self, repository: Shell, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ran = repository.run("drift", "repo/gone", repository.world, "--notify")
        assert (ran.code, "no-notification-url" in ran.err, ran.out) == (1, True, "")
        monkeypatch.setenv("RECONCILER_NOTIFY_URLS", "json://127.0.0.1/canary-path")
        monkeypatch.setitem(sys.modules, "apprise", None)
        monkeypatch.delitem(sys.modules, "reconciler.app.notify", raising=False)
        ran = repository.run("drift", "repo/gone", repository.world, "--notify")
        assert "no-apprise" in ran.err
        assert "= help: pip install apprise\n" in ran.err


def test_a_plain_drift_does_not_load_what_sends_messages(repository: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    monkeypatch.delitem(sys.modules, "reconciler.app.notify", raising=False)
    assert repository.run("drift", "repo/calm", repository.world).code == 0
