/* The order of things. */
#include "dispatch/dispatch.h"

#include <stdio.h>
#include <string.h>

#include "auth/csrf.h"
#include "auth/token_cache.h"
#include "core/clock.h"
#include "core/log.h"
#include "dispatch/convention.h"
#include "dispatch/tally.h"
#include "http/cookie.h"
#include "http/json_items.h"

/* Keys are for programs: no page takes one. */
static enum rc
read_key(struct turn *t, struct str text)
{
	enum rc rc;

	t->is_bearer = true;
	if (!t->req->is_api || t->route->needs == ANYONE ||
	    api_key_read(text, t->key) != RC_OK) {
		t->detail = "This is no key of ours.";
		return RC_NOBODY;
	}
	rc = convention_count(t, t->key);
	return rc == RC_OK ? turn_open_key(t) : rc;
}

/* A key or "Authorization: Bearer" wins over the cookie, which is then not
 * read. */
static enum rc
read_token(struct turn *t)
{
	const struct request *q = t->req;
	struct str text = { NULL, 0 };
	enum rc rc;

	if (q->api_key.ptr != NULL && q->authorization.ptr != NULL) {
		t->detail = "Send x-api-key or Authorization, not both.";
		return RC_INVALID;
	}
	if (q->api_key.ptr != NULL)
		return read_key(t, q->api_key);
	if (q->authorization.ptr != NULL) {
		if (q->authorization.len < 8 ||
		    strncasecmp(q->authorization.ptr, "Bearer ", 7) != 0)
			return RC_NOBODY;
		t->is_bearer = true;
		text.ptr = q->authorization.ptr + 7;
		text.len = q->authorization.len - 7;
		if (api_key_is_meant(text))
			return read_key(t, text);
	} else if (q->cookie.ptr != NULL) {
		rc = cookie_find(q->cookie, &text);
		if (rc != RC_OK)
			return rc == RC_ABSENT ? RC_NOBODY : rc;
	} else {
		return RC_NOBODY;
	}
	rc = token_cache_verify(t->app->tokens, text, clock_now(), &t->token);
	t->is_signed_in = rc == RC_OK;
	return rc == RC_OK ? convention_count(t, t->token.session) : rc;
}

static enum rc
check_origin(struct turn *t)
{
	const struct request *q = t->req;

	/* A program that asks for a token gets no cookie, and no browser
	 * carries anything to this route by itself. */
	if (t->is_bearer || t->route->is_link ||
	    (q->is_api && t->route->needs == ANYONE))
		return RC_OK;
	if (csrf_origin_ok(method_is_write(q->method), q->sec_fetch_site,
		q->origin, str_of(t->app->settings->url)))
		return RC_OK;
	t->detail = "This form did not come from a page of this site.";
	return RC_DENIED;
}

static enum rc
check_csrf(struct turn *t)
{
	struct str token = t->req->csrf;
	const struct form *form;
	enum rc rc;

	if (t->is_bearer || t->route->needs == ANYONE ||
	    !method_is_write(t->req->method))
		return RC_OK;
	if (token.ptr == NULL && !t->req->is_json) {
		rc = turn_form(t, &form);
		if (rc != RC_OK)
			return rc;
		token = form_get(form, CSRF_FIELD);
	}
	if (csrf_verify(&t->token, token) == RC_OK)
		return RC_OK;
	t->detail = "This page is too old to be sent. Go back, load it "
		    "again and repeat.";
	return RC_DENIED;
}

/* A name from path or fields, request_id, or alias.column. */
static struct str
named(const struct turn *t, struct str name)
{
	const char *dot = memchr(name.ptr, '.', name.len);
	const char *text = arena_strndup(t->arena, name.ptr, name.len);

	if (strcmp(text, "request_id") == 0)
		return str_of(t->req->id);
	if (dot == NULL)
		return str_of(input_get(&t->inputs, text));
	return turn_get(t,
	    arena_strndup(t->arena, name.ptr, (size_t)(dot - name.ptr)),
	    text + (dot - name.ptr) + 1);
}

/* What is filled in for {name} is percent-encoded, but for a whole address and
 * for {+alias.column} (see route.h). */
static const char *
filled(struct turn *t, const char *pattern)
{
	bool is_whole = *pattern == '{';
	const char *text;
	struct buf b;

	buf_init(&b, 2048);
	while (*pattern != '\0') {
		size_t len = strcspn(pattern, "{");
		struct str value;
		bool is_plain;

		buf_add(&b, pattern, len);
		pattern += len;
		if (*pattern == '\0')
			break;
		is_plain = *++pattern == '+';
		pattern += is_plain;
		len = strcspn(pattern, "}");
		value = named(t, (struct str){ pattern, len });
		if (value.ptr != NULL && (is_whole || is_plain))
			buf_add(&b, value.ptr, value.len);
		else if (value.ptr != NULL)
			buf_url(&b, value.ptr, value.len);
		pattern += len + 1;
	}
	text = arena_strndup(t->arena, b.data, b.len);
	buf_free(&b);
	return text;
}

