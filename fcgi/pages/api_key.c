/* A key is made here, shown on the page that answers, and never again. */
#include "pages/pages.h"

#include <string.h>

#include "auth/api_key.h"

enum rc
api_key_create(struct turn *t)
{
	char text[API_KEY_SIZE];
	char *hash = arena_alloc(t->arena, API_KEY_HASH_SIZE);
	enum rc rc;

	api_key_new(settings_is_production(t->app->settings), text);
	rc = api_key_read(str_of(text), hash);
	if (rc == RC_OK) {
		turn_set(t, "key_hash", hash);
		turn_set(t, "key_prefix",
		    arena_strndup(t->arena, text, API_KEY_PREFIX));
		rc = turn_run(t, DB_WRITE,
		    "made=api_key_create keys=api_key_list "
		    "roles=api_key_roles tenants=my_tenants");
	}
	if (rc == RC_OK) {
		t->secret = text;
		rc = turn_page(t, 200, "api_key/index");
		t->secret = NULL;
	}
	explicit_bzero(text, sizeof(text));
	return rc;
}
