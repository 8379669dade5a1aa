/* What a template sees of a turn. */
#include <string.h>

#include "auth/csrf.h"
#include "core/log.h"
#include "dispatch/turn.h"

static void
set_text(
    struct turn *t, struct value_map *m, const char *name, const char *text)
{
	value_map_set(t->arena, m, name, value_text(str_of(text)));
}

/* { "<key>": true }: a template asks whether this is the one. */
static struct value
only(struct turn *t, const char *key)
{
	struct value_map *m = value_map_new(t->arena);

	if (key != NULL && *key != '\0')
		value_map_set(t->arena, m, key, value_bool(true));
	return value_of_map(m);
}

static struct value
typed(struct turn *t)
{
	struct value_map *m = value_map_new(t->arena);

	for (size_t i = 0; i < t->echo.count; i++)
		set_text(t, m, t->echo.list[i].name, t->echo.list[i].text);
	return value_of_map(m);
}

/* { "name": …, "message": … } */
static struct json *
error_item(struct turn *t, const struct field_error *e)
{
	struct json *item = arena_alloc(t->arena, 3 * sizeof(*item));

	item[0] = (struct json){ .kind = JSON_OBJECT, .first = &item[1] };
	item[1] = (struct json){ .kind = JSON_STRING,
		.name = STR("name"),
		.text = str_of(e->name),
		.next = &item[2] };
	item[2] = (struct json){ .kind = JSON_STRING,
		.name = STR("message"),
		.text = str_of(e->message) };
	return item;
}

/* The same errors twice: by field for the form, in order for the summary. */
static void
set_errors(struct turn *t, struct value_map *root)
{
	struct value_map *m = value_map_new(t->arena);
	struct json *list = arena_alloc(t->arena, sizeof(*list));
	struct json **last = &list->first;

	list->kind = JSON_ARRAY;
	for (size_t i = 0; i < t->errors.count; i++) {
		const struct field_error *e = &t->errors.list[i];

		set_text(t, m, e->name, e->message);
		*last = error_item(t, e);
		last = &(*last)->next;
	}
	value_map_set(t->arena, root, "error", value_of_map(m));
	value_map_set(t->arena, root, "errors", value_json(list));
}

static void
set_csrf(struct turn *t, struct value_map *root)
{
	char *text = arena_alloc(t->arena, CSRF_SIZE);

	if (!t->is_signed_in)
		return;
	csrf_issue(&t->token, text);
	set_text(t, root, "csrf", text);
}

/* What a field of the type FIELD_LOCAL takes. */
#define HERE_MAX 512

/* Where the page can be found again, without what it said was done. */
static const char *
here(const struct turn *t)
{
	struct str query = t->req->query;
	const char *before = "?", *at = query.ptr;
	struct buf b;
	const char *text;

	buf_init(&b, HERE_MAX);
	buf_adds(&b, t->req->path);
	while (at != NULL && at < query.ptr + query.len) {
		const char *end = query.ptr + query.len;
		const char *and = memchr(at, '&', (size_t)(end - at));
		size_t len = (size_t)((and != NULL ? and : end) - at);

		if (len > 0 && strncmp(at, "done=", 5) != 0) {
			buf_adds(&b, before);
			buf_add(&b, at, len);
			before = "&";
		}
		at += len + 1;
	}
	text =
	    b.spoiled ? t->req->path : arena_strndup(t->arena, b.data, b.len);
	buf_free(&b);
	return text;
}

const char *
turn_next(const struct turn *t)
{
	const char *next = input_get(&t->inputs, "next");
	size_t len = strcspn(next, "#");

	return arena_printf(t->arena, "%.*s%cdone=%s%s", (int)len, next,
	    memchr(next, '?', len) != NULL ? '&' : '?', t->req->id, next + len);
}

/* The last word of the path that a form was sent to: which one to open. */
static const char *
failed_form(const struct turn *t)
{
	return t->failed != NULL ? strrchr(t->failed->path, '/') + 1 : NULL;
}

enum rc
turn_page(struct turn *t, int status, const char *name)
{
	struct value_map *root = value_map_new(t->arena);
	const struct mustache *m = mustache_find(t->app->templates, name);
	const char *done = input_get(&t->inputs, "done");
	enum rc rc;

	if (m == NULL)
		return RC_BROKEN;
	value_map_set(t->arena, root, "asset", t->app->assets);
	set_text(t, root, "path", t->req->path);
	set_text(t, root, "here", here(t));
	set_text(t, root, "site", t->app->settings->url);
	set_text(t, root, "secret", t->secret);
	set_text(t, root, "request_id", t->req->id);
	value_map_set(t->arena, root, "shown", t->shown);
	value_map_set(t->arena, root, "nav",
	    only(t, t->route != NULL ? t->route->area : NULL));
	value_map_set(t->arena, root, "done", only(t, done));
	value_map_set(t->arena, root, "failed", only(t, failed_form(t)));
	value_map_set(t->arena, root, "field", typed(t));
	set_errors(t, root);
	set_csrf(t, root);
	for (size_t i = 0; i < t->n_results; i++) {
		struct str alias = t->results[i].alias;

		if (t->results[i].rows != NULL)
			value_map_set(t->arena, root,
			    arena_strndup(t->arena, alias.ptr, alias.len),
			    value_rows(t->results[i].rows));
	}
	t->resp->status = status;
	buf_clear(t->resp->body);
	rc = mustache_render(m, t->arena, value_of_map(root), t->resp->body);
	if (rc != RC_OK)
		log_event(LOG_ERROR, "template failed", "template", name, NULL);
	return rc;
}
