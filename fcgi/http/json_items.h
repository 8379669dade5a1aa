/*
 * json_items.h - a body of many items, of which one may be bad.
 *
 * The body is an item, or {"items": [...]}.  It passes the same judgement
 * as in json_gate.h, but a value that cannot be used (NaN, a number that no
 * double holds, U+0000 or half a character in a text, a member twice,
 * nesting too deep) costs its item only: that one is taken out, and told in
 * faults.  What is not JSON at all is refused as a whole.  No tree is built:
 * PostgreSQL reads the text.
 */
#ifndef HTTP_JSON_ITEMS_H
#define HTTP_JSON_ITEMS_H

#include "core/arena.h"
#include "core/rc.h"
#include "core/str.h"
#include "http/json_gate.h"

#define JSON_ITEMS_MAX 2500
#define JSON_ITEMS_BODY_MAX ((size_t)2 << 20)

struct json_items {
	const char *text;   /* the document, terminated; bad items are 0 */
	const char *faults; /* [{index, field, detail}] as JSON; or NULL */
	size_t count;
};

/* RC_INVALID and a fault when the document cannot be read, or when it has
 * too many items. */
enum rc json_items_parse(struct arena *a, struct str body,
    struct json_items *out, struct json_fault *fault) MUST_CHECK;

#endif
