/* Leaving a session, and changing the tenant. */
#include "pages/pages.h"

#include "core/clock.h"
#include "http/cookie.h"

enum rc
session_remove(struct turn *t)
{
	enum rc rc;

	rc = turn_run(t, DB_WRITE, "ended=session_end");
	if (rc != RC_OK)
		return rc;
	response_header(
	    t->resp, "Set-Cookie", cookie_format(t->arena, NULL, 0));
	response_header(t->resp, "Clear-Site-Data", "\"cache\", \"storage\"");
	response_see_other(t->resp, "/login?done=signed_out");
	return RC_OK;
}

enum rc
session_switch(struct turn *t)
{
	char text[TOKEN_SIZE];
	struct token next;
	enum rc rc;

	rc = token_new(t->token.user_id, input_get(&t->inputs, "tenant"),
	    clock_now(), &next);
	if (rc != RC_OK)
		return rc;
	turn_set(t, "new_session", next.session);
	rc = turn_run(t, DB_WRITE, "switched=session_switch");
	if (rc != RC_OK)
		return rc;
	rc = token_sign(t->app->keys, &next, text);
	if (rc != RC_OK)
		return rc;
	response_header(t->resp, "Set-Cookie",
	    cookie_format(t->arena, text, TOKEN_LIFETIME));
	response_see_other(t->resp, "/dashboard/executive");
	return RC_OK;
}
