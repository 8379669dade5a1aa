/* Sign-in and sign-up: the only pages that hash a password. */
#include "pages/pages.h"

#include <stdio.h>
#include <string.h>

#include "auth/password.h"
#include "auth/throttle.h"
#include "core/clock.h"
#include "http/cookie.h"

#define HOME "/dashboard/executive"

/* The form again, with one sentence above it. */
static enum rc
sign_in_refused(struct turn *t, enum rc rc, const char *message)
{
	t->detail = message;
	field_fail(t->arena, &t->errors, "form", "refused", message);
	if (t->req->is_api)
		return rc;
	return turn_page(t, rc == RC_LIMIT ? 429 : 401, "login");
}

static void
set_throttle(struct turn *t, const struct throttle *keys)
{
	turn_set(t, "throttle_email", arena_strdup(t->arena, keys->email));
	turn_set(t, "throttle_net", arena_strdup(t->arena, keys->net));
}

/* Seconds to wait, from a counter that exists for unknown people too. */
static enum rc
check_gate(struct turn *t)
{
	struct str wait = turn_get(t, "gate", "seconds");
	long seconds = 0;

	if (!str_to_long(wait, &seconds) || seconds <= 0)
		return RC_OK;
	response_header(
	    t->resp, "Retry-After", arena_printf(t->arena, "%ld", seconds));
	return sign_in_refused(t, RC_LIMIT,
	    arena_printf(t->arena,
		"Too many tries. Wait %ld seconds, then try again.", seconds));
}

static enum rc
check_password(struct turn *t)
{
	struct str hash = turn_get(t, "user", "password_hash");
	/* Without a tenant there is nowhere to sign in to. */
	bool is_active = str_is(turn_get(t, "user", "is_active"), "t") &&
			 turn_get(t, "user", "tenant_id").ptr != NULL;
	enum rc rc;

	rc = password_verify(t->app->keys,
	    str_of(input_get(&t->inputs, "password")),
	    is_active ? hash.ptr : NULL);
	if (rc == RC_OK || rc == RC_BROKEN)
		return rc;
	rc = turn_run(t, DB_WRITE, "failed=login_failed");
	if (rc != RC_OK)
		return rc;
	return sign_in_refused(t, RC_NOBODY, "E-mail or password is wrong.");
}

/* A session in the database, and its envelope. */
static enum rc
open_session(struct turn *t, char text_out[TOKEN_SIZE])
{
	enum rc rc;

	rc = token_new(turn_get(t, "user", "user_id").ptr,
	    turn_get(t, "user", "tenant_id").ptr, clock_now(), &t->token);
	if (rc != RC_OK)
		return rc;
	turn_set(t, "new_session", t->token.session);
	turn_set(t, "new_user", t->token.user_id);
	turn_set(t, "new_tenant", t->token.tenant_id);
	rc = turn_run(t, DB_WRITE, "opened=login_ok");
	if (rc != RC_OK)
		return rc;
	return token_sign(t->app->keys, &t->token, text_out);
}

/* RC_OK with *done set: an answer has been written already. */
static enum rc
sign_in(struct turn *t, char token_out[TOKEN_SIZE], bool *done)
{
	struct throttle keys;
	enum rc rc;

	rc = throttle_names(t->app->keys,
	    str_of(input_get(&t->inputs, "email")), t->req->ip, &keys);
	if (rc != RC_OK)
		return rc;
	set_throttle(t, &keys);
	rc = turn_run(t, DB_READ, "gate=login_gate user=login_lookup");
	if (rc == RC_OK)
		rc = check_gate(t);
	if (rc == RC_OK && t->errors.count == 0)
		rc = check_password(t);
	*done = t->errors.count > 0;
	if (rc != RC_OK || *done)
		return rc;
	return open_session(t, token_out);
}

enum rc
sign_in_create(struct turn *t)
{
	const char *next = input_get(&t->inputs, "next");
	char token[TOKEN_SIZE];
	bool done = false;
	enum rc rc;

	rc = sign_in(t, token, &done);
	if (rc != RC_OK || done)
		return rc;
	response_header(t->resp, "Set-Cookie",
	    cookie_format(t->arena, token, TOKEN_LIFETIME));
	response_see_other(t->resp, next != NULL ? next : HOME);
	return RC_OK;
}

enum rc
sign_in_api_create(struct turn *t)
{
	char token[TOKEN_SIZE];
	bool done = false;
	enum rc rc;

	rc = sign_in(t, token, &done);
	if (rc != RC_OK || done)
		return rc;
	t->resp->status = 201;
	t->resp->content_type = "application/json";
	buf_printf(t->resp->body,
	    "{\"access_token\":\"%s\",\"token_type\":\"Bearer\","
	    "\"expires_in\":%d}",
	    token, TOKEN_LIFETIME);
	return RC_OK;
}

/*
 * Whether the e-mail is taken is nobody's business: the answer is the same
 * either way, and so is the work.
 */
enum rc
sign_up_create(struct turn *t)
{
	struct str password = str_of(input_get(&t->inputs, "password"));
	char *hash = arena_alloc(t->arena, PASSWORD_HASH_SIZE);
	const char *fault;
	enum rc rc;

	fault = password_fault(password, str_of(input_get(&t->inputs, "email")),
	    str_of(input_get(&t->inputs, "organisation")));
	if (fault != NULL) {
		field_fail(t->arena, &t->errors, "password", "weak", fault);
		return RC_INVALID;
	}
	rc = password_hash(t->app->keys, password, hash);
	if (rc != RC_OK)
		return rc;
	turn_set(t, "password_hash", hash);
	rc = turn_run(t, DB_WRITE, "made=sign_up");
	if (rc == RC_OK)
		response_see_other(t->resp, "/login?done=signed_up");
	return rc;
}
