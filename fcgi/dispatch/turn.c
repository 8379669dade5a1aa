/* Statements of a turn: parameters in, rows out, errors to fields. */
#include "dispatch/turn.h"

#include <string.h>

#include "core/log.h"
#include "dispatch/convention.h"

static const char *const reserved[] = { "session", "key", "tenant_id",
	"user_id", "needs", "ip", "user_agent", "request_id", "form",
	"if_match", "given", "values", "noun" };

bool
turn_is_reserved(const char *name)
{
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (strcmp(name, reserved[i]) == 0)
			return true;
	return false;
}

const char *
turn_pool(const struct route *r)
{
	return r->pool != NULL ? r->pool : "app";
}

static bool
has_key(const struct turn *t)
{
	return t->key[0] != '\0';
}

/* Who asks, as far as t->token knows. */
static const char *
identity(const struct turn *t, const char *text)
{
	return t->is_signed_in && text[0] != '\0' ? text : NULL;
}

static const char *
argument(const struct turn *t, const char *name)
{
	const struct request *q = t->req;

	if (strcmp(name, "session") == 0)
		return identity(t, t->token.session);
	if (strcmp(name, "key") == 0)
		return t->key;
	if (strcmp(name, "tenant_id") == 0)
		return identity(t, t->token.tenant_id);
	if (strcmp(name, "user_id") == 0)
		return identity(t, t->token.user_id);
	if (strcmp(name, "needs") == 0)
		return needs_role(t->route->needs);
	if (strcmp(name, "ip") == 0)
		return q->ip;
	if (strcmp(name, "user_agent") == 0)
		return q->user_agent;
	if (strcmp(name, "request_id") == 0)
		return q->id;
	if (strcmp(name, "form") == 0)
		return t->form;
	if (strcmp(name, "given") == 0)
		return t->given;
	if (strcmp(name, "values") == 0)
		return t->values;
	if (strcmp(name, "noun") == 0)
		return t->route->noun;
	if (strcmp(name, "if_match") == 0)
		return q->if_match.ptr;
	return input_get(&t->inputs, name);
}

static void
set_step(struct turn *t, struct db_step *step, const struct stmt *s)
{
	const char **args;

	args = arena_array(t->arena, s->params + 1, sizeof(*args));
	for (size_t i = 0; i < s->params; i++)
		args[i] = argument(t, s->param[i]);
	*step = (struct db_step){ .stmt = s, .args = args };
}

/* "done" is a word of the page, or the id of the request that led to it. */
static bool
is_after_request(const struct turn *t)
{
	const char *done = input_get(&t->inputs, "done");

	return t->route->template != NULL && done != NULL &&
	       strlen(done) == 32 && strspn(done, "0123456789abcdef") == 32;
}

static size_t
set_toast(struct turn *t, struct db_step *step)
{
	if (!is_after_request(t))
		return 0;
	set_step(t, step, stmt_find(t->app->stmts, STR("undo_toast")));
	return 1;
}

/* begin_request first: without it row security shows nothing. */
static size_t
set_context(struct turn *t, struct db_step *steps)
{
	const struct stmt_set *all = t->app->stmts;
	size_t n = 1;

	if (t->route->needs == ANYONE)
		return 0;
	set_step(t, &steps[0],
	    stmt_find(all,
		has_key(t) ? STR("begin_api_request") : STR("begin_request")));
	t->results[0].alias = STR("session");
	if (!has_key(t) && t->route->needs != VIEWER) {
		t->results[n].alias = STR("role");
		set_step(t, &steps[n++], stmt_find(all, STR("require_role")));
	}
	if (t->name != NULL) {
		t->results[n].alias = STR("named");
		set_step(
		    t, &steps[n++], stmt_find(all, STR("idempotency_take")));
	}
	t->results[n].alias = STR("toast");
	return n + set_toast(t, &steps[n]);
}

static void
note_error(struct turn *t, enum rc rc, const struct db_error *err)
{
	const char *message;
	bool is_ours = strncmp(err->sqlstate, "MS", 2) == 0;

	if (rc != RC_INVALID && rc != RC_CONFLICT) {
		if (is_ours)
			t->detail = arena_strdup(t->arena, err->message);
		return;
	}
	message = is_ours ? arena_strdup(t->arena, err->message)
		  : rc == RC_CONFLICT
		      ? "This exists already."
		      : "One of the values does not fit the data as it is now.";
	if (!is_ours)
		log_event(LOG_WARN,
		    "input passed the fields but not the "
		    "database",
		    "sqlstate", err->sqlstate, "error", err->message, NULL);
	field_fail(t->arena, &t->errors,
	    err->column[0] != '\0' ? arena_strdup(t->arena, err->column)
				   : "form",
	    err->code[0] != '\0' ? arena_strdup(t->arena, err->code)
				 : "refused",
	    message);
	t->detail = message;
}

