/*
 * json_scan.h - judges JSON text before a library sees it.
 *
 * The rules stand in json_gate.h, those for items in json_items.h; only
 * the files of these names call this.
 */
#ifndef HTTP_JSON_SCAN_H
#define HTTP_JSON_SCAN_H

#include "core/arena.h"
#include "core/rc.h"
#include "core/str.h"
#include "http/json_gate.h"

/*
 * What a scan of items learned.  A value that cannot be used, but whose end
 * is plain to see, spoils its item; the scan goes on.
 */
struct json_spoiled {
	struct str text; /* the item, or the document */
	size_t index;
	struct str field; /* its member; empty when it has no name */
	const char *why;
};

struct json_scan_items {
	bool is_batch; /* the document has a member "items" */
	size_t count;  /* of items */
	size_t max;    /* only so many are worth remembering */
	struct json_spoiled *spoiled;
	size_t n_spoiled;
	struct json_fault outside; /* why NULL: nothing beside items is bad */
};

/* in is UTF-8; out is the part of it between { and } without the blanks
 * around.  items is NULL when no fault is to be forgiven. */
enum rc json_scan(struct arena *a, struct str in, struct str *out,
    struct json_scan_items *items, struct json_fault *fault) MUST_CHECK;

/* One more step at the end of a pointer; left out when it does not fit. */
void json_pointer_add(char *pointer, size_t size, struct str step);

#endif
