/* How each result code looks from outside. */
#include <string.h>

#include "dispatch/turn.h"
#include "http/cookie.h"

struct outside {
	int status;
	const char *title;
	const char *detail; /* when nothing better is known */
};

static const struct outside *
outside_of(enum rc rc)
{
	/* clang-format off */
	static const struct outside table[RC__MAX] = {
		[RC_INVALID] = { 422, "That cannot be used",
		    "Some of the values are not right." },
		[RC_NOBODY] = { 401, "Sign in first",
		    "Send a key in x-api-key, or the cookie of a session." },
		[RC_DENIED] = { 403, "Not allowed",
		    "Your role does not include this." },
		[RC_ABSENT] = { 404, "Not found",
		    "There is nothing here that you may see." },
		[RC_CONFLICT] = { 409, "Changed in the meantime",
		    "Somebody else was faster. Look again and repeat." },
		[RC_STALE] = { 412, "Changed in the meantime",
		    "It is not as If-Match says. Look again and repeat." },
		[RC_LIMIT] = { 429, "Too many tries",
		    "Wait a moment, then try again." },
		[RC_BUSY] = { 503, "Not available right now",
		    "The database does not answer. Try again in a moment." },
		[RC_BROKEN] = { 500, "Something went wrong",
		    "This is our mistake. It was written to the log." },
	};
	/* clang-format on */

	return &table[rc > RC_OK && rc < RC__MAX ? rc : RC_BROKEN];
}

static void
add_json(struct buf *b, const char *key, const char *value)
{
	buf_printf(b, ",\"%s\":", key);
	buf_json(b, value, strlen(value));
}

/* RFC 9457, with a JSON pointer (RFC 6901) for each field. */
static void
problem(struct turn *t, const struct outside *o, int status, const char *detail)
{
	struct buf *b = t->resp->body;

	buf_clear(b);
	t->resp->status = status;
	t->resp->content_type = "application/problem+json";
	buf_printf(b, "{\"type\":\"about:blank\",\"status\":%d", status);
	add_json(b, "title", o->title);
	add_json(b, "detail", detail);
	add_json(b, "instance", t->req->path != NULL ? t->req->path : "");
	add_json(b, "request_id", t->req->id != NULL ? t->req->id : "");
	if (t->errors.count > 0)
		buf_adds(b, ",\"errors\":[");
	for (size_t i = 0; i < t->errors.count; i++) {
		const struct field_error *e = &t->errors.list[i];
		const char *pointer = arena_printf(t->arena, "/%s", e->name);

		buf_adds(b, i == 0 ? "{\"pointer\":" : ",{\"pointer\":");
		buf_json(b, pointer, strlen(pointer));
		add_json(b, "code", e->code);
		add_json(b, "detail", e->message);
		buf_addc(b, '}');
	}
	buf_adds(b, t->errors.count > 0 ? "]}" : "}");
}

/* Back to where one wanted to go, after the sign-in. */
static void
to_sign_in(struct turn *t)
{
	struct buf b;

	buf_init(&b, 4096);
	buf_adds(&b, "/login");
	if (t->req->method == GET && !t->req->is_head &&
	    strcmp(t->req->path, "/") != 0) {
		buf_adds(&b, "?next=");
		buf_url(&b, t->req->path, strlen(t->req->path));
		if (t->req->query.len > 0 && t->req->query.len < 400) {
			buf_adds(&b, "%3F");
			buf_url(&b, t->req->query.ptr, t->req->query.len);
		}
	}
	response_see_other(t->resp, arena_strndup(t->arena, b.data, b.len));
	buf_free(&b);
	if (t->req->cookie.ptr != NULL)
		response_header(
		    t->resp, "Set-Cookie", cookie_format(t->arena, NULL, 0));
}

/* Where to try again what may work the next time; NULL: it would not. */
static const char *
retry(const struct turn *t, int status)
{
	struct str query = t->req->query;

	if (t->req->method != GET || status < 429 || t->req->path == NULL)
		return NULL;
	return arena_printf(t->arena, "%s%s%.*s", t->req->path,
	    query.len > 0 ? "?" : "", (int)query.len,
	    query.len > 0 ? query.ptr : "");
}

static void
page(struct turn *t, const struct outside *o, int status, const char *detail)
{
	const struct mustache *m;
	struct value_map *root = value_map_new(t->arena);
	const char *number = arena_printf(t->arena, "%d", status);

	m = mustache_find(t->app->templates, "error");
	value_map_set(t->arena, root, "asset", t->app->assets);
	value_map_set(t->arena, root, "status", value_text(str_of(number)));
	value_map_set(t->arena, root, "title", value_text(str_of(o->title)));
	value_map_set(t->arena, root, "detail", value_text(str_of(detail)));
	value_map_set(
	    t->arena, root, "request_id", value_text(str_of(t->req->id)));
	if (retry(t, status) != NULL)
		value_map_set(t->arena, root, "retry",
		    value_text(str_of(retry(t, status))));
	t->resp->status = status;
	buf_clear(t->resp->body);
	if (m == NULL || mustache_render(m, t->arena, value_of_map(root),
			     t->resp->body) != RC_OK) {
		buf_clear(t->resp->body);
		buf_adds(t->resp->body, o->title);
		t->resp->content_type = "text/plain; charset=utf-8";
	}
}

void
turn_fail(struct turn *t, enum rc rc, int status)
{
	const struct outside *o = outside_of(rc);
	const char *detail = t->detail != NULL ? t->detail : o->detail;

	if (status == 0)
		status = o->status;
	if (status == 503)
		response_header(t->resp, "Retry-After", "1");
	if (t->errors.count > 0 && t->detail == NULL)
		detail = t->errors.list[0].message;
	if (t->req->is_api)
		problem(t, o, status, detail);
	else if (rc == RC_NOBODY)
		to_sign_in(t);
	else
		page(t, o, status, detail);
}
