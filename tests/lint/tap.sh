# tap.sh - what the lints share: a check is a name and the lines that offend.
#
#	check "no function is banned" "$(grep ... )"
#	finish
set -u
LC_ALL=C
export LC_ALL
cd "$(dirname "$0")/../.." || exit 1
checks=0
broken=0

check()
{
	checks=$((checks + 1))
	if [ -z "$2" ]; then
		echo "ok $checks - $1"
		return
	fi
	broken=$((broken + 1))
	echo "not ok $checks - $1"
	printf '%s\n' "$2" | sed 's/^/# /'
}

# C without comments and strings, each line as FILE:LINE:TEXT.
code()
{
	for f; do
		sed -e 's/"\([^"\\]\|\\.\)*"/""/g' -e 's|//.*||' \
		    -e 's|/\*[^*]*\*/||g' "$f" |
		    awk -v f="$f" '
			/\/\*/ { sub(/\/\*.*/, ""); print f ":" NR ":" $0
				 inside = 1; next }
			inside { if (/\*\//) inside = 0; next }
			{ print f ":" NR ":" $0 }'
	done
}

finish()
{
	echo "1..$checks"
	# make check reads the lines; a person wants the status as well.
	[ "$broken" -eq 0 ] || [ -n "${TAP_IS_READ:-}" ]
}
