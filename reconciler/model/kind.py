"""What a resource kind is: its YAML spec, its identity, how it is listed, what a change does, and its API calls.

A kind is pure. It describes calls and reads answers; it never sends anything. One file in `reconciler/kinds/` is one
kind, and it never imports another. The engine treats all kinds alike through this class and knows none by name.
"""

from __future__ import annotations

import types
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, ClassVar, Final, get_args

from pydantic import ValidationError

from reconciler.model.effect import Effect
from reconciler.model.live import LiveObject
from reconciler.model.mark import Mark, memo_digest, remember_tags
from reconciler.model.offers import Offers
from reconciler.model.price import Charge
from reconciler.model.rules import (
    CreateOnly,
    Field,
    FromKey,
    Refers,
    Replace,
    Rule,
    Secret,
    Update,
    WriteOnce,
)
from reconciler.model.spec import FieldError, Spec, excused, field_error, read_fields
from reconciler.model.stock import Machines
from reconciler.wire import Call, Listing, Rejected

ID: Final = "id"
"""The attribute that every object has."""
_NOTHING: Mapping[str, str] = types.MappingProxyType({})


class Form(StrEnum):
    """How a section of this kind is written in the YAML."""

    MAP = "map"  # `devices: {web: {...}}`
    SINGLETON = "singleton"  # `bgp_config: {...}`


