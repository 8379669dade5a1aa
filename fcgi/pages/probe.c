/* For the supervisor and the load balancer. */
#include "pages/pages.h"

enum rc
probe_health(struct turn *t)
{
	t->resp->content_type = "application/json";
	buf_adds(t->resp->body, "{\"status\":\"ok\"}");
	return RC_OK;
}
