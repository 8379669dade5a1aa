/* The names of result codes, for the log. */
#include "core/rc.h"

const char *
rc_name(enum rc rc)
{
	static const char *const names[RC__MAX] = {
		[RC_OK] = "ok",
		[RC_INVALID] = "invalid",
		[RC_NOBODY] = "nobody",
		[RC_DENIED] = "denied",
		[RC_ABSENT] = "absent",
		[RC_CONFLICT] = "conflict",
		[RC_STALE] = "stale",
		[RC_LIMIT] = "limit",
		[RC_BUSY] = "busy",
		[RC_BROKEN] = "broken",
	};

	return rc < RC__MAX ? names[rc] : "unknown";
}
