"""What a person is told of objects that no resource claimed: twins, lookalikes, hidden marks, what is left behind."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.diagnostics import Place, error, warning
from reconciler.model.live import LiveObject, Phase, Status
from reconciler.model.plan import Action

from .leftovers import BATCH, OUTLIVED, PROJECT, REQUEST, WEB, P, declared, rest, thing

VLAN = f"{P}.vlans.v"
WORKING = Status(Phase.WORKING)


class TestTwins:
    HINT = "if it is yours, take its tag `reconciler:...` off; if it is not needed, delete it"

    def machine(self, identifier: str, name: str = "web", memo: str = "") -> LiveObject:
        given = {"userdata": memo} if memo else {}
        return thing("device", identifier, WEB, memo=given, values={"hostname": name}, label=name)

    def summary(self, name: str, identifier: str, doubt: str) -> str:
        return f"device {name} ({identifier}) carries the mark of {WEB} too, and is left alone: {doubt}"

    def test_each_is_told_with_why_it_may_be_somebody_elses(self) -> None:
        web = declared(WEB, self.machine("d1"), line=7)
        found = rest(PROJECT, web, self.machine("d2", "clone"), self.machine("d3"), self.machine("d4", memo="abc"))
        assert found.twins() == [
            warning("twin", summary, address=WEB, place=Place("stack.yaml", 7), hint=self.HINT)
            for summary in (
                self.summary("clone", "d2", "it has another hostname"),
                self.summary("web", "d4", "its memo is another one"),
            )
        ]

    def test_of_what_is_not_declared_without_a_line(self) -> None:
        (told,) = rest(PROJECT, self.machine("d1"), self.machine("d2", memo="abc")).twins()
        summary = self.summary("web", "d2", "its memo is another one")
        assert told == warning("twin", summary, address=WEB, hint=self.HINT)

    def test_one_that_is_ours_is_none(self) -> None:
        assert rest(PROJECT, declared(WEB, self.machine("d1")), self.machine("d2")).twins() == []


class TestLookalikes:
    def machine(self, identifier: str = "d1", name: str = "web", mark: str = "", parent: str = "p1") -> LiveObject:
        return thing("device", identifier, mark, parent, values={"hostname": name}, label=name)

    def test_a_machine_of_the_same_name_without_a_mark_may_be_the_one(self) -> None:
        web = declared(WEB, line=7)
        others = (declared(f"{P}.devices.api"), declared(f"{P}.ssh_keys.web"), declared(f"{P}.devices.db", line=9))
        found = rest(PROJECT, *others, web, self.machine(), self.machine("d2"), self.machine("d3", "db"))
        assert found.lookalikes() == [
            warning(
                "lookalike",
                f"device {name} ({identifier}) looks like {address} with its mark taken off",
                address=address,
                place=Place("stack.yaml", line),
                hint=f"give it the tag `reconciler:shop:{address}` again, or rename or delete it",
            )
            for name, identifier, address, line in (
                ("db", "d3", f"{P}.devices.db", 9),
                ("web", "d1", WEB, 7),
                ("web", "d2", WEB, 7),
            )
        ]

    @pytest.mark.parametrize(
        "live",
        [{"name": "db"}, {"mark": f"{P}.devices.other"}, {"parent": "p9"}],
        ids=["another name", "a mark", "another project"],
    )
    def test_another_one_is_none(self, live: dict[str, str]) -> None:
        assert rest(PROJECT, declared(WEB), self.machine(**live)).lookalikes() == []

    def test_what_nobody_would_know_by_its_looks_is_none(self) -> None:
        assert rest(PROJECT, declared(VLAN), thing("vlan", "v1")).lookalikes() == []
        assert rest(PROJECT, declared(WEB, hostname=None), self.machine(name="")).lookalikes() == []

    @pytest.mark.parametrize("action", [each for each in Action if each is not Action.CREATE])
    def test_only_what_is_created_is_compared(self, action: Action) -> None:
        web = declared(WEB, self.machine("d0", mark=WEB), action)
        other = declared(f"{P}.devices.other", hostname="web")
        found = rest(PROJECT, web, other, self.machine()).lookalikes()
        assert [each.address for each in found] == [f"{P}.devices.other"]


class TestMarksNotShown:
    ABSENT = "nothing is created or destroyed beside it, since absent cannot be told from not shown"
    MADE = "it is still being made: run this again when it is done"

    def hidden(self, identifier: str = "d1", kind: str = "device", **more: Any) -> LiveObject:
        return thing(kind, identifier, **{"label": "web", "mark_missing": "tags", **more})

    def test_nothing_is_created_beside_what_may_be_ours(self) -> None:
        found = rest(PROJECT, declared(WEB), thing("device", "d0"), self.hidden(), self.hidden("d2"))
        summary = "device web (d1) is shown without `tags`, so nobody can tell whether it is ours"
        assert found.marks_not_shown(False) == [error("mark-not-shown", summary, hint=self.ABSENT)]

    def test_of_what_is_still_made_it_may_yet_show(self) -> None:
        (told,) = rest(PROJECT, declared(WEB), self.hidden(status=WORKING)).marks_not_shown(False)
        assert told.hint == self.MADE

    @pytest.mark.parametrize("action", list(Action))
    def test_a_replacement_creates_too(self, action: Action) -> None:
        web = declared(WEB, thing("device", "d0", WEB), action)
        assert bool(rest(PROJECT, web, self.hidden()).marks_not_shown(False)) is action.creates

    def test_what_is_created_elsewhere_or_of_another_kind_is_no_matter(self) -> None:
        for there in (self.hidden(parent="p2"), self.hidden("v1", "vlan")):
            assert rest(PROJECT, declared(WEB), there).marks_not_shown(False) == []

    def test_destroying_does_not_go_on_beside_any(self) -> None:
        found = rest(PROJECT, self.hidden(), self.hidden("d2", parent="p2"), self.hidden("v1", "vlan"))
        assert [each.summary.partition(")")[0] for each in found.marks_not_shown(True)] == [
            "device web (d1",
            "device web (d2",
            "vlan web (v1",
        ]
        assert found.marks_not_shown(False) == []

    def test_what_is_known_by_its_key_needs_no_mark(self) -> None:
        session = self.hidden("s1", "bgp_session", parent="d1")
        assert rest(PROJECT, session).marks_not_shown(True) == []


class TestLeftBehind:
    AT = f"{P}.device_batches.b"
    HINT = "delete them, or take their tag `reconciler:...` off to keep them; then run this again"

    def machines(self, count: int, at: str = AT, first: int = 1) -> list[LiveObject]:
        return [thing("device", f"d{number}", at, label=f"w-{number}") for number in range(first, first + count)]

    def test_what_is_made_again_beside_its_machines_is_told_with_five_of_them(self) -> None:
        batches = [declared(f"{P}.device_batches.{name}", line=line, **BATCH) for name, line in (("b", 7), ("c", 9))]
        plain = thing("device", "d0", WEB)
        there = [plain, *self.machines(6), *self.machines(1, f"{P}.device_batches.c", 7)]
        five = ", ".join(f"device w-{number} (d{number})" for number in range(1, 6))
        assert rest(PROJECT, *batches, *there).left_behind() == [
            warning("left-behind", summary, address=str(each.address), place=each.place, hint=self.HINT)
            for each, summary in zip(
                batches,
                [
                    f"{self.AT} is gone, and 6 that it made are still there: {five}",
                    f"{P}.device_batches.c is gone, and 1 that it made are still there: device w-7 (d7)",
                ],
                strict=True,
            )
        ]

    def test_what_is_there_or_not_to_be_made_again_left_none(self) -> None:
        batch = thing("device_batch", "b1", self.AT, attributes={"devices": []})
        assert rest(PROJECT, declared(self.AT, batch, **BATCH), *self.machines(1)).left_behind() == []
        assert rest(PROJECT, *self.machines(1)).left_behind() == []

    def test_what_was_to_be_left_is_no_matter(self) -> None:
        at = f"{P}.spot_market_requests.r"
        request = declared(at, **REQUEST)
        assert rest(PROJECT, request, thing("device", "d1", at, memo=OUTLIVED)).left_behind() == []
        assert len(rest(PROJECT, request, thing("device", "d1", at)).left_behind()) == 1
