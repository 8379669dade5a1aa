#!/bin/sh
# The tests in a real browser, against the instance that `./dev env` names.
# Pictures are left in $MAINSTAY_STATE/test/screenshots.
set -u
cd "$(dirname "$0")"
[ -n "${MAINSTAY_URL:-}" ] || eval "$(../../dev env)" || exit 1
exec node --test --test-concurrency=1 ./*.test.mjs
