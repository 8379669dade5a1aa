#!/bin/sh
# Templates: everything escaped, nothing inline.
. "$(dirname "$0")/tap.sh"

list()
{
	find templates -name '*.mustache' | sort
}

check "output is never unescaped" "$(
	grep -nE '\{\{\{|\{\{ *&' $(list) | grep -v '{{!')"
check "no inline style or script" "$(
	grep -nEi '[[:space:]](style|on[a-z]+)[[:space:]]*=|javascript:' $(list)
	grep -nEi '<style|<script[^>]*>[^<]' $(list))"
check "attributes are quoted" "$(
	grep -nE '[[:space:]][a-z-]+=\{\{' $(list))"
check "no data inside a script" "$(
	grep -nE '<script[^>]*>.*\{\{' $(list) | grep -v '></script>')"
check "each template says what it wants on its first line" "$(
	for f in $(list); do
		head -n 1 "$f" | grep -q '^{{!' || echo "$f"
	done)"
# Before there is a session there is nothing to bind a token to: signing in
# is guarded by Origin and Sec-Fetch-Site.  Unsubscribing needs no guard: the
# link is the right to do it.
check "every form that writes carries the CSRF token" "$(
	for f in $(list | grep -vE '/(login|signup|invitation|unsubscribe)\.mustache$'); do
		posts=$(grep -ciE '<form[^>]*method="post"' "$f")
		marks=$(grep -cE '\{\{> *(partials/)?csrf|name="_csrf"' "$f")
		[ "$posts" -le "$marks" ] ||
		    echo "$f: $posts forms, $marks tokens"
	done)"
check "style sheets load nothing from elsewhere" "$(
	grep -rnE '@import|https?://' static/css | grep -v 'www.w3.org')"
finish
