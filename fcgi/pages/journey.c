/* Moving an account, from the board or from a page of its own. */
#include "pages/pages.h"

enum rc
journey_move(struct turn *t)
{
	enum rc rc;

	rc = turn_run(t, DB_WRITE, "moved=journey_move");
	if (rc != RC_OK)
		return rc;
	response_see_other(t->resp, turn_next(t));
	return RC_OK;
}
