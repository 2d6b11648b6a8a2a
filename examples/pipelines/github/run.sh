#!/usr/bin/env bash
# What the action does. It reads COMMAND, STACK, NAME, ARGUMENTS and COMMENT, the token of the API from PACKET_AUTH_TOKEN,
# and for comments GITHUB_TOKEN; it writes the job's summary and outputs.
set -euo pipefail

read -r -a more <<<"${ARGUMENTS:-}"
summary="${GITHUB_STEP_SUMMARY:-/dev/null}"
outputs="${GITHUB_OUTPUT:-/dev/null}"

# `changes` from an exit code of 0 or 2; anything else ends the job with it.
changed() {
  case "$1" in
    0) echo "changes=false" >>"$outputs" ;;
    2) echo "changes=true" >>"$outputs" ;;
    *) exit "$1" ;;
  esac
}

case "$COMMAND" in
  plan)
    code=0
    reconciler plan "$STACK" --out plan.json --detailed-exitcode "${more[@]}" || code=$?
    [[ "$code" == 0 || "$code" == 2 ]] || exit "$code"
    reconciler show plan.json --format markdown >plan.md
    cat plan.md >>"$summary"
    if [[ "${COMMENT:-true}" == true && "${GITHUB_EVENT_NAME:-}" == pull_request ]]; then
      reconciler comment plan.md
    fi
    echo "digest=$(reconciler show plan.json --format json | python -c 'import json, sys; print(json.load(sys.stdin)["x_reconciler"]["approval"])')" >>"$outputs"
    changed "$code"
    ;;
  apply)
    digest="$(reconciler comment --approved "$NAME")"
    code=0
    reconciler apply "$STACK" --yes --digest "$digest" --report apply.md "${more[@]}" || code=$?
    [[ ! -f apply.md ]] || cat apply.md >>"$summary"
    exit "$code"
    ;;
  drift)
    code=0
    reconciler drift "$STACK" "${more[@]}" | tee drift.txt || code=$?
    { echo '```'; cat drift.txt; echo '```'; } >>"$summary"
    changed "$code"
    ;;
  reap)
    reconciler reap "$STACK" --yes "${more[@]}"
    ;;
  *)
    echo "reconciler: the action knows plan, apply, drift and reap, and not: $COMMAND" >&2
    exit 1
    ;;
esac
