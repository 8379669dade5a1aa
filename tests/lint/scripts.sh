#!/bin/sh
# Shell scripts: they parse, and shellcheck has nothing to say.
. "$(dirname "$0")/tap.sh"

list="dev .ci/run static/build static/vendor $(find scripts tests -name '*.sh' \
    ! -path '*/node_modules/*' | sort)"

check "every script parses" "$(
	for f in $list; do
		bash -n "$f" 2>&1
	done)"
if command -v shellcheck >/dev/null 2>&1; then
	# Parts that are read in use the variables of the whole, and lists
	# of words are meant to fall apart.
	check "shellcheck finds nothing" "$(
		shellcheck -s bash -f gcc -e SC1091,SC2034,SC2154 dev \
		    scripts/*.sh
		shellcheck -f gcc -e SC1091,SC2034,SC2046,SC2086,SC2013,SC2044,SC3043 \
		    static/build static/vendor .ci/run tests/lint/*.sh 2>&1 |
		    grep -v 'tap.sh.*SC2148')"
else
	echo "ok 2 - shellcheck # SKIP it is not here"
	checks=2
fi
finish
