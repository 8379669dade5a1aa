/* What must be true of the table before the first request. */
#include <stdio.h>
#include <string.h>

#include "core/log.h"
#include "dispatch/route.h"
#include "dispatch/turn.h"

struct check {
	const struct route *routes;
	const struct route *route;
	const struct stmt_set *stmts;
};

static void
refuse(const struct check *c, const char *what, const char *which)
{
	char text[256];

	(void)snprintf(text, sizeof(text), "%s %s",
	    method_name(c->route->method), c->route->path);
	log_refuse("route is wrong", "route", text, "problem", what, "name",
	    which, NULL);
}

static bool
is_in_path(const char *path, const char *name)
{
	char want[80];
	const char *at;

	(void)snprintf(want, sizeof(want), "/:%s", name);
	at = strstr(path, want);
	return at != NULL && strchr("/", at[strlen(want)]) != NULL;
}

static bool
is_of_items(const struct route *r, const char *name)
{
	return r->takes_items &&
	       (strcmp(name, "items") == 0 || strcmp(name, "item_faults") == 0);
}

static void
check_stmt(const struct check *c, const struct stmt *s, const char *name)
{
	if (s == NULL) {
		refuse(c, "no such statement", name);
		return;
	}
	for (size_t i = 0; i < s->params; i++) {
		if (strcmp(s->param[i], "noun") == 0 && c->route->noun == NULL)
			refuse(c, "has no noun for the statement", name);
		if (!turn_is_reserved(s->param[i]) &&
		    c->route->handler == NULL && /* it may set its own */
		    !is_of_items(c->route, s->param[i]) &&
		    !is_in_path(c->route->path, s->param[i]) &&
		    field_find(c->route->fields, str_of(s->param[i])) == NULL)
			refuse(c, "parameter is no field of the route",
			    s->param[i]);
	}
}

/* The fields that a statement's name is made of, with their fallbacks. */
static size_t
name_fields(const struct check *c, const char *text, struct input *in,
    const struct field **fields, size_t max)
{
	size_t n = 0;

	for (text = strchr(text, '{'); text != NULL && n < max;
	     text = strchr(text, '{')) {
		const struct field *f;

		text++;
		f = field_find(c->route->fields,
		    (struct str){ text, strcspn(text, "|}") });
		if (f == NULL || f->choices == NULL || f->fallback == NULL) {
			refuse(c, "statement needs a choice with a fallback",
			    text);
			return 0;
		}
		fields[n] = f;
		in[n++] = (struct input){ f->name, f->fallback };
	}
	return n;
}

/* Each choice of each of them. */
static void
check_choices(const struct check *c, struct str name, const char *text)
{
	const struct field *fields[4];
	struct input list[4];
	struct inputs in = { list, name_fields(c, text, list, fields, 4) };
	char value[64];

	for (size_t i = 0; i < in.count; i++) {
		const char *at = fields[i]->choices;

		for (; *at != '\0'; at += strspn(at, "|")) {
			size_t len = strcspn(at, "|");

			(void)snprintf(
			    value, sizeof(value), "%.*s", (int)len, at);
			list[i].text = value;
			check_stmt(c, route_stmt(c->stmts, name, &in), text);
			at += len;
		}
		list[i].text = fields[i]->fallback;
	}
}

/* What a row says of a statement's answer needs that statement. */
static void
check_alias(const struct check *c, const char *wanted)
{
	const char *list = c->route->statements;
	struct str alias, name;

	if (wanted == NULL)
		return;
	while (route_next_step(&list, &alias, &name))
		if (str_is(alias, wanted))
			return;
	refuse(c, "no statement has that alias", wanted);
}

/* A {name} of where a form leads to. */
static void
check_name(const struct check *c, struct str name)
{
	char text[64], *dot;

	(void)snprintf(text, sizeof(text), "%.*s", (int)name.len, name.ptr);
	dot = strchr(text, '.');
	if (dot != NULL) {
		*dot = '\0';
		check_alias(c, text);
	} else if (strcmp(text, "request_id") != 0 &&
		   !is_in_path(c->route->path, text) &&
		   field_find(c->route->fields, name) == NULL) {
		refuse(c, "redirect names no field", text);
	}
}

