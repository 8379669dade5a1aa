#!/bin/sh
# Every route has a test that asks for it through nginx.
. "$(dirname "$0")/tap.sh"

tests=$(find tests/http tests/browser tests/e2e -name '*.mjs' \
    ! -path '*/node_modules/*')

# "POST /accounts/:id" of each row.
rows()
{
	sed -nE 's/^[[:space:]]*\{ ([A-Z]+), "([^"]+)".*/\1 \2/p' \
	    fcgi/routes.c
}

check "the table has rows" "$([ "$(rows | wc -l)" -gt 5 ] || rows)"
check "every route has a test" "$(
	rows | while read -r method path; do
		# The table of who may: method, path, a status for each role.
		! grep -q "^$method	$path	" tests/http/roles.tsv || continue
		pattern=$(printf '%s' "$path" |
		    sed -e 's/[.]/\\./g' -e 's/:[a-z_]*/[^"?#` ,]+/g')
		pattern="(^|[^a-z0-9/])$pattern([\"?#\`', )]|\$)"
		found=$(cat $tests /dev/null | grep -E "$pattern")
		[ "$method" = GET ] ||
		    found=$(printf '%s\n' "$found" |
			grep -Ei "$method|send|submit|form")
		[ -n "$found" ] || echo "$method $path"
	done)"
finish
