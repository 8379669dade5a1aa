/* Matching a path against the table. */
#include "dispatch/route.h"

#include <stdio.h>
#include <string.h>

#include "dispatch/turn.h"

const char *
needs_role(enum needs n)
{
	static const char *const roles[NEEDS__MAX] = {
		[VIEWER] = "Viewer",
		[CONTRIBUTOR] = "Contributor",
		[PRACTITIONER] = "Practitioner",
		[ADMIN] = "Tenant Admin",
	};

	return n < NEEDS__MAX ? roles[n] : NULL;
}

/* The part up to the next slash; moves past it. */
static struct str
segment(const char **p)
{
	const char *start = *p;
	size_t len = strcspn(start, "/");

	*p = start + len + (start[len] == '/');
	return (struct str){ start, len };
}

static bool
is_value(struct str name, struct str value)
{
	if (str_is(name, ":ref"))
		return value.len > 0 && value.len <= 200;
	return str_is_uuid(value);
}

static bool
matches(
    struct arena *a, const char *pattern, const char *path, struct inputs *out)
{
	struct input found[8];
	size_t n = 0, len = strlen(path);

	if (len > 0 && path[len - 1] == '/')
		return false; /* one address for one page */
	while (*pattern != '\0' && *path != '\0') {
		struct str want = segment(&pattern), have = segment(&path);

		if (want.len == 0 || want.ptr[0] != ':') {
			if (!str_eq(want, have))
				return false;
			continue;
		}
		if (!is_value(want, have) || n == 8)
			return false;
		found[n++] = (struct input){ arena_strndup(
						 a, want.ptr + 1, want.len - 1),
			arena_strndup(a, have.ptr, have.len) };
	}
	if (*pattern != '\0' || *path != '\0')
		return false;
	out->list = arena_array(a, n + 1, sizeof(*out->list));
	out->count = n;
	memcpy(out->list, found, n * sizeof(*found));
	return true;
}

void
route_find(struct arena *a, const struct route *routes, const char *pool,
    enum method method, const char *path, struct route_match *out)
{
	*out = (struct route_match){ 0 };
	for (const struct route *r = routes; r->path != NULL; r++) {
		struct inputs in = { 0 };

		if (strcmp(turn_pool(r), pool) != 0 ||
		    !matches(a, r->path + 1, path + 1, &in))
			continue;
		if (r->method == method) {
			out->route = r;
			out->path = in;
			return;
		}
		if (out->n_allowed < METHOD__MAX)
			out->allowed[out->n_allowed++] = r->method;
	}
}

const struct route *
route_page(const struct route *routes, const char *path)
{
	for (const struct route *r = routes; r->path != NULL; r++)
		if (r->method == GET && strcmp(r->path, path) == 0)
			return r;
	return NULL;
}

bool
route_next_step(const char **list, struct str *alias, struct str *name)
{
	const char *p = *list, *eq;
	size_t len;

	if (p == NULL)
		return false;
	p += strspn(p, " ");
	len = strcspn(p, " ");
	eq = memchr(p, '=', len);
	if (len == 0 || eq == NULL)
		return false;
	*alias = (struct str){ p, (size_t)(eq - p) };
	*name = (struct str){ eq + 1, len - alias->len - 1 };
	*list = p + len;
	return true;
}

const struct stmt *
route_stmt(
    const struct stmt_set *stmts, struct str name, const struct inputs *in)
{
	const char *open = memchr(name.ptr, '{', name.len);
	const char *close = memchr(name.ptr, '}', name.len);
	const char *bar = memchr(name.ptr, '|', name.len);
	char field[64], full[160];
	const struct stmt *s;
	const char *value;
	bool is_desc;

	if (open == NULL || close == NULL)
		return stmt_find(stmts, name);
	(void)snprintf(field, sizeof(field), "%.*s",
	    (int)((bar != NULL ? bar : close) - open - 1), open + 1);
	value = input_get(in, field);
	if (value == NULL)
		return NULL;
	is_desc = value[0] == '-';
	(void)snprintf(full, sizeof(full), "%.*s%s%s", (int)(open - name.ptr),
	    name.ptr, value + is_desc, is_desc ? "_desc" : "");
	s = stmt_find(stmts, str_of(full));
	if (s != NULL || bar == NULL)
		return s;
	(void)snprintf(full, sizeof(full), "%.*s%.*s", (int)(open - name.ptr),
	    name.ptr, (int)(close - bar - 1), bar + 1);
	return stmt_find(stmts, str_of(full));
}
