/* Sign-in, sign-up and joining: the only pages that hash a password. */
#include "pages/pages.h"

#include <stdio.h>
#include <string.h>

#include "auth/password.h"
#include "auth/throttle.h"
#include "core/clock.h"
#include "http/cookie.h"

#define HOME "/dashboard/executive"
#define INVITATION "invitation=invitation_show"

/* The form again, with one sentence above it. */
static enum rc
sign_in_refused(struct turn *t, enum rc rc, const char *message)
{
	t->detail = message;
	field_fail(t->arena, &t->errors, "form", "refused", message);
	if (t->req->is_api)
		return rc;
	return turn_page(t, rc == RC_LIMIT ? 429 : 401,
	    route_page(t->app->routes, t->route->again)->template);
}

static enum rc
set_throttle(struct turn *t, struct str email)
{
	struct throttle keys;
	enum rc rc;

	rc = throttle_names(t->app->keys, email, t->req->ip, &keys);
	if (rc != RC_OK)
		return rc;
	turn_set(t, "throttle_email", arena_strdup(t->arena, keys.email));
	turn_set(t, "throttle_net", arena_strdup(t->arena, keys.net));
	return RC_OK;
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

/* hash NULL: nobody that may sign in.  page: what its template wants. */
static enum rc
check_password(struct turn *t, const char *hash, const char *page)
{
	enum rc rc;

	rc = password_verify(
	    t->app->keys, str_of(input_get(&t->inputs, "password")), hash);
	if (rc == RC_OK || rc == RC_BROKEN)
		return rc;
	rc = turn_run(t, DB_WRITE,
	    arena_printf(t->arena, "failed=login_failed %s", page));
	if (rc != RC_OK)
		return rc;
	return sign_in_refused(t, RC_NOBODY, "E-mail or password is wrong.");
}

/* Without a tenant there is nowhere to sign in to. */
static const char *
hash_of_member(const struct turn *t)
{
	if (!str_is(turn_get(t, "user", "is_active"), "t") ||
	    turn_get(t, "user", "tenant_id").ptr == NULL)
		return NULL;
	return turn_get(t, "user", "password_hash").ptr;
}

/* A session in the database, and its envelope; alias has who and where. */
static enum rc
open_session(struct turn *t, const char *alias, char text_out[TOKEN_SIZE])
{
	enum rc rc;

	rc = token_new(turn_get(t, alias, "user_id").ptr,
	    turn_get(t, alias, "tenant_id").ptr, clock_now(), &t->token);
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
	enum rc rc;

	rc = set_throttle(t, str_of(input_get(&t->inputs, "email")));
	if (rc != RC_OK)
		return rc;
	rc = turn_run(t, DB_READ, "gate=login_gate user=login_lookup");
	if (rc == RC_OK)
		rc = check_gate(t);
	if (rc == RC_OK && t->errors.count == 0)
		rc = check_password(t, hash_of_member(t), "");
	*done = t->errors.count > 0;
	if (rc != RC_OK || *done)
		return rc;
	return open_session(t, "user", token_out);
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

/* The invitation says the e-mail. */
static enum rc
find_invited(struct turn *t)
{
	struct str email;
	enum rc rc;

	rc = turn_run(t, DB_READ, INVITATION);
	if (rc != RC_OK)
		return rc;
	email = turn_get(t, "invitation", "email");
	if (email.ptr == NULL)
		return RC_OK;
	turn_set(t, "email", arena_strndup(t->arena, email.ptr, email.len));
	rc = set_throttle(t, email);
	if (rc == RC_OK)
		rc = turn_run(t, DB_READ,
		    INVITATION " gate=login_gate user=login_lookup");
	return rc;
}

/* An account of their own, with a name and a password. */
static enum rc
check_newcomer(struct turn *t)
{
	struct str password = str_of(input_get(&t->inputs, "password"));
	char *hash = arena_alloc(t->arena, PASSWORD_HASH_SIZE);
	const char *fault;
	enum rc rc;

	if (input_get(&t->inputs, "full_name") == NULL)
		field_fail(t->arena, &t->errors, "full_name", "required",
		    "Your name is required.");
	fault = password_fault(password, turn_get(t, "invitation", "email"),
	    turn_get(t, "invitation", "tenant_name"));
	if (fault != NULL)
		field_fail(t->arena, &t->errors, "password", "weak", fault);
	if (t->errors.count > 0)
		return turn_page(t, 422, "invitation");
	rc = password_hash(t->app->keys, password, hash);
	turn_set(t, "password_hash", hash);
	turn_set(t, "known_user", NULL);
	return rc;
}

/* Who has an account joins with its password, wherever it is from. */
static enum rc
check_known(struct turn *t)
{
	struct str user = turn_get(t, "user", "user_id");
	bool is_active = str_is(turn_get(t, "user", "is_active"), "t");
	enum rc rc;

	rc = check_gate(t);
	if (rc != RC_OK || t->errors.count > 0)
		return rc;
	turn_set(t, "password_hash", NULL);
	turn_set(t, "known_user", arena_strndup(t->arena, user.ptr, user.len));
	return check_password(t,
	    is_active ? turn_get(t, "user", "password_hash").ptr : NULL,
	    INVITATION);
}

enum rc
invitation_accept(struct turn *t)
{
	char token[TOKEN_SIZE];
	enum rc rc;

	rc = find_invited(t);
	if (rc != RC_OK)
		return rc;
	if (turn_get(t, "invitation", "email").ptr == NULL)
		return turn_page(t, 404, "invitation");
	rc = turn_get(t, "user", "user_id").ptr != NULL ? check_known(t)
							: check_newcomer(t);
	if (rc != RC_OK || t->errors.count > 0)
		return rc;
	rc = turn_run(t, DB_WRITE, "joined=invitation_accept");
	if (rc == RC_OK)
		rc = open_session(t, "joined", token);
	if (rc != RC_OK)
		return rc;
	response_header(t->resp, "Set-Cookie",
	    cookie_format(t->arena, token, TOKEN_LIFETIME));
	response_see_other(t->resp, HOME);
	return RC_OK;
}
