/* For the supervisor and the load balancer. */
#include "pages/pages.h"

#include "core/clock.h"
#include "core/figures.h"
#include "core/log.h"
#include "dispatch/tally.h"

/* The rules of the catalogue cost some 40 ms to read, and change only with
 * a deployment: a good answer is believed for a while. */
#define BELIEVED_MS 10000

enum rc
probe_health(struct turn *t)
{
	t->resp->content_type = "application/json";
	buf_adds(t->resp->body, "{\"status\":\"ok\"}");
	return RC_OK;
}

enum rc
probe_figures(struct turn *t)
{
	if (!t->req->is_local)
		return RC_ABSENT;
	t->resp->content_type = FIGURES_TYPE;
	tally_write(t->app->tally, t->resp->body);
	return RC_OK;
}

enum rc
probe_ready(struct turn *t)
{
	bool is_known = clock_ms() < t->app->ready_until_ms;
	enum rc rc;

	rc = turn_run(
	    t, DB_READ, is_known ? "ready=readiness_alive" : "ready=readiness");
	if (rc != RC_OK)
		return rc;
	if (!str_is(turn_get(t, "ready", "is_ready"), "t")) {
		log_event(LOG_ERROR, "the database breaks rules of tenancy",
		    "violations", turn_get(t, "ready", "violations").ptr, NULL);
		t->detail = "The database breaks rules of tenancy.";
		return RC_BUSY;
	}
	if (!is_known)
		t->app->ready_until_ms = clock_ms() + BELIEVED_MS;
	t->resp->content_type = "application/json";
	buf_adds(t->resp->body, "{\"status\":\"ready\"}");
	return RC_OK;
}
