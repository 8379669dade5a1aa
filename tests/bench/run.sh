#!/usr/bin/env bash
# Measures a copy of Mainstay of its own.  See README.md.
set -euo pipefail
cd "$(dirname "$0")/../.."

export MAINSTAY_STATE="${MAINSTAY_STATE:-$PWD/var}/bench"
export MAINSTAY_PORT=$((${MAINSTAY_PORT:-8443} + 1))

# No caller is too fast for it.
export MAINSTAY_API_RATE=0

measure=all
case ${1:-} in
pages | api | health | deliveries)
	measure=$1
	shift
	;;
esac

# The queues that deliveries are compared with, a sink, and libcurl alone.
export QUEUES=$MAINSTAY_STATE/queues TOOLS=$MAINSTAY_STATE/tools
make_tools() {
	mkdir -p "$QUEUES" "$TOOLS"
	cp tests/bench/queues/* tests/.npmrc "$QUEUES"
	npm --prefix "$QUEUES" ci --no-audit --no-fund --ignore-scripts \
	    >"$MAINSTAY_STATE/npm.log" 2>&1 || {
		cat "$MAINSTAY_STATE/npm.log"
		return 1
	}
	make -s -f "$PWD/tests/bench/Makefile" -C "$TOOLS" \
	    SOURCES="$PWD/tests/bench"
}

# The instance's own worker makes room for those that are measured.
deliveries() {
	kill "$(cut -d ' ' -f 1 "$MAINSTAY_STATE/run/worker.pid")"
	node tests/bench/deliveries.mjs "$@"
}

trap './dev down >/dev/null 2>&1 || true' EXIT
mkdir -p "$MAINSTAY_STATE"
case $measure in
all | deliveries) make_tools ;;
esac
./dev up >"$MAINSTAY_STATE/up.log" 2>&1 || {
	cat "$MAINSTAY_STATE/up.log"
	exit 1
}
eval "$(./dev env)"
if [ $measure = deliveries ]; then
	deliveries "$@"
	exit
fi
echo "filling 201 tenants …"
./dev psql -q -f tests/bench/fill.sql >"$MAINSTAY_STATE/fill.log"
case $measure in all | pages) node tests/bench/pages.mjs "$@" ;; esac
case $measure in all | api) node tests/bench/api.mjs "$@" ;; esac
case $measure in all | health)
	echo "filling in a year of facts …"
	./dev psql -q -f tests/bench/health_fill.sql >>"$MAINSTAY_STATE/fill.log"
	node tests/bench/health.mjs "$@"
	;;
esac
[ $measure != all ] || deliveries