/* A token may name a session that another user's token opened: never. */
static enum rc
check_session(const struct turn *t)
{
	if (t->route->needs == ANYONE)
		return RC_OK;
	if ((has_key(t) ||
		str_is(turn_get(t, "session", "user_id"), t->token.user_id)) &&
	    str_is(turn_get(t, "session", "tenant_id"), t->token.tenant_id))
		return RC_OK;
	log_event(LOG_WARN, "token and session differ", NULL);
	return RC_NOBODY;
}

struct decision {
	struct turn *t;
	struct db_step *steps;
	size_t n;
	enum rc rc;
};

static void
take_rows(struct turn *t, const struct db_step *steps, size_t n)
{
	t->n_results = n;
	for (size_t i = 0; i < n; i++)
		t->results[i].rows = steps[i].rows;
}

/* What is refused was not done.  A named request is answered here, so that
 * the answer is kept with what was done. */
static bool
decide(void *arg, struct db_step *out)
{
	struct decision *d = arg;
	struct turn *t = d->t;

	take_rows(t, d->steps, d->n);
	d->rc = check_session(t);
	if (d->rc == RC_OK && t->name != NULL)
		d->rc = turn_answer(t);
	else if (d->rc == RC_OK && turn_is_missing(t))
		d->rc = RC_ABSENT;
	if (d->rc != RC_OK || t->name == NULL)
		return d->rc == RC_OK;
	t->is_answered = true;
	convention_keep(t);
	set_step(t, out, stmt_find(t->app->stmts, STR("idempotency_keep")));
	return true;
}

static enum rc
run_steps(struct turn *t, enum db_mode mode, struct db_step *steps, size_t n,
    struct db_error *err)
{
	struct decision d = { t, steps, n, RC_OK };
	struct db_last last = { decide, &d };
	bool is_open =
	    mode == DB_WRITE && (t->name != NULL || t->route->must != NULL);
	enum rc rc;

	rc = db_run_last(
	    t->app->db, t->arena, mode, steps, n, is_open ? &last : NULL, err);
	return d.rc != RC_OK ? d.rc : rc;
}

enum rc
turn_run(struct turn *t, enum db_mode mode, const char *statements)
{
	struct db_step steps[TURN_STEPS_MAX] = { 0 };
	struct db_error err;
	struct str alias, name;
	size_t n;
	enum rc rc;

	n = set_context(t, steps);
	while (
	    n < TURN_STEPS_MAX && route_next_step(&statements, &alias, &name)) {
		const struct stmt *s;

		s = route_stmt(t->app->stmts, name, &t->inputs);
		if (s == NULL)
			return RC_BROKEN; /* routes_check() saw to it */
		t->results[n].alias = alias;
		set_step(t, &steps[n++], s);
	}
	rc = run_steps(t, mode, steps, n, &err);
	take_rows(t, steps, rc == RC_OK ? n : 0);
	if (rc == RC_CONFLICT && strcmp(err.code, "replay") == 0)
		return convention_replay(t);
	if (rc != RC_OK) {
		t->is_answered = false;
		note_error(t, rc, &err);
		return rc;
	}
	return check_session(t);
}

enum rc
turn_open_key(struct turn *t)
{
	struct db_step step;
	struct db_error err;
	struct str tenant;
	enum rc rc;

	set_step(t, &step, stmt_find(t->app->stmts, STR("api_key_tenant")));
	rc = db_run(t->app->db, t->arena, DB_READ, &step, 1, &err);
	if (rc != RC_OK)
		return rc;
	tenant = rows_get(step.rows, 0, "tenant_id");
	if (tenant.len != sizeof(t->token.tenant_id) - 1) {
		t->detail = "This key is not valid, or not any more.";
		return RC_NOBODY;
	}
	memcpy(t->token.tenant_id, tenant.ptr, tenant.len);
	t->is_signed_in = true;
	return RC_OK;
}

void
turn_set(struct turn *t, const char *name, const char *text)
{
	t->inputs.list[t->inputs.count++] = (struct input){ name, text };
}

const struct rows *
turn_rows(const struct turn *t, const char *alias)
{
	for (size_t i = 0; i < t->n_results; i++)
		if (str_is(t->results[i].alias, alias))
			return t->results[i].rows;
	return NULL;
}

struct str
turn_get(const struct turn *t, const char *alias, const char *column)
{
	const struct rows *r = turn_rows(t, alias);

	if (r == NULL)
		return (struct str){ NULL, 0 };
	return rows_get(r, 0, column);
}