class Verb(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    RELEASE = "release"  # the first half of an update: it lets go of what it held, before anything relies on that
    AWAIT = "await"  # an earlier run made it, and it is not ready yet
    MOVE = "move"  # its mark is to say the address that it has now
    CHECK = "check"  # whether it does its work is proved, and a pause let go by, before others are changed
    NOTE = "note"  # its mark is to remember what will be made under it, so that later runs look there
    JOIN = "join"  # no action: a point where several steps meet, so that the graph stays small


class Verdict(StrEnum):
    """What a rejection means for a step."""

    FAILED = "failed"
    DONE = "done"  # it is already as wanted
    LATER = "later"  # it clears by itself: wait and send it again
    NEXT = "next"  # this one cannot be had: try the next alternative, and all of them again later


class Look(StrEnum):
    """Where a kind's objects are looked for."""

    ALWAYS = "always"
    USED = "used"  # where the stack names their section, or the owner's mark remembers that it once did
    NAMED = "named"  # where the stack names their section: elsewhere they are nobody's business


@dataclass(frozen=True, slots=True)
class Wish:
    """Everything a call needs: checked `values`, the `mark` to write, the id of the parent object (None at the top),
    and `owner_id`, the object whose collection will list it (the project of a device's session). `on_change` says, by
    field, what the user chose to happen when it changes (`reinstall`). `sent` are the calls of this very change that
    were accepted already, for calls whose effect the object does not show.
    """

    values: Mapping[str, Any]
    mark: Mark
    parent_id: str | None = None
    owner_id: str | None = None
    on_change: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    sent: tuple[Call, ...] = ()


class Kind(ABC):
    """One kind of resource.

    `section` is its key in the YAML, `parents` the kinds it may stand in ("" = the top of the stack),
    `listed_under` the kinds whose objects own its collections ("" = the account). `uses` are kinds that have to
    outlive this one; `follows` are kinds whose creates in the same project (or at the top) come before this one's,
    since the API takes them into account without being told. `marked` says whether objects carry an ownership mark; the
    others are known by parent and natural key.
    `key_field` is the field that the YAML key gives: always when its rule is FromKey, else as a default.
    `scalar_field` is the field that a bare value stands for (`vip: ${{ ... }}`); `list_form` allows a list of keys.
    `outputs` names the attributes that expressions may read, each with a line of explanation; `secret_outputs` are
    those that must not be shown.
    `removed_with_parent` says that the API removes it with its parent, so that no call of ours is needed then.

    `standing` says that it is a `StandingKind` (`model.standing`). `stepwise` kinds need several calls for a change,
    each decided by what the object looks like after the one before (`calls`). `after_siblings` are kinds whose changes
    in the same parent come before this one's. `releases` says that an update first lets go of what other objects wait
    for (`release`).
    """

    name: ClassVar[str]
    section: ClassVar[str]
    parents: ClassVar[tuple[str, ...]]
    spec: ClassVar[type[Spec]]
    listed_under: ClassVar[tuple[str, ...]]
    summary: ClassVar[str]
    form: ClassVar[Form] = Form.MAP
    uses: ClassVar[tuple[str, ...]] = ()
    local_uses: ClassVar[tuple[str, ...]] = ()
    """Kinds whose objects are of use in their own facility only, which has to be that of the device around this."""
    follows: ClassVar[tuple[str, ...]] = ()
    marked: ClassVar[bool] = True
    mark_field: ClassVar[str] = ""
    """The field that holds the mark, where an update can set it; `mark_stays` says why none can, where it cannot."""
    mark_stays: ClassVar[str] = ""
    key_field: ClassVar[str | None] = None
    scalar_field: ClassVar[str | None] = None
    list_form: ClassVar[bool] = False
    adoptable: ClassVar[bool] = False
    """Whether `existing: <uuid or name>` is allowed."""
    existing_by: ClassVar[tuple[str, ...]] = ("uuid", "name")
    """What `existing` names one by (`known_as`); with "number" among it, a bare number too."""
    outputs: ClassVar[Mapping[str, str]] = {}
    secret_outputs: ClassVar[frozenset[str]] = frozenset()
    free_data: ClassVar[frozenset[str]] = frozenset({"userdata", "customdata"})
    """Fields into which users put what they like, secrets too. Where no declaration tells whether they did, as of an
    object that is deleted, they are not shown.
    """
    standing: ClassVar[bool] = False
    stepwise: ClassVar[bool] = False
    after_siblings: ClassVar[tuple[str, ...]] = ()
    releases: ClassVar[bool] = False
    choices: ClassVar[Mapping[str, frozenset[str]]] = {}
    """What `lifecycle.on_change` may say of a field besides what its rule allows."""
    looked_for: ClassVar[Look] = Look.ALWAYS
    remembers: ClassVar[bool] = False
    """Whether its mark also tells later runs what the stack has at the top."""
    personal: ClassVar[bool] = False
    """Whether its collection at the top is the user's own: a project's token may not read it, and needs it not."""
    makes: ClassVar[tuple[str, ...]] = ()
    """Kinds whose objects carry this one's mark because it made them (the devices of a batch): they stand and fall with
    it, and are neither strangers nor unwanted while it is there.
    """
    removed_with_parent: ClassVar[bool] = False
    deletable: ClassVar[bool] = True
    holds_others: ClassVar[bool] = False
    """Whether deleting it would take strangers' objects along: such an object is kept while strangers live in it."""
    offered: ClassVar[frozenset[str]] = frozenset()
    """The fields that `check_offers` reads, of this kind and of those that stand in it."""
    beside: ClassVar[frozenset[str]] = frozenset()
    """The kinds that `check_beside` looks at: of the parent, of siblings."""
    reread_after_create: ClassVar[bool] = False
    """Whether the answer to a create does not show the object, so that its collection is read again."""
    waits: ClassVar[bool] = False
    """Whether creates and deletes go on after the answer, so that the collection is polled."""
    gone_at_once: ClassVar[bool] = False
    """Of a kind that waits: whether that holds for its creates only."""
    ends: ClassVar[str] = ""
    """The field that says when the platform takes an object away by itself."""
    precious: ClassVar[bool] = False
    """Whether it costs money by the hour or holds data, so that deletes of many are paced."""
    create_impact: ClassVar[str] = ""
    """What a create does besides, for the plan: it takes something from elsewhere."""
    replace_impact: ClassVar[str] = ""
    """What a replacement costs the user, for the plan."""
    reached_at: ClassVar[Mapping[str, str]] = {}
    """Of machines, over a group of which a change can be rolled: the attribute with its `public` address, and that with
    its `private` one.
    """
    vouches: ClassVar[bool] = False
    """Whether its objects show if the machine that they stand in does its work (`vouched`): BGP sessions."""
    gives_access: ClassVar[bool] = False
    """Whether such an object lets somebody in: a key, a person."""
    guarded: ClassVar[frozenset[str]] = frozenset()
    """Fields that decide who gets in, what a machine boots, or whether it can be deleted."""
    create_effect: ClassVar[Effect] = Effect.NONE
    """What making one does to the machine in which it is made, where that runs already."""
    replace_effect: ClassVar[Effect] = Effect.REPLACE
    delete_effect: ClassVar[Effect] = Effect.DESTROY
    create_seconds: ClassVar[float] = 60.0
    delete_seconds: ClassVar[float] = 60.0

    fields: ClassVar[Mapping[str, Field]]
    nullable: ClassVar[frozenset[str]] = frozenset()
    """Fields whose type has a null."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "spec" in cls.__dict__:
            cls.fields = types.MappingProxyType(read_fields(cls.name, cls.spec))
            cls.nullable = frozenset(
                name for name, info in cls.spec.model_fields.items() if type(None) in get_args(info.annotation)
            )

    @cached_property
    def attributes(self) -> frozenset[str]:
        """What expressions may read of an object of this kind."""
        return frozenset({*self.fields, *self.outputs, ID})

    def hides(self, attribute: str) -> bool:
        """Whether an attribute is not to be shown, whatever its value is."""
        field = self.fields.get(attribute)
        return attribute in self.secret_outputs or (field is not None and field.secret)

    # reading

    @abstractmethod
    def listing(self, owner_id: str | None) -> Listing:
        """The collection that holds this kind's objects under one owner (None = the account)."""

    def listings(self, owner_id: str | None) -> tuple[Listing, ...]:
        """All collections that show this kind's objects; more than one where the API keeps them apart."""
        return (self.listing(owner_id),)

    @abstractmethod
    def read(self, body: Mapping[str, Any], owner_id: str | None) -> Iterable[LiveObject]:
        """The objects in one item of the collection (usually one; a device's item holds its addresses too)."""

    def none_in(self, owner: LiveObject) -> bool:
        """Whether the owner's own item shows that none of this kind's objects is in it (`LiveObject.none_inside`): its
        collection need not be read then, when the stack names none either.
        """
        return False

    def read_answer(self, body: Any, wish: Wish) -> LiveObject | None:
        """The object in the answer to a create or update; None when the answer does not show it."""
        if not isinstance(body, Mapping) or not body.get("id"):
            return None
        return next(iter(self.read(body, wish.owner_id)), None)

    def regard(self, values: Mapping[str, Any], live: LiveObject) -> LiveObject:
        """The object in the light of what is declared: a request that is to have machines is not ready without them."""
        return live

    def foretell(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Attributes that are certain before the create: the declared values, less those that the API may choose."""
        return values

    def gathered(self, objects: Sequence[LiveObject]) -> Sequence[LiveObject]:
        """The objects of all that was read of this kind at once, where one item does not tell all of an object."""
        return objects

    # checking

    def check(
        self, values: Mapping[str, Any], partial: frozenset[str] = frozenset()
    ) -> Mapping[str, Any] | list[FieldError]:
        """Checked and normalised values, or everything that is wrong with them.

        `partial` are declared fields whose values are not known yet; they count as present. Null is as if the field
        were not declared, unless it can be emptied.
        """
        if None in values.values():
            values = {name: value for name, value in values.items() if value is not None or self._clears(name)}
        try:
            model = self.spec.model_validate(dict(values))
        except ValidationError as problem:
            found = [
                each
                for each in map(field_error, problem.errors())
                if each.path[:1] != () and not excused(each, partial)
            ]
            found += [each for each in map(field_error, problem.errors()) if each.path == ()]
            if found:
                return found
            return values
        given = model.model_dump(exclude_unset=True)
        return self.check_meaning(given, partial) or given

    def ways(self, name: str) -> frozenset[str]:
        """What `lifecycle.on_change` may say of a field."""
        rule = self.fields[name].rule
        usual: Mapping[type[Rule], frozenset[str]] = {
            Update: frozenset({"update", "replace", "ignore"}),
            Replace: frozenset({"replace", "ignore"}),
            CreateOnly: frozenset({"replace", "ignore"}),
            WriteOnce: frozenset({"ignore"}),
        }
        return usual.get(type(rule), frozenset()) | self.choices.get(name, frozenset())

    def _clears(self, name: str) -> bool:
        """Whether null empties a field. Where nothing can be emptied, null says that the field is not declared."""
        rule = self.fields[name].rule if name in self.fields else None
        return isinstance(rule, Update) and rule.clears and name in self.nullable

    def check_meaning(self, values: Mapping[str, Any], partial: frozenset[str]) -> list[FieldError]:
        """Errors that no single field shows (a public block without a facility)."""
        return []

    def check_beside(
        self, values: Mapping[str, Any], around: Mapping[str, Sequence[Mapping[str, Any]]]
    ) -> list[FieldError]:
        """Errors that show only beside others: `around` are the known values of the parent and of siblings, by
        kind, of the kinds in `beside`. Items of a list that need another resource are `Unknown`.
        """
        return []

    def check_together(self, siblings: Sequence[Mapping[str, Any]]) -> Iterable[tuple[int, FieldError]]:
        """Errors that all objects of this kind in one parent make together, each with the place in `siblings` of the
        one that it is said of: numbers that are taken, quotas. Groups' own are among them.
        """
        return ()

    def check_offers(
        self, offers: Offers, values: Mapping[str, Any], parent: Mapping[str, Any]
    ) -> Iterable[FieldError]:
        """What cannot be had as asked for, by what is offered. `values` are the known ones of `offered`, and `parent`
        those of the parent's `offered`.
        """
        return ()

    def charges(self, values: Mapping[str, Any]) -> tuple[Charge, ...]:
        """What is billed by the hour for an object with these values, live or wanted; a value may be `Unknown`, and one
        that is absent is not known. Nothing for a kind that costs nothing by itself.
        """
        return ()

    def takes(self, values: Mapping[str, Any], partial: frozenset[str] = frozenset()) -> Machines | None:
        """The machines that a create with these values takes, or that a live object with them holds. None when it takes
        none, or when that is not known: `partial` are fields whose values are not known yet.
        """
        return None

    def history(self, live: LiveObject) -> Listing | None:
        """What happened to a live object, by the API; None where it keeps no such list for one object."""
        return None

    def maker(self, live: LiveObject, events: Sequence[Mapping[str, Any]]) -> str:
        """The name of whoever made a live object, by its `history`; empty where that does not tell."""
        return ""

    def machine_ids(self, live: LiveObject) -> frozenset[str]:
        """The devices that are a live object: itself, or those that it is made of."""
        return frozenset({live.id})

    def brings(self, values: Mapping[str, Any]) -> frozenset[str]:
        """The uuids (in lower case) of reserved machines that a create brings into its project."""
        return frozenset()

    def check_quota(
        self, standing: Sequence[Mapping[str, Any]], created: Sequence[Mapping[str, Any]]
    ) -> Iterable[tuple[int, FieldError]]:
        """What is against creating these objects in a project where, when all is done, those others stand: whoever made
        them. Each with the place in `created` of the one that it is said of. Only what `check_together` cannot see.
        """
        return ()

    def doubts(self, values: Mapping[str, Any]) -> Iterable[FieldError]:
        """What is allowed and hardly meant: warnings."""
        return ()

    # identity

    def natural_key(self, values: Mapping[str, Any]) -> str:
        """What tells the object from its siblings without a mark. Empty when not known yet, or when nothing does."""
        return ""

    def known_as(self, live: LiveObject, name: str) -> bool:
        """Whether an object is the one that `existing: NAME` means, besides by its uuid."""
        return live.label == name

    def claims(self, values: Mapping[str, Any], parent_id: str | None) -> frozenset[str]:
        """What only one object of this kind can have at a time (an address, a public key), by names of the kind's own
        choosing. Whoever gives it up does so before the next one takes it.
        """
        return frozenset()

    def memo(
        self, values: Mapping[str, Any], born: Mark | None = None, on_change: Mapping[str, str] = _NOTHING
    ) -> Mapping[str, str]:
        """Digests to keep in the mark: of create-only fields, and of the tags that the stack declares.

        `born` is the mark of an object that exists: what was used at its create stays as it was, and so do entries
        that the kind itself keeps (`unfinished`).
        """
        kept = dict(born.memo) if born is not None else {}
        for name, each in self.fields.items():
            rule = each.rule
            if isinstance(rule, CreateOnly) and rule.replaces and born is None and values.get(name) is not None:
                kept[name] = memo_digest(rule.remembered(values[name]))
        if "tags" in self.fields and "tags" in values:
            kept["tags"] = remember_tags(values["tags"] or ())
        return kept

    # acting

    @abstractmethod
    def create(self, wish: Wish) -> Call: ...

    def creates(self, wish: Wish) -> tuple[Call, ...]:
        """The create, and what may be sent in its place, in order of preference, when `verdict` says NEXT."""
        return (self.create(wish),)

    def look_first(self, wish: Wish) -> Call | None:
        """A GET to send before a create that may take something from others; `objection` judges the answer."""
        return None

    def objection(self, body: Mapping[str, Any], wish: Wish) -> str:
        """Why a create is not to be sent, after what `look_first` has shown; empty when nothing stands in the way."""
        return ""

    def update(self, wish: Wish, live: LiveObject, changed: frozenset[str]) -> Call:
        """A call that sets the `changed` fields to `wish.values` and leaves the others alone."""
        raise NotImplementedError(f"{self.name} has no update call")

    def calls(self, wish: Wish, live: LiveObject, changed: frozenset[str]) -> tuple[Call, ...]:
        """The calls that are left until the `changed` fields are as wished, in order. Of a stepwise kind only the first
        is sent; then the object is read again (`reread`) and the question is asked anew, until nothing is left.
        """
        return (self.update(wish, live, changed),) if changed else ()

    def release(self, wish: Wish, live: LiveObject, going: frozenset[str]) -> tuple[Call, ...]:
        """The calls that make the object let go of what is not wished, and of the objects whose ids are `going`.

        Values that are not known yet are left out of the wish: nothing is let go on their account.
        """
        return ()

    def reread(self, wish: Wish, live: LiveObject | None) -> Call:
        """A GET whose answer `read` finds the object in. Only stepwise and standing kinds need one."""
        raise NotImplementedError(f"{self.name} cannot be read by itself")

    def let_go_for(self, changed: frozenset[str]) -> frozenset[str]:
        """The kinds whose objects have to let go of this one while these fields change: they are removed before and
        made again after (a volume grows only while it is attached to nothing).
        """
        return frozenset()

    def fixed(self, live: LiveObject) -> frozenset[str]:
        """Fields that cannot be changed in this object, though they can in others of its kind: a change replaces it."""
        return frozenset()

    def undone_by(self, changed: frozenset[str], on_change: Mapping[str, str]) -> frozenset[str]:
        """The fields that an update of these sets back, so that they are set once more after it (a machine that is off
        is on after a reinstall).
        """
        return frozenset()

    def unfinished(self, values: Mapping[str, Any], live: LiveObject, on_change: Mapping[str, str]) -> frozenset[str]:
        """Fields that are as wanted in the API, but whose change was not carried through (a reinstall that is due)."""
        return frozenset()

    def delete(self, live: LiveObject) -> Call:
        raise NotImplementedError(f"{self.name} has no delete call")

    def taken_along(self, live: LiveObject) -> tuple[str, ...]:
        """The names of the machines that a delete ends besides, which are no resources of their own."""
        return ()

    def delete_impact(self, live: LiveObject) -> str:
        """What its delete takes along or leaves behind, for the plan; empty when that is only the object itself."""
        return ""

    def outlived_by(self, mark: Mark) -> bool:
        """Whether what it made was to stay when it went, by the mark that it gave to what it made."""
        return False

    def finish(self, wish: Wish, live: LiveObject) -> Call | None:
        """A second call that a create needs, for fields that only an update can set."""
        return None

    def remark(self, live: LiveObject, mark: Mark) -> Call:
        """A call that gives an object another mark and changes nothing else."""
        if not self.mark_field:
            raise NotImplementedError(f"the mark of a {self.name} cannot be changed by itself")
        wish = Wish({self.mark_field: live.values.get(self.mark_field)}, mark, live.parent_id, live.owner_id)
        return self.update(wish, live, frozenset({self.mark_field}))

    def remarks(self, live: LiveObject, mark: Mark) -> tuple[Call, ...]:
        """The same where the mark stands in several places: in each machine of a batch."""
        return (self.remark(live, mark),)

    def probe(self, identifier: str) -> Call | None:
        """A GET of one object, to tell a stale list from an object that is gone. Only kinds that wait have one."""
        return None

    def looks(self, values: Mapping[str, Any]) -> str:
        """What a person would know it by. An unmarked object that looks like one to be created may be that one with its
        mark taken off, and a second one costs money. Empty where a second one does no harm.
        """
        return ""

    def ailment(self, values: Mapping[str, Any], live: LiveObject) -> str:
        """Why a machine does not do its work, by its state and what is declared; empty when it is as wanted."""
        return ""

    def rests(self, values: Mapping[str, Any]) -> bool:
        """Whether a machine is declared to be off, so that nothing but its state can be asked of it."""
        return False

    def vouched(self, live: LiveObject) -> str:
        """Why an object (`vouches`) does not show that its machine does its work; empty when it does."""
        return ""

    def verdict(self, verb: Verb, rejected: Rejected) -> Verdict:
        """What a rejection of a step means. The engine handles 404 on delete (done) by itself."""
        return Verdict.FAILED

    def advice(self, verb: Verb, rejected: Rejected) -> str:
        """What to do about a rejection whose own text does not say it, in one line; empty where nothing is known."""
        return ""


def natural_key_by_name(kind: Kind, name: str) -> str:
    """The natural key of an object that carries no mark, where its address says it; empty where it does not."""
    if kind.marked or kind.standing:
        return ""
    if kind.form is Form.SINGLETON:
        return kind.natural_key({})
    given = kind.key_field is not None and isinstance(kind.fields[kind.key_field].rule, FromKey)
    return kind.natural_key({kind.key_field or "": name}) if given else ""


__all__ = [
    "ID",
    "CreateOnly",
    "Field",
    "FieldError",
    "Form",
    "FromKey",
    "Kind",
    "Refers",
    "Replace",
    "Rule",
    "Secret",
    "Spec",
    "Update",
    "Verb",
    "Verdict",
    "Wish",
    "WriteOnce",
]
