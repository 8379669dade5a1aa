#!/bin/sh
# Layers point one way, and each library has its place.
. "$(dirname "$0")/tap.sh"

# What the files of a folder may include of ours.
allowed()
{
	case $1 in
	core) echo core ;;
	http | db) echo "core $1" ;;
	auth) echo core http db auth ;;
	view) echo core db view ;;
	dispatch) echo core http db auth view dispatch ;;
	pages | api) echo core http db auth view dispatch "$1" ;;
	worker | admin) echo core db auth "$1" ;;
	*) echo "" ;;
	esac
}

for dir in fcgi/*/; do
	layer=$(basename "$dir")
	may=$(allowed "$layer" | sed 's/ /|/g')
	check "$layer includes only ${may:-nothing}" "$(
		grep -nE '^#include "[a-z_]+/' "$dir"*.[ch] |
		    grep -vE "#include \"($may)/")"
done

# library NAME HEADER PLACES: who may include it.
library()
{
	check "$1 is seen by $3 only" "$(
		grep -rnE "^#include [<\"]$2[>\"]" fcgi |
		    grep -vE "^($3)")"
}

library libpq 'libpq-fe\.h' 'fcgi/db/'
library libfcgi '(fcgiapp|fcgi_stdio|fcgi_config|fastcgi)\.h' \
    'fcgi/http/fcgi\.c'
library libjwt 'jwt\.h' 'fcgi/auth/token\.c'
library libcurl 'curl/.*' 'fcgi/worker/'
library crypt 'crypt\.h' 'fcgi/auth/password\.c'
check "every header includes what it needs first in its .c file" "$(
	for f in fcgi/*/*.c; do
		h=${f#fcgi/}
		h=${h%.c}.h
		[ -f "fcgi/$h" ] || continue
		first=$(grep -m 1 '^#include' "$f")
		[ "$first" = "#include \"$h\"" ] || echo "$f: $first"
	done)"
finish
