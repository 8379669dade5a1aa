#!/bin/sh
# The tests over HTTP, against the instance that `./dev env` names.
# Those that break things run alone, the one without a database last.
set -u
cd "$(dirname "$0")"
[ -n "${MAINSTAY_URL:-}" ] || eval "$(../../dev env)" || exit 1

status=0
node --test --test-concurrency=2 sign_in.test.mjs token.test.mjs \
    csrf.test.mjs input.test.mjs protocol.test.mjs roles.test.mjs \
    ingest.test.mjs tenancy.test.mjs pages.test.mjs rollup.test.mjs \
    account_page.test.mjs automation.test.mjs executive.test.mjs \
    scorecard.test.mjs custom_attribute.test.mjs stage.test.mjs \
    member.test.mjs admin.test.mjs endpoint.test.mjs \
    slow.test.mjs || status=1
node --test faults.test.mjs || status=1
node --test without_database.test.mjs || status=1
node --test logs.test.mjs || status=1
exit $status
