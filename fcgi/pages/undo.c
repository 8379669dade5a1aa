/* Taking back what a request did. */
#include "pages/pages.h"

#include <string.h>

/* The page again, which then says what was undone. */
static const char *
next_page(const struct turn *t)
{
	const char *next = input_get(&t->inputs, "next");
	size_t len = strcspn(next, "#");

	return arena_printf(t->arena, "%.*s%cdone=%s%s", (int)len, next,
	    memchr(next, '?', len) != NULL ? '&' : '?', t->req->id, next + len);
}

enum rc
undo_create(struct turn *t)
{
	enum rc rc;

	rc = turn_run(t, DB_WRITE, "undone=undo_request");
	if (rc != RC_OK)
		return rc;
	response_see_other(t->resp, next_page(t));
	return RC_OK;
}
