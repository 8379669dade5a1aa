#!/bin/sh
# The tests over HTTP, against the instance that `./dev env` names.
# Those that break things or hold the worker run alone.
set -u
cd "$(dirname "$0")"
[ -n "${MAINSTAY_URL:-}" ] || eval "$(../../dev env)" || exit 1

alone='operation.test.mjs matrix.test.mjs canary.test.mjs faults.test.mjs
	without_database.test.mjs logs.test.mjs'
together=$(ls ./*.test.mjs | grep -vE "/($(echo $alone | tr ' ' '|'))\$")
status=0
# shellcheck disable=SC2086 # names of files, without blanks
node --test --test-concurrency=2 $together || status=1
for file in $alone; do
	node --test "$file" || status=1
done
exit $status