static void
redirect(struct turn *t, const char *pattern)
{
	response_see_other(t->resp, strcmp(pattern, ROUTE_NEXT) == 0
					? turn_next(t)
					: filled(t, pattern));
}

bool
turn_is_missing(const struct turn *t)
{
	const struct rows *rows;

	if (t->route->must == NULL)
		return false;
	rows = turn_rows(t, t->route->must);
	return rows == NULL || rows_count(rows) == 0;
}

/* The page of the form, with what was typed and what was wrong with it. */
static enum rc
form_again(struct turn *t, enum rc why)
{
	const struct route *page = route_page(t->app->routes, t->route->again);
	const struct inputs typed = t->inputs;
	struct inputs in = { .list = arena_array(t->arena,
				 typed.count + field_count(page->fields) + 1,
				 sizeof(struct input)) };
	int status = why == RC_CONFLICT ? 409 : 422;
	enum rc rc;

	for (size_t i = 0; i < typed.count; i++)
		if (field_find(t->route->fields, str_of(typed.list[i].name)) ==
		    NULL)
			in.list[in.count++] = typed.list[i]; /* of the path */
	for (const struct field *f = page->fields; f && f->name; f++)
		if (f->fallback != NULL)
			in.list[in.count++] =
			    (struct input){ f->name, f->fallback };
	t->inputs = in;
	t->failed = t->route;
	t->route = page;
	if (page->statements != NULL || page->needs != ANYONE) {
		rc = turn_run(t, DB_READ, page->statements);
		if (rc != RC_OK)
			return rc;
	}
	if (turn_is_missing(t))
		return RC_ABSENT;
	return turn_page(t, status, page->template);
}

/* What the database found wrong: all of it, beside the fields. */
static enum rc
take_faults(struct turn *t)
{
	const struct rows *rows = turn_rows(t, t->route->faults);
	size_t n = rows != NULL ? rows_count(rows) : 0;

	for (size_t i = 0; i < n; i++) {
		const char *code = rows_get(rows, i, "code").ptr;

		field_fail(t->arena, &t->errors, rows_get(rows, i, "field").ptr,
		    code != NULL ? code : "refused",
		    rows_get(rows, i, "message").ptr);
	}
	return n > 0 ? RC_INVALID : RC_OK;
}

enum rc
turn_answer(struct turn *t)
{
	const struct route *r = t->route;
	const struct rows *rows;
	enum rc rc;

	if (r->faults != NULL) {
		rc = take_faults(t);
		if (rc != RC_OK)
			return rc;
	}
	if (turn_is_missing(t))
		return RC_ABSENT;
	if (r->redirect != NULL) {
		redirect(t, r->redirect);
		return RC_OK;
	}
	if (r->instead != NULL) {
		struct str url = named(t, str_of(r->instead));

		if (url.ptr != NULL) {
			response_see_other(
			    t->resp, arena_strndup(t->arena, url.ptr, url.len));
			return RC_OK;
		}
	}
	if (r->template != NULL)
		return turn_page(t, 200, r->template);

	rows = turn_rows(t, r->csv != NULL ? r->csv : r->json);
	if (rows == NULL || rows_count(rows) == 0 ||
	    rows_text(rows, 0, 0).ptr == NULL)
		return RC_ABSENT;
	t->resp->content_type =
	    r->csv != NULL ? "text/csv; charset=utf-8" : "application/json";
	if (r->csv != NULL)
		response_header(t->resp, "Content-Disposition",
		    arena_printf(
			t->arena, "attachment; filename=\"%s.csv\"", r->csv));
	t->resp->status = r->status != 0 ? r->status : 200;
	buf_add(t->resp->body, rows_text(rows, 0, 0).ptr,
	    rows_text(rows, 0, 0).len);
	if (r->location != NULL)
		response_header(t->resp, "Location", filled(t, r->location));
	if (r->doc.is_list)
		convention_link(t, rows_get(rows, 0, "next_cursor"));
	if (t->req->is_api &&
	    (r->method == GET || rows_get(rows, 0, "etag").ptr != NULL))
		convention_tag(t, rows_get(rows, 0, "etag"));
	return RC_OK;
}

static enum rc
run(struct turn *t, const struct inputs *path)
{
	const struct route *r = t->route;
	enum rc rc;

	rc = read_token(t);
	if (r->needs == ANYONE && rc == RC_NOBODY)
		rc = RC_OK;
	if (rc == RC_OK)
		rc = check_origin(t);
	if (rc == RC_OK)
		rc = check_csrf(t);
	if (rc != RC_OK)
		return rc;
	if (r->is_hidden && settings_is_production(t->app->settings))
		return RC_ABSENT;
	rc = turn_read_fields(t, path);
	if (rc != RC_OK)
		return rc;
	rc = convention_name(t);
	if (rc != RC_OK)
		return rc;
	if (r->handler != NULL)
		return r->handler(t);
	rc = RC_OK;
	if (r->statements != NULL || r->needs != ANYONE)
		rc =
		    turn_run(t, method_is_write(r->method) ? DB_WRITE : DB_READ,
			r->statements);
	return rc == RC_OK && !t->is_answered ? turn_answer(t) : rc;
}

