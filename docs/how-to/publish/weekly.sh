#!/bin/sh
# Looks whether all is well, runs, publishes. What fails is said on standard error, by the exit status and, where
# REPOSITORY names one on GitHub and gh is installed, in an issue: one, however often it fails.
set -u
catchup="${CATCHUP:-$HOME/catchup/.venv/bin/catchup}"
runs="${RUNS:-$HOME/catchup-runs}"
site="${SITE:-$HOME/catchup-site}"
title="The weekly forecast failed"

said=$(mktemp) || exit 1
trap 'rm -f "$said"' EXIT
status=0
step() {
    "$catchup" "$@" >>"$said" 2>&1 || status=$?
}

step doctor --runs "$runs" --site "$site"
[ "$status" -eq 0 ] && step run --once --quiet --runs "$runs"
step publish --quiet --runs "$runs" --site "$site"
[ "$status" -eq 0 ] && exit 0

cat "$said" >&2
if [ -n "${REPOSITORY:-}" ] && command -v gh >/dev/null; then
    number=$(gh issue list --repo "$REPOSITORY" --state open --search "\"$title\" in:title" --json number --jq '.[0].number')
    if [ -n "$number" ]; then
        gh issue comment "$number" --repo "$REPOSITORY" --body-file "$said"
    else
        gh issue create --repo "$REPOSITORY" --title "$title" --body-file "$said"
    fi
fi
exit "$status"
