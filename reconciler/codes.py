"""Every code that a diagnostic can have, what it means and the way out. Codes are stable: people grep and link them.

`reconciler explain CODE` prints an entry, and docs/errors.md has them all with an example each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Page:
    """`meaning` says what is wrong, `way_out` what to do next; a sentence or two each."""

    meaning: str
    way_out: str


CODES: Final[Mapping[str, Page]] = MappingProxyType(
    {
        "alias-limit": Page(
            "YAML aliases expand to more than a stack can need.",
            "Write the repeated part as a local, or with `count` and `for_each`.",
        ),
        "ambiguous-existing": Page(
            "Several objects have the name that `existing` gives.",
            "Use the uuid of one of them; the message lists them.",
        ),
        "ambiguous-scalar": Page(
            "A bare word that older YAML readers take for a boolean or a number stands where text is meant.",
            "Put it in quotes. A boolean is `true` or `false`.",
        ),
        "another-facility": Page(
            "A resource would be used by a machine in another facility, where it is of no use.",
            "Give both the same facility, or reserve a global address.",
        ),
        "answer-not-understood": Page(
            "The API answered with something that has not the form of its answers.",
            "Nothing was changed. Look whether --api-url names a Packet API; if so, report it with the message.",
        ),
        "api": Page(
            "The API refused a call that a command was asked to send.",
            "The message is the API's own. Nothing else was sent.",
        ),
        "api-unreachable": Page(
            "No connection to the API, or none that lasted.",
            "Check --api-url (or PACKET_API_URL) and the network. Nothing was changed.",
        ),
        "audit-incomplete": Page(
            "A run is done, and a part of what it did could not be written into the audit log that was asked for.",
            "The account is as the report says. Keep that, and free the place before the next run.",
        ),
        "bad-address": Page(
            "An address of a resource that is none, or that the stack does not have.",
            "Write it as the plan does, in quotes for the shell: `'projects.edge.devices.web[0]'`.",
        ),
        "bad-character": Page(
            "A control or bidirectional character could hide what the file says.",
            "Delete it, or write it as an escape in a quoted text.",
        ),
        "bad-encoding": Page(
            "The file is not UTF-8 text.",
            "Save it as UTF-8, without a byte order mark in the middle.",
        ),
        "bad-hostname": Page(
            "A hostname with characters that a hostname cannot have.",
            "Letters, digits, dots and dashes; the hint has one that would do.",
        ),
        "bad-key": Page(
            "A mapping key that is no text, or that holds an expression.",
            "Keys are plain text. Use `for_each` where names are to be computed.",
        ),
        "bad-move": Page(
            "An entry of `moved` that leads nowhere, or that two entries disagree about.",
            "The old address is one that the file has no more, the new one is declared.",
        ),
        "bad-name": Page(
            "A name with characters that an address cannot have.",
            "Letters, digits, `-` and `_`. The object's own name is a field of its own.",
        ),
        "bad-path": Page(
            "A path of a generated file that is not below the folder of generated files.",
            "A relative path without `..`: `hosts/a.ini`. `--files` says where the folder is.",
        ),
        "bad-tag": Page(
            "A YAML tag; the stack language has no use for them.",
            "Take the tag away.",
        ),
        "broken-expression": Page(
            "An expression that cannot be parsed, or that failed while it was evaluated.",
            "The caret is where it happened. `reconciler explain unknown-filter` and docs/functions.md list "
            "what there is.",
        ),
        "broken-policy": Page(
            "A rule of a policy file cannot be asked: its expression fails, or comes to no true or false.",
            "The message says what is missing. docs/policies.md lists what `change` and `plan` have.",
        ),
        "cannot-replace": Page(
            "An object that can only be replaced with what it stands in.",
            "Use `--replace` on the address that the message names.",
        ),
        "conflicting-keys": Page(
            "Two keys of one block that exclude each other.",
            "Take one of them away.",
        ),
        "cost-not-known": Page(
            "The stack limits what it may cost (`max_cost_per_hour`), and what it would cost after the plan is not "
            "known: the price list could not be read, or has no price for what the message names.",
            "Use a token that may read `GET /plans`, or lift the rail for these addresses by a waiver under `rails`.",
        ),
        "cycle": Page(
            "Resources that wait for each other, so that none can be first.",
            "Take one of the references out; the message shows the way around.",
        ),
        "derive-key-missing": Page(
            "A secret is to be derived, and there is no key to derive it from.",
            "Set RECONCILER_DERIVE_KEY to a secret of 16 characters or more, and keep it: another key gives "
            "other secrets.",
        ),
        "doubtful-asn": Page(
            "A warning: an AS number that its kind of BGP hardly wants.",
            "Local BGP takes a private number such as 65000, global BGP your own.",
        ),
        "duplicate-address": Page(
            "Two blocks, or two generated files, with one address.",
            "Give one of them another name.",
        ),
        "duplicate-key": Page(
            "One key twice in a mapping, or one item twice in a `for_each`.",
            "Take one away.",
        ),
        "empty-stack": Page(
            "A stack without resources, which would destroy everything that it owns.",
            "Check the path. To remove everything on purpose, use `reconciler destroy`.",
        ),
        "ends-by-itself": Page(
            "The API shows a time at which the platform will delete the object by itself, and the stack does not say "
            "that time: somebody set it in the portal, it is a default, or the spot market has taken the machine back.",
            "If it is meant, set the field (`termination_time`) in the stack. If not, find out who set it, and replace "
            "the machine in time.",
        ),
        "existing-fields": Page(
            "Fields are written on a resource that is only looked up.",
            "What exists is never changed: only sections inside of it may follow. With an expression that "
            "may come to null, the fields are for that case.",
        ),
        "existing-not-found": Page(
            "Nothing has the uuid or the name that `existing` gives.",
            "The message lists what the token can see.",
        ),
        "expired": Page(
            "The `expires` or `ttl` of a stack or a project is over: nothing is made in it any more.",
            "Say a later time if it is still needed. If not, `reconciler reap` or `reconciler destroy` removes it.",
        ),
        "expression-limit": Page(
            "An expression or template is too long, takes too long, or makes too much.",
            "Split it into locals, or hand the data in by a file.",
        ),
        "file-exists": Page(
            "`init` would write over a file that is there.",
            "Name another folder, or move the file away.",
        ),
        "file-not-written": Page(
            "A generated file could not be written, or its content is not known yet.",
            "See the folder that `--files` names; links in it are not followed.",
        ),
        "file-refused": Page(
            "`file()`, `template()` or `from` may not, or cannot, read this file.",
            "Paths are relative to the file that names them, and stay below the folder of the stack.",
        ),
        "fought-over": Page(
            "`watch --repair` has set something right in each of the last rounds, and it differs again.",
            "Find out what else changes it, or leave the field to that with `lifecycle: {ignore_changes: [...]}`.",
        ),
        "group-cycle": Page(
            "A group's file holds the group itself.",
            "The message shows the way around; take one of the calls out.",
        ),
        "half-converted": Page(
            "A port is between two network types, since somebody or an earlier run stopped half-way.",
            "Run the same command again: it goes on from where it stands.",
        ),
        "holds-strangers": Page(
            "Something is to be destroyed in which others have objects.",
            "It is kept. Move or delete what the message names, or take its content out of the stack only.",
        ),
        "in-doubt": Page(
            "A call was sent, and its answer was lost: it may have been carried out.",
            "Look before you send it again. `apply` finds out by itself.",
        ),
        "incomplete-read": Page(
            "A list of the API could not be read to its end.",
            "Nothing was changed: absent is never assumed. Run it again; see the message for what stood in the way.",
        ),
        "internal": Page(
            "A mistake in reconciler itself.",
            "Please report it with the command line and the message. Running the same command again is safe.",
        ),
        "invalid-flag": Page(
            "A `--var` that is not NAME=VALUE.",
            "Write `--var size=3`.",
        ),
        "invalid-value": Page(
            "A value of the right type that its field or variable does not take.",
            "The message says what fits.",
        ),
        "key-clash": Page(
            "Two items have one key, where each is to have its own.",
            "Name a field that tells them apart, or several: `keyed('site', 'name')`.",
        ),
        "known-too-late": Page(
            "Something that has to be known before the plan reads a resource.",
            "Use variables, locals, `index`, `key` and `value` there.",
        ),
        "layout": Page(
            "A file whose layout cannot be changed without changing what it means.",
            "Nothing was written. Lay it out by hand; the message says where.",
        ),
        "left-behind": Page(
            "What made an object is gone, and the object is still there.",
            "Delete it, or take its tag `reconciler:...` off to keep it.",
        ),
        "local-cycle": Page(
            "Locals, or inputs and outputs of groups, that need each other.",
            "Take one of them apart.",
        ),
        "locked": Page(
            "A plan would destroy, replace or wipe what is locked in the API.",
            "Apply `locked: false` first, by itself.",
        ),
        "lookalike": Page(
            "A machine without a mark looks like one that is to be created.",
            "Put its mark back or rename it; the message says how. A second machine is not bought.",
        ),
        "lookup-failed": Page(
            "The API has no answer to a lookup, or none of what there is fits.",
            "The message lists what comes nearest.",
        ),
        "mark-not-shown": Page(
            "The API does not show the field that holds an object's mark.",
            "Nothing is assumed of it. See whether the token may read the field.",
        ),
        "mark-stays": Page(
            "An object was moved whose mark the API does not let anybody rewrite.",
            "It goes on being found by its old mark: leave the entry in `moved`.",
        ),
        "merge-key": Page(
            "The merge key `<<`, which the stack language does not have.",
            "Use locals, or an overlay.",
        ),
        "missing-facility": Page(
            "A reservation that needs a facility names none.",
            "Add `facility: <code>`, or use a global one.",
        ),
        "missing-field": Page(
            "A field that has to be there is not.",
            "Add it; docs/kinds.md has the fields of each kind in bold that are required.",
        ),
        "missing-stack-name": Page(
            "No file says `stack: NAME`.",
            "Add a line `stack: my-name`. The name marks what the stack owns.",
        ),
        "moved-clash": Page(
            "An old address of `moved` and its new one are both live.",
            "Destroy or unmark one of the two; the message says which they are.",
        ),
        "needs-review": Page(
            "A warning: people at the platform look at a block of more than 16 addresses before it is given.",
            "Say why in `comments`, and give the create the time; or reserve several smaller blocks.",
        ),
        "no-apprise": Page(
            "Notifications were asked for, and apprise, which sends them, is not installed.",
            "`pip install apprise`, or `pip install '.[notify]'` in the clone that it was installed from.",
        ),
        "no-audit": Page(
            "The audit log that was asked for cannot be written, so nothing was sent.",
            "Free the place, choose another one with `--audit DIR`, or do without one (`--no-audit`).",
        ),
        "no-capacity": Page(
            "The API says that it has not got as many machines of a plan in a facility as are to be created.",
            "The hint says where there are enough now, and what else is there. `--no-preflight` leaves the check out.",
        ),
        "no-comment": Page(
            "The comment of a pull request could not be written.",
            "The message says what the forge answered, or which variable of the job is not there. "
            "docs/pipelines.md shows whole workflows.",
        ),
        "no-journal": Page(
            "The journal cannot be written, so nothing was created: what a killed run left could not be told.",
            "Free the place, choose another one with `--journal DIR`, or do without one (`--no-journal`).",
        ),
        "no-notification-url": Page(
            "Notifications were asked for, and there is no URL to send them to.",
            "Set `RECONCILER_NOTIFY_URLS`, or name a file with `--notify-config`.",
        ),
        "no-opentelemetry": Page(
            "A warning: the environment asks for OpenTelemetry spans, and OpenTelemetry is not installed. The run is "
            "the same without.",
            "`pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http`, or "
            "`OTEL_SDK_DISABLED=true` where no spans are wanted.",
        ),
        "no-prices": Page(
            "The API's price list could not be read, so the plan does not say what it costs.",
            "The plan holds all the same. A user's token may read `GET /plans`, a project's may not.",
        ),
        "no-reservation": Page(
            "A hardware reservation that is not in the project, is taken, of another plan or place, or wanted twice.",
            "The hint has those that are free. Free one, name another, or move one in: `hardware_reservations`.",
        ),
        "no-stack-file": Page(
            "A path that is no stack file, and no directory with one.",
            "Give a file, or a directory with `*.yaml` in it.",
        ),
        "no-token": Page(
            "No API token is set.",
            "export PACKET_AUTH_TOKEN=..., or use --emulator, which needs none.",
        ),
        "no-world": Page(
            "The file of the emulator's world does not exist.",
            "Give another file to --emulator=FILE, or leave it out.",
        ),
        "not-a-plan": Page(
            "The file is no saved plan.",
            "Write one with `reconciler plan STACK -o FILE`.",
        ),
        "not-a-group": Page(
            "`rollout` stands where no change can be rolled over several machines: in a single one, or in what is no "
            "machine.",
            "Give it to devices with `count` or `for_each`, or take it away.",
        ),
        "not-a-public-key": Page(
            "A file that was named as an SSH key and is no public one.",
            "Name the file that ends in `.pub`; a private key is never copied.",
        ),
        "not-a-text": Page(
            "`output --raw` on a list or a map.",
            "Use `--json`.",
        ),
        "not-adoptable": Page(
            "`existing` on a kind that cannot be looked up.",
            "The hint lists the kinds that can.",
        ),
        "not-asked-for": Page(
            "An object of the stack is locked, bids on the spot market or has an unusual billing cycle, and the stack "
            "does not set that field: somebody set it elsewhere. Nothing is done about it.",
            "If it is meant, set the field in the stack to that value. If not, set it to what it should be. To live "
            "with it, add the field to `lifecycle: {ignore_changes: [...]}`.",
        ),
        "not-alone": Page(
            "What `watch --repair` may set right could only be changed together with something that it may not.",
            "Look at `reconciler plan`, and apply it yourself.",
        ),
        "not-approved": Page(
            "A plan has to be approved, and nobody can be asked.",
            "Pass --yes, or save the plan and apply the file.",
        ),
        "not-as-told": Page(
            "The API said that a change or a delete was done, and its lists still say otherwise.",
            "Run the same command again; if it stays so, ask the platform, with the request id.",
        ),
        "not-healthy": Page(
            "A machine of a group with a `rollout` was not healthy in time: one that was just changed, or more of "
            "those that stay as they are than may be out of work. What comes after it in the rollout was not begun.",
            "The message says what it lacks. See to the machine, then run the same command again: it changes the "
            "machines that are still to be changed.",
        ),
        "not-in-catalogue": Page(
            "A warning: the shipped catalogue does not list this plan, facility or operating system.",
            "Look for a misspelling; another server may have it all the same, and `plan` asks it.",
        ),
        "not-listed": Page(
            "The API said that it created an object, and no list shows it after the settle window.",
            "Run the same command again: what shows by then is taken for it, what does not is created anew.",
        ),
        "not-notified": Page(
            "A service did not take the message of `--notify`.",
            "The message says which, and why. The next run sends it again.",
        ),
        "not-offered": Page(
            "Things that exist, and cannot be had together.",
            "The message says what goes together; see docs/checks.md.",
        ),
        "not-ours": Page(
            "A plan would destroy what came with something else by itself.",
            "It stays as long as that does.",
        ),
        "not-proven": Page(
            "A destroy ended, and the lists could not be read to prove that nothing is left.",
            "Run the same command again: it looks once more.",
        ),
        "not-seen": Page(
            "A create was accepted, and no list shows the object yet.",
            "Run the same command again: it is found by its mark, and not made twice.",
        ),
        "not-the-approved-plan": Page(
            "`--digest` is the digest of a plan that somebody approved, and the plan is another one now: the stack, "
            "its inputs or the account have changed since.",
            "Make the plan again, look at it, and approve that.",
        ),
        "notification-url": Page(
            "A notification URL is of no service that apprise knows, or what it sends could be read on the way.",
            "The message says which in the list. Use the form for https: `jsons://`, not `json://`.",
        ),
        "over-quota": Page(
            "More than a project can have.",
            "Split it over projects, or have the quota raised.",
        ),
        "plan-changed": Page(
            "A plan file was changed after it was written.",
            "Make the plan again and look at it.",
        ),
        "policy-denied": Page(
            "A policy is against the plan, so it is not applied (exit 3).",
            "Change the stack. The rule is at the place that the hint names; whoever keeps the policies may change it.",
        ),
        "policy-warned": Page(
            "A policy has a word on the plan; it may be applied all the same.",
            "Have a look at what the rule says, at the place that the hint names.",
        ),
        "pool-reference": Page(
            "A whole pool where one of its instances is meant.",
            "Say which one, `web[0]`, or take all: `web | map(attribute='public_ipv4') | list`.",
        ),
        "project-delete": Page(
            "A project, or something else that holds others' objects, would go, and `delete_projects: false` keeps it.",
            "Set `delete_projects: true` under `rails` in the stack, or add a waiver there.",
        ),
        "protected": Page(
            "A plan would destroy, replace or wipe what `lifecycle: {protect: true}` keeps.",
            "Take the protection off first, and apply or commit that by itself.",
        ),
        "reference-index": Page(
            "An instance that the pool does not have.",
            "The hint says which there are.",
        ),
        "reference-kind": Page(
            "A resource of a kind that does not fit the field.",
            "Refer to one of the kind that the message names.",
        ),
        "reference-off": Page(
            "A resource that `when` switched off.",
            "Read it where the same condition holds, or use `first_of`.",
        ),
        "report-not-kept": Page(
            "What drift has reported cannot be remembered in the file of `--since`.",
            "Free the place or choose another file; until then every run reports everything.",
        ),
        "reservation-not-ready": Page(
            "A warning: a reserved machine that cannot be provisioned yet, mostly since its last device has just gone.",
            "An apply waits for it. `timeouts: {create: ...}` says how long.",
        ),
        "rule-broken": Page(
            "A value that a rule of its variable does not allow.",
            "The message is the rule's own; the hint says where it stands.",
        ),
        "run-under-way": Page(
            "Another apply or destroy of the same stack is under way on this machine.",
            "Wait for it: by hand, or with `--lock-timeout SECONDS`. Nothing has to be unlocked when it was killed.",
        ),
        "rollout-impossible": Page(
            "Machines of a group with a `rollout` can only be changed together: something that they share is replaced, "
            "or they give something to each other.",
            "Make that change by itself first, replace what they share with `create_before_destroy`, or take `rollout` "
            "out for this one change.",
        ),
        "secret-output": Page(
            "A secret would be shown, in an output or as a part of addresses.",
            "If that is meant: `{value: ..., secret: true}`. Addresses cannot be secret.",
        ),
        "self-reference": Page(
            "A resource that reads itself, or waits for itself.",
            "Put what both need into a local.",
        ),
        "spans-lost": Page(
            "A warning: OpenTelemetry spans did not get to where they were to go. The run is not affected.",
            "The message says how many, where to, and why. Check the collector and `OTEL_EXPORTER_OTLP_ENDPOINT`.",
        ),
        "stack-name-differs": Page(
            "Two files that are given together name different stacks.",
            "Files that are given together make one stack.",
        ),
        "stack-name-twice": Page(
            "Two stacks of a folder have one name, and so would own each other's objects.",
            "Give one of them another name.",
        ),
        "stack-reference": Page(
            "A path into another stack that leads to nothing there.",
            "The hint has what that stack owns there; it may have to be applied first.",
        ),
        "stale-plan": Page(
            "A saved plan no longer holds: the stack or the account has changed since.",
            "Make the plan again and look at it.",
        ),
        "step-failed": Page(
            "The API refused a step of an apply, or the object did not become what it is to be.",
            "The line is the one that set the value. What is done stays done; remove the cause and run the "
            "same command again.",
        ),
        "still-unknown": Page(
            "A value that an apply should have told is not known when it is needed.",
            "Run the same command again; if it stays so, report it.",
        ),
        "stock-not-known": Page(
            "A note: the API did not say whether it has what the plan creates.",
            "Nothing has to be done: an apply tells, and what it made stays made.",
        ),
        "system": Page(
            "The operating system refused something: a file, a full disk, a port.",
            "The message is its own.",
        ),
        "token-refused": Page(
            "The API does not accept the token.",
            "Set PACKET_AUTH_TOKEN to a token that is valid for this API.",
        ),
        "taken-key": Page(
            "An SSH key that its owner would have twice.",
            "Declare it once, or name the one that is there by `existing`.",
        ),
        "taken-number": Page(
            "A VLAN number that is used twice in a facility.",
            "Leave `vxlan` out, and the API picks a free one.",
        ),
        "too-costly": Page(
            "After the plan the stack would cost more than its `max_cost_per_hour` allows, and more than it does now.",
            "Raise the limit under `rails` in the stack, or add a waiver there.",
        ),
        "too-deep": Page(
            "YAML, groups, or values that are handed on, deeper than any stack needs.",
            "Take it apart into locals or groups; read a value where it is from.",
        ),
        "too-large": Page(
            "A file, a document or a number of resources over the limit.",
            "Split the stack into several.",
        ),
        "too-many-creates": Page(
            "The plan creates more than the stack's `max_creates` allows.",
            "Raise the limit under `rails` in the stack, or add a waiver there.",
        ),
        "too-many-deletes": Page(
            "The plan destroys more than `--allow-deletes` or a limit on deletes allows.",
            "If that is what you want, say the number: `--allow-deletes N`. Limits are set under `rails` in the stack.",
        ),
        "too-many-mistakes": Page(
            "There are more mistakes than anybody reads in one go.",
            "Mend those that are shown, and run it again.",
        ),
        "trace-settings": Page(
            "A warning: the OTEL_ variables ask for spans in a way that is not known here, so there are none. The run "
            "is the same without.",
            "The message says which. Spans go over OTLP (http/protobuf), or to the console: [tracing](tracing.md).",
        ),
        "twin": Page(
            "Two objects carry the mark of one resource: a create came through after it was given up.",
            "Run the same command again: the plan keeps one and says what becomes of the other.",
        ),
        "unfinished": Page(
            "The report of a run that is under way, or that was killed before it could write how it ended.",
            "Read the log of the job, and run the same command again: it picks up where the last one stopped.",
        ),
        "unknown-address": Page(
            "An address that the stack does not have, given to `console --at`.",
            "The hint has the nearest; a plan shows all addresses.",
        ),
        "unknown-attribute": Page(
            "A kind, or a group, has no such field or output.",
            "The hint has the nearest, or all that there are.",
        ),
        "unknown-code": Page(
            "`explain` was asked for a code that there is not.",
            "The hint has the nearest; `reconciler explain` lists all of them.",
        ),
        "unknown-filter": Page(
            "No such filter, test or function in expressions.",
            "docs/functions.md has all of them.",
        ),
        "unknown-key": Page(
            "A key that means nothing here.",
            "The hint has the nearest that does.",
        ),
        "unknown-name": Page(
            "A name that expressions do not see here.",
            "The hint has the nearest; `index`, `key` and `value` are there under `count` and `for_each` only.",
        ),
        "unknown-output": Page(
            "The stack has no such output.",
            "The hint has the nearest.",
        ),
        "unknown-reference": Page(
            "A reference to a resource that is not declared.",
            "The hint has the nearest, or what is declared there.",
        ),
        "unknown-run": Page(
            "No run in the audit log has such an id.",
            "`reconciler history` lists the runs; `--audit` says where they are written down.",
        ),
        "unknown-variable": Page(
            "A value for a variable that is not declared.",
            "The hint has the nearest; declare it under `variables`.",
        ),
        "unreadable-audit": Page(
            "A file of the audit log, or lines of it, cannot be read; the rest of it is shown.",
            "Look into the file: somebody wrote into it, or a disk was full. A line that a crash cut off is harmless.",
        ),
        "unreadable-plan": Page(
            "A file that begins like a saved plan and cannot be read.",
            "Make the plan again.",
        ),
        "unwritable-metrics": Page(
            "The file of --metrics cannot be written.",
            "Give it a file in a folder that exists and may be written to; until then the metrics are old.",
        ),
        "unwritable-report": Page(
            "The file of --report cannot be written.",
            "Give it a file in a folder that exists. Before a run nothing was changed; after it, the log has it all.",
        ),
        "vanished": Page(
            "Much of what the stack owned when the last run from this folder ended is not listed any more, and the "
            "apply would buy it again. So it looks with the token of another organization, at another API, or when "
            "lists are cut.",
            "Check the token, its organization and the API's URL. If the objects are gone for good, say "
            "`--accept-vanished`; a larger `max_vanished_share` under `rails`, or a waiver there, lasts longer.",
        ),
        "variable-unset": Page(
            "A variable without a default that nobody set.",
            "`--var`, the environment, or a `--var-file`.",
        ),
        "waiver-expired": Page(
            "A waiver under `rails` whose last day is over: the rail counts again.",
            "Take it away, or give it a later day.",
        ),
        "write-once": Page(
            "A change to something that the API never changes once it is set.",
            "Only a new project has a new one; put back what was there.",
        ),
        "wrong-type": Page(
            "A value of another type than its field or variable wants.",
            "The message says which. Numbers as text want quotes.",
        ),
        "yaml-documents": Page(
            "More than one YAML document in a file.",
            "Put each in its own file.",
        ),
        "yaml-number": Page(
            "A number that does not survive: too large, infinite, or none.",
            "Put it in quotes if it is text.",
        ),
        "yaml-syntax": Page(
            "The file is not YAML.",
            "The caret is where the reader gave up; the cause is often a line before it.",
        ),
    }
)
