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

/* What takes the place of "{field}" or "{field|other}" in a name. */
static bool
part_text(struct str part, const struct inputs *in, bool is_other, char *out,
    size_t n)
{
	const char *bar = memchr(part.ptr, '|', part.len);
	size_t len = bar != NULL ? (size_t)(bar - part.ptr) : part.len;
	char field[64];
	const char *value;
	bool is_desc;

	if (bar != NULL && is_other) {
		(void)snprintf(
		    out, n, "%.*s", (int)(part.len - len - 1), bar + 1);
		return true;
	}
	(void)snprintf(field, sizeof(field), "%.*s", (int)len, part.ptr);
	value = input_get(in, field);
	if (value == NULL)
		return false;
	is_desc = value[0] == '-';
	(void)snprintf(out, n, "%s%s", value + is_desc, is_desc ? "_desc" : "");
	return true;
}

static const struct stmt *
find_filled(const struct stmt_set *stmts, struct str name,
    const struct inputs *in, bool is_other)
{
	char full[160] = "", text[64];
	const char *p = name.ptr, *end = p + name.len;

	while (p < end) {
		const char *open = memchr(p, '{', (size_t)(end - p));
		const char *close = memchr(p, '}', (size_t)(end - p));
		size_t n = strlen(full);

		if (open == NULL || close == NULL)
			open = close = end;
		else if (!part_text((struct str){ open + 1,
					(size_t)(close - open - 1) },
			     in, is_other, text, sizeof(text)))
			return NULL;
		(void)snprintf(full + n, sizeof(full) - n, "%.*s%s",
		    (int)(open - p), p, open < end ? text : "");
		p = close + (close < end);
	}
	return stmt_find(stmts, str_of(full));
}

const struct stmt *
route_stmt(
    const struct stmt_set *stmts, struct str name, const struct inputs *in)
{
	const struct stmt *s;

	if (memchr(name.ptr, '{', name.len) == NULL)
		return stmt_find(stmts, name);
	s = find_filled(stmts, name, in, false);
	return s != NULL ? s : find_filled(stmts, name, in, true);
}
