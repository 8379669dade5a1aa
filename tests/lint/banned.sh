#!/bin/sh
# Functions that we do not use, each with a safer one in its place.
. "$(dirname "$0")/tap.sh"

all=$(mktemp)
trap 'rm -f "$all"' EXIT
code $(find fcgi tests -name '*.[ch]' ! -path '*/node_modules/*' | sort) \
    >"$all"

# banned NAMES REASON [WHERE IT IS ALLOWED]
banned()
{
	check "no $(echo "$1" | tr '|' ' '): $2" "$(
		grep -E "(^|[^A-Za-z0-9_])($1) *\(" "$all" |
		    grep -vE "^(${3:-none})")"
}

banned 'strcpy|strcat|stpcpy|strncpy|strncat|sprintf|vsprintf|gets' \
    'use core/buf.h or snprintf'
banned 'strtok|asctime|ctime|gmtime|localtime' 'static buffers'
banned 'atoi|atol|atoll|atof|sscanf' 'use str_to_long'
banned 'alloca|setjmp|longjmp' 'the arena is there'
banned 'system|popen|execlp|execvp|tmpnam|mktemp|tempnam' \
    'no shell, no guessable names'
banned 'rand|srand|random|drand48' 'use secret_random'
banned 'PQexec|PQsendQuery' 'statements are prepared' 'fcgi/db/script\.c'
banned 'PQescape[A-Za-z]*' 'values are parameters'
banned 'jwt_dump_fp|abort' 'assert instead' 'tests/'
check "no SQL is built with printf" "$(
	grep -rnEi '(printf|buf_add[a-z]*) *\(.*"(select|insert|update|delete) ' \
	    fcgi --include='*.c')"
check "%n is never written" "$(grep -rnE 'printf.*%n' fcgi)"
check "no mark is left behind" "$(
	grep -rnE '(TODO|FIXME|XXX)\b' fcgi sql templates static nginx scripts \
	    dev)"
finish
