#!/bin/sh
# Our modules: small, independent, and nothing that the content policy blocks.
. "$(dirname "$0")/tap.sh"

LIMIT=15000

check "all modules together are below $LIMIT bytes when compressed" "$(
	size=0
	for f in static/js/*.js; do
		size=$((size + $(gzip -9nc "$f" | wc -c)))
	done
	[ "$size" -lt "$LIMIT" ] || echo "$size bytes")"
check "each module says what it is for on its first line" "$(
	for f in static/js/*.js; do
		head -n 1 "$f" | grep -q '^// ' || echo "$f"
	done)"
check "only what others wrote gets markup as text" "$(
	grep -nE '\.(inner|outer)HTML|insertAdjacentHTML|document\.write' \
	    static/js/*.js
	grep -nE 'eval\(|new Function|setTimeout\(.["'\'']|DOMParser' \
	    static/js/*.js)"
check "only one module makes a policy of Trusted Types" "$(
	grep -ln 'createPolicy' static/js/*.js | grep -v '/swap\.js$')"
check "modules are imported in single quotes, by a relative name" "$(
	grep -nE '^import|import\(' static/js/*.js |
	    grep -vE "'\./[a-z0-9_-]+\.js'")"
check "no line of a module is longer than 80 columns" "$(
	awk 'length > 80 { print FILENAME ":" FNR ": " length }' static/js/*.js)"
finish