static int
status_of(const struct turn *t, enum rc rc)
{
	const char *code = t->errors.count > 0 ? t->errors.list[0].code : "";

	if (rc == RC_INVALID &&
	    (strcmp(code, "malformed") == 0 || strcmp(code, "unknown") == 0 ||
		t->errors.count == 0))
		return 400;
	return 0;
}

static void
serve(struct turn *t, const struct inputs *path)
{
	const struct route *r = t->route;
	enum rc rc;
	int status;

	rc = run(t, path);
	status = status_of(t, rc);
	if ((rc == RC_INVALID || rc == RC_CONFLICT) && status != 400 &&
	    r->again != NULL && !t->req->is_api && t->errors.count > 0)
		rc = form_again(t, rc);
	if (rc != RC_OK)
		turn_fail(t, rc, status);
	t->route = r;
}

static void
refuse_method(struct turn *t, const struct route_match *m)
{
	const char *allow = "";

	for (size_t i = 0; i < m->n_allowed; i++)
		allow = arena_printf(t->arena, "%s%s%s", allow,
		    i > 0 ? ", " : "", method_name(m->allowed[i]));
	response_header(t->resp, "Allow", allow);
	t->detail = arena_printf(t->arena, "This address knows %s.", allow);
	turn_fail(t, RC_INVALID, 405);
}

/* Noted at most once in five minutes, after the answer went out. */
static void
touch(struct turn *t)
{
	struct db_error err;
	bool is_key = t->key[0] != '\0';
	struct db_step step = { .stmt = stmt_find(t->app->stmts,
				    is_key ? STR("touch_api_key")
					   : STR("touch_session")) };
	const char *args[] = { is_key ? t->key : t->token.session };

	if (!str_is(turn_get(t, "session", "touch"), "t") || step.stmt == NULL)
		return;
	step.args = args;
	if (db_run(t->app->db, t->arena, DB_WRITE, &step, 1, &err) != RC_OK)
		return; /* db_run() logged it */
}

static void
log_turn(const struct turn *t, uint64_t took)
{
	struct db_cost cost = db_take_cost(t->app->db);
	char status[16], us[24], db_us[24], db_trips[16];
	const char *pattern = t->route != NULL ? t->route->path : "(none)";

	(void)snprintf(status, sizeof(status), "%d", t->resp->status);
	(void)snprintf(us, sizeof(us), "%llu", (unsigned long long)took);
	(void)snprintf(
	    db_us, sizeof(db_us), "%llu", (unsigned long long)cost.us);
	(void)snprintf(db_trips, sizeof(db_trips), "%u", cost.trips);
	log_event(LOG_INFO, "request", "method", method_name(t->req->method),
	    "route", pattern, "#status", status, "#us", us, "#db_us", db_us,
	    "#db_trips", db_trips, "trace_id", t->req->trace_id, NULL);
	tally_end(t->app->tally, t->route, t->resp->status, took, &cost);
}

static size_t
body_max(const struct route *r)
{
	if (r->takes_items)
		return JSON_ITEMS_BODY_MAX;
	return r->takes_form ? FORM_BODY_MAX : BODY_MAX;
}

void
dispatch(struct app *app, struct arena *a, struct fcgi *f)
{
	uint64_t start = clock_us();
	struct route_match m = { 0 };
	struct response resp;
	struct request req;
	struct turn t = { .app = app, .arena = a, .req = &req, .resp = &resp };
	int status = 0;
	enum rc rc;

	tally_begin(app->tally);
	response_init(&resp, &app->body);
	(void)db_take_cost(app->db); /* of touch() after the last answer */
	rc = request_read(f, a, &req, &status, &t.detail);
	log_request_id(req.id);
	if (rc == RC_OK) {
		route_find(a, app->routes, app->settings->pool, req.method,
		    req.path, &m);
		t.route = m.route;
	}
	if (rc == RC_OK && m.route != NULL)
		rc = request_read_body(f, a, &req, body_max(m.route),
		    !req.is_api || m.route->takes_form, &status, &t.detail);
	if (rc != RC_OK)
		turn_fail(&t, rc, status);
	else if (m.route != NULL)
		serve(&t, &m.path);
	else if (m.n_allowed > 0)
		refuse_method(&t, &m);
	else
		turn_fail(&t, RC_ABSENT, 0);
	response_send(&resp, f, req.is_head);
	log_turn(&t, clock_us() - start);
	touch(&t);
	log_request_id(NULL);
}
