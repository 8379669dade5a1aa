#!/usr/bin/env bash
# Measures a copy of Mainstay of its own.  See README.md.
set -euo pipefail
cd "$(dirname "$0")/../.."

export MAINSTAY_STATE="${MAINSTAY_STATE:-$PWD/var}/bench"
export MAINSTAY_PORT=$((${MAINSTAY_PORT:-8443} + 1))

trap './dev down >/dev/null 2>&1 || true' EXIT
mkdir -p "$MAINSTAY_STATE"
./dev up >"$MAINSTAY_STATE/up.log" 2>&1 || {
	cat "$MAINSTAY_STATE/up.log"
	exit 1
}
eval "$(./dev env)"
measure=all
case ${1:-} in
pages | health)
	measure=$1
	shift
	;;
esac
echo "filling 201 tenants …"
./dev psql -q -f tests/bench/fill.sql >"$MAINSTAY_STATE/fill.log"
[ $measure = health ] || node tests/bench/pages.mjs "$@"
if [ $measure != pages ]; then
	echo "filling in a year of facts …"
	./dev psql -q -f tests/bench/health_fill.sql >>"$MAINSTAY_STATE/fill.log"
	node tests/bench/health.mjs "$@"
fi
