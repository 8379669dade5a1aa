#!/bin/sh
# The main job, against the instance that `./dev env` names.
set -u
cd "$(dirname "$0")"
[ -n "${MAINSTAY_URL:-}" ] || eval "$(../../dev env)" || exit 1
exec node --test --test-concurrency=1 ./*.test.mjs
