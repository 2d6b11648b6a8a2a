"""Defects in what stands around an apply: limits, questions, locks, files, and what is shown."""

from __future__ import annotations

from tests.defects.defect import Defect, suite

_RAILS = "reconciler/engine/rails.py"
_LIMITS = suite("engine/test_rails_limits.py")
_SCRUB = "reconciler/report/scrub.py"
_SAVED = "reconciler/app/saved.py"
_BELONGINGS = "reconciler/app/belongings.py"
_PACE = "reconciler/engine/pace.py"
_APPROVED = suite("cli/test_approved_plans.py")
_VANISHED = suite("reliability/test_lists.py")
_PACED = suite("engine/test_pace.py")

OUTSIDE = (
    Defect(
        "--allow-deletes allows one more",
        _RAILS,
        "        if every <= allowed:\n",
        "        if every <= allowed + 1:\n",
        _LIMITS,
    ),
    Defect(
        "there is no limit on the share that a plan destroys",
        _RAILS,
        "return count > FREE_DELETES and count > share * owned",
        "return False",
        _LIMITS,
    ),
    Defect(
        "a waiver holds for ever",
        "reconciler/model/rails.py",
        "for each in self.waivers if today <= each.until)",
        "for each in self.waivers if today)",
        _LIMITS,
    ),
    Defect(
        "a project goes though the stack keeps it",
        _RAILS,
        "if not rails.delete_projects and holders:",
        "if not rails.delete_projects and not holders:",
        _LIMITS,
    ),
    Defect(
        "yes is enough to destroy a project",
        "reconciler/cli/running.py",
        "    if is_large(toll):\n",
        "    if is_large(toll) and not say:\n",
        suite("cli/test_rails.py"),
    ),
    Defect(
        "machines that go with an object are not counted",
        "reconciler/app/run.py",
        'losses += [Loss(each.address), *(Loss(each.address, f"its machine {name}") for name in along)]',
        "losses += [Loss(each.address)]",
        suite("acceptance/test_device_batches.py::test_the_machines_of_a_batch_count_as_deletes"),
    ),
    Defect(
        "the lock is not taken",
        "reconciler/app/lock.py",
        "            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)\n",
        "            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)\n",
        suite("cli/test_locks.py"),
    ),
    Defect(
        "the lock's file is opened behind a link",
        "reconciler/app/private_files.py",
        "_SAFE = os.O_NONBLOCK | os.O_NOFOLLOW",
        "_SAFE = os.O_NONBLOCK",
        suite("cli/test_locks.py"),
    ),
    Defect(
        "generated files are written behind links",
        "reconciler/app/files.py",
        "_NO_LINKS = os.O_NOFOLLOW | os.O_CLOEXEC",
        "_NO_LINKS = os.O_CLOEXEC",
        suite("acceptance/test_generated_files.py", "reliability/test_safe_files.py"),
    ),
    Defect(
        "anybody may read a plan file",
        "reconciler/app/text_files.py",
        "mode: int = 0o600",
        "mode: int = 0o644",
        suite("acceptance/test_saved_plans.py"),
    ),
    Defect(
        "a plan file that was changed is applied",
        _SAVED,
        '"saved": kept}}) != saved.digest:',
        '"saved": kept}}) == "":',
        suite("acceptance/test_saved_plans.py"),
    ),
    Defect(
        "a saved plan is applied though the account has changed",
        _SAVED,
        "    if moved:\n",
        "    if moved and not now:\n",
        suite("acceptance/test_saved_plans.py"),
    ),
    Defect(
        "only the first of several secrets is taken out of a text",
        _SCRUB,
        "self._pattern.sub(SENSITIVE, text)",
        "self._pattern.sub(SENSITIVE, text, count=1)",
        suite("report/test_scrub.py"),
    ),
    Defect(
        "a secret in base64 is shown",
        _SCRUB,
        '        yield from _base64_forms(text.encode("utf-8", "surrogatepass"))\n',
        "",
        suite("report/test_scrub.py"),
    ),
    Defect(
        "what is remembered of a secret is the secret",
        "reconciler/model/mark.py",
        "return digest(value, 8)",
        "return str(value)",
        suite("model/test_marks.py"),
    ),
    Defect(
        "the token goes out over plain http",
        "reconciler/api/urls.py",
        'if match["scheme"].lower() != "https" and not is_loopback(match["host"]):',
        'if match["scheme"].lower() != "https" and not match["host"]:',
        suite("api/test_where_the_token_goes.py"),
    ),
    Defect(
        "a run that only reads may write",
        "reconciler/api/client.py",
        "if self._read_only and not parcel.is_read and (method, path) not in _CHECKS_ONLY:",
        "if self._read_only and parcel.is_read and (method, path) in _CHECKS_ONLY:",
        suite("api/test_where_the_token_goes.py"),
    ),
    Defect(
        "control characters of others reach the terminal",
        "reconciler/values.py",
        "    if text.isascii() and text.isprintable():\n        return text\n",
        "    if text:\n        return text\n",
        suite("report/test_hostile_text.py"),
    ),
    Defect(
        "a saved plan holds for ever", _SAVED, "if most_hours and age > most_hours * 3600:", "if age < 0:", _APPROVED
    ),
    Defect(
        "an approved update allows a reinstall",
        "reconciler/model/approval.py",
        "digest([_essence(each), calls.get(each.address, [])], 32)",
        "digest(_essence(each)[:-1], 32)",
        suite("engine/test_approval.py"),
    ),
    Defect(
        "an approval is of no files",
        "reconciler/model/approval.py",
        "signature(plan), sorted(map(list, plan.files))])",
        "signature(plan)])",
        suite("engine/test_approval.py"),
    ),
    Defect(
        "parts of a plan file are taken for what they should be",
        "reconciler/report/plan_read.py",
        "    if not isinstance(value, str):\n",
        "    if value is None:\n",
        suite("report/test_plan_json.py", "cli/test_approved_plans.py"),
    ),
    Defect(
        "no plan is older than NaN", "reconciler/cli/options.py", "if math.isnan(value):", "if value < 0:", _APPROVED
    ),
    Defect("a plan from the future is done", _SAVED, "if age < -SKEW_SECONDS:", "if age < -1e12:", _APPROVED),
    Defect(
        "any plan is the approved one",
        _SAVED,
        'if not hmac.compare_digest(now.encode(), approved.strip().lower().encode(errors="surrogateescape")):',
        "if not approved:",
        _APPROVED,
    ),
    Defect(
        "all that has vanished is bought again",
        _RAILS,
        "if gone <= FREE_LOSSES or gone <= share * owned:",
        "if True:",
        _VANISHED,
    ),
    Defect(
        "what a destroy took counts as vanished",
        _BELONGINGS,
        "+ created - len(deletes))",
        "+ created)",
        _VANISHED,
    ),
    Defect(
        "a destroy that is cut off leaves a count that is too high",
        _BELONGINGS,
        "        journal.owns(None)\n\n\ndef afterwards",
        "        ...\n\n\ndef afterwards",
        _VANISHED,
    ),
    Defect(
        "the first delete is not waited for",
        _PACE,
        "self._proved = paced is None or not paced.canary",
        "self._proved = True",
        _PACED,
    ),
    Defect(
        "others are deleted though the first delete failed",
        _PACE,
        "            self._proved = done\n",
        "            self._proved = done = True\n",
        _PACED,
    ),
    Defect("deletes are not paced", _PACE, "self._sent.append(now)", "...", _PACED),
)
