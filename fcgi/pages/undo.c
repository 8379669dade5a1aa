/* Taking back what a request did. */
#include "pages/pages.h"

enum rc
undo_create(struct turn *t)
{
	enum rc rc;

	rc = turn_run(t, DB_WRITE, "undone=undo_request");
	if (rc != RC_OK)
		return rc;
	response_see_other(t->resp, turn_next(t));
	return RC_OK;
}
