/* A key is made here, shown on the page that answers, and never again. */
#include "pages/pages.h"

#include <string.h>

#include "auth/api_key.h"

/* A new key; its parts become parameters of statements. */
static enum rc
make_key(struct turn *t, char text[API_KEY_SIZE])
{
	char *hash = arena_alloc(t->arena, API_KEY_HASH_SIZE);
	enum rc rc;

	api_key_new(settings_is_production(t->app->settings), text);
	rc = api_key_read(str_of(text), hash);
	if (rc != RC_OK)
		return rc;
	turn_set(t, "key_hash", hash);
	turn_set(
	    t, "key_prefix", arena_strndup(t->arena, text, API_KEY_PREFIX));
	return RC_OK;
}

enum rc
api_key_create(struct turn *t)
{
	char text[API_KEY_SIZE];
	enum rc rc;

	rc = make_key(t, text);
	if (rc == RC_OK)
		rc = turn_run(t, DB_WRITE,
		    "made=api_key_create keys=api_key_list "
		    "roles=api_key_roles tenants=my_tenants");
	if (rc == RC_OK) {
		t->secret = text;
		rc = turn_page(t, 200, "api_key/index");
		t->secret = NULL;
	}
	explicit_bzero(text, sizeof(text));
	return rc;
}

/* The key goes into the answer after that was kept. */
enum rc
api_key_api_create(struct turn *t)
{
	struct buf *body = t->resp->body;
	char text[API_KEY_SIZE];
	enum rc rc;

	rc = make_key(t, text);
	if (rc == RC_OK)
		rc = turn_run(t, DB_WRITE, "made=api_key_api_create");
	if (rc == RC_OK && !t->is_answered)
		rc = turn_answer(t);
	if (rc == RC_OK && str_is(turn_get(t, "made", "prefix"),
			       input_get(&t->inputs, "key_prefix"))) {
		body->len--; /* the brace */
		buf_printf(body, ",\"key\":\"%s\"}", text);
	}
	explicit_bzero(text, sizeof(text));
	return rc;
}