/* Only what was checked to be a path of this site may be a whole address. */
static void
check_whole(const struct check *c, struct str name)
{
	const struct field *f = field_find(c->route->fields, name);

	if (f == NULL || f->type != FIELD_LOCAL ||
	    (!f->is_required && f->fallback == NULL))
		refuse(c, "redirect is no local address", c->route->redirect);
}

static void
check_redirect(const struct check *c)
{
	const char *at = c->route->redirect;

	if (c->route->instead != NULL)
		check_name(c, str_of(c->route->instead));
	if (c->route->location != NULL)
		at = c->route->location;
	if (at == NULL)
		return;
	if (*at == '{')
		check_whole(c, (struct str){ at + 1, strcspn(at + 1, "}") });
	for (at = strchr(at, '{'); at != NULL; at = strchr(at, '{')) {
		at++;
		at += *at == '+';
		check_name(c, (struct str){ at, strcspn(at, "}") });
	}
}

static void
check_steps(const struct check *c)
{
	const char *list = c->route->statements;
	struct str alias, name;
	size_t n = 0;

	while (route_next_step(&list, &alias, &name)) {
		char text[160];

		(void)snprintf(
		    text, sizeof(text), "%.*s", (int)name.len, name.ptr);
		if (strchr(text, '{') != NULL)
			check_choices(c, name, text);
		else
			check_stmt(c, stmt_find(c->stmts, name), text);
		if (++n > TURN_STEPS_MAX - 3)
			refuse(c, "too many statements", text);
	}
	check_alias(c, c->route->must);
	check_alias(c, c->route->json);
	check_alias(c, c->route->csv);
	check_alias(c, c->route->faults);
}

/* The document of the API holds each of its routes, under a name. */
static void
check_doc(const struct check *c)
{
	const struct route_doc *doc = &c->route->doc;

	if ((strncmp(c->route->path, "/api/", 5) == 0) != (doc->id != NULL))
		refuse(c, "is below /api/ or has a doc, not both",
		    doc->id != NULL ? doc->id : "doc");
	if (doc->id == NULL)
		return;
	if (doc->tag == NULL || doc->summary == NULL)
		refuse(c, "doc has no tag or summary", doc->id);
	for (const struct route *o = c->routes; o != c->route; o++)
		if (o->doc.id != NULL && strcmp(o->doc.id, doc->id) == 0)
			refuse(c, "operation id appears twice", doc->id);
}

static void
check_route(const struct check *c, const struct mustache_set *templates)
{
	const struct route *r = c->route;

	if (r->needs == NEEDS_UNSET || r->needs >= NEEDS__MAX)
		refuse(c, "says not who may call it", "needs");
	if (r->method == METHOD_NONE || r->path[0] != '/')
		refuse(c, "has no method or path", r->path);
	for (const struct route *o = c->routes; o != r; o++)
		if (o->method == r->method && strcmp(o->path, r->path) == 0)
			refuse(c, "appears twice", r->path);
	if (r->template == NULL && r->json == NULL && r->csv == NULL &&
	    r->redirect == NULL && r->handler == NULL)
		refuse(c, "answers nothing", r->path);
	if (r->template != NULL &&
	    mustache_find(templates, r->template) == NULL)
		refuse(c, "no such template", r->template);
	if (r->faults != NULL && r->again == NULL && r->doc.id == NULL)
		refuse(c, "has faults but no form to show again", r->faults);
	if (r->again != NULL && route_page(c->routes, r->again) == NULL)
		refuse(c, "no page to show the form again", r->again);
	for (const struct field *f = r->fields; f != NULL && f->name; f++)
		if (f->type == FIELD_UNSET || f->label == NULL)
			refuse(c, "field without type or label", f->name);
	check_doc(c);
	check_steps(c);
	check_redirect(c);
}

void
routes_check(const struct route *routes, const char *pool,
    const struct stmt_set *stmts, const struct mustache_set *templates)
{
	struct check c = { routes, NULL, stmts };

	for (c.route = routes; c.route->path != NULL; c.route++)
		if (strcmp(turn_pool(c.route), pool) == 0)
			check_route(&c, templates);
}
