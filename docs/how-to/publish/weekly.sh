#!/bin/sh
# Looks whether all is well, runs, publishes. Whatever there is to say is said on standard error; what fails, by the exit
# status too and, where REPOSITORY names one on GitHub and gh is installed, in an issue: one, however often it fails.
set -u
catchup="${CATCHUP:-$HOME/catchup/.venv/bin/catchup}"
runs="${RUNS:-$HOME/catchup-runs}"
site="${SITE:-$HOME/catchup-site}"
ledger="${LEDGER:-}" # a folder of items in place of the project's own
priors="${PRIORS:-}" # a TOML file laid over the priors
add="${ADD:-}"       # a file of items beside the ledger's, such as one that confirms silence
title="The weekly forecast failed"

said=$(mktemp) || exit 1
trap 'rm -f "$said"' EXIT
status=0
step() {
    "$catchup" "$@" >>"$said" 2>&1 || status=$?
}

step doctor --quiet --runs "$runs" --site "$site" ${ledger:+--ledger "$ledger"}
[ "$status" -eq 0 ] && step run --once --quiet --runs "$runs" ${ledger:+--ledger "$ledger"} ${priors:+--priors "$priors"} \
    ${add:+--add "$add"}
step publish --quiet --runs "$runs" --site "$site"

cat "$said" >&2
[ "$status" -eq 0 ] && exit 0
if [ -n "${REPOSITORY:-}" ] && command -v gh >/dev/null; then
    number=$(gh issue list --repo "$REPOSITORY" --state open --search "\"$title\" in:title" --json number --jq '.[0].number')
    if [ -n "$number" ]; then
        gh issue comment "$number" --repo "$REPOSITORY" --body-file "$said"
    else
        gh issue create --repo "$REPOSITORY" --title "$title" --body-file "$said"
    fi
fi
exit "$status"
