#!/bin/sh
# The lists of local.mk name every file there is; files stay short.
. "$(dirname "$0")/tap.sh"

check "every source file is listed in fcgi/local.mk" "$(
	for f in $(find fcgi -name '*.[ch]' | sort); do
		grep -qE "(^|[[:space:]])$f( |\$)" fcgi/local.mk || echo "$f"
	done)"
check "every unit test and fuzz target is listed in tests/local.mk" "$(
	for f in $(find tests/unit tests/fuzz -name '*_test.c' -o \
	    -name 'fuzz_*.c' | sort); do
		grep -qE "(^|[[:space:]])${f%.c}( |\$)" tests/local.mk ||
		    echo "$f"
	done)"
# routes.c is a table: a row for each route, and the fields of its form.
check "no .c file is longer than 600 lines" "$(
	find fcgi -name '*.[ch]' ! -name routes.c -exec wc -l {} + |
	    awk '$1 > 600 && $2 != "total" { print $2 ": " $1 }')"
# A function begins with its name in the first column, after its type.
check "no function is longer than 70 lines" "$(
	for f in $(find fcgi -name '*.c' | sort); do
		awk -v f="$f" '
			/^[a-z_0-9]+\(/ { name = $0; sub(/\(.*/, "", name) }
			/^\{/ { start = NR }
			/^\}/ && start { n = NR - start - 1
				if (n > 70) print f ": " name ", " n " lines"
				start = 0 }' "$f"
	done)"
check "no line of C is longer than 80 columns" "$(
	for f in $(find fcgi -name '*.[ch]' | sort); do
		expand "$f" | awk -v f="$f" 'length > 80 {
			print f ":" NR ": " length }'
	done)"
check "no package registry is named in a lock file" "$(
	find . -name package-lock.json ! -path '*/node_modules/*' \
	    -exec grep -nE '"resolved"|https?://registry' {} + | head -n 5)"
finish
