/* Reads named statements and turns :name into $n. */
#include "db/stmt.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/file.h"
#include "core/log.h"

#define SQL_MAX ((size_t)1 << 20)

struct loader {
	struct arena *a;
	struct stmt *list;
	size_t count;
	size_t cap;
	const char *file;
	const char *pool;
};

static bool
is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Past a quoted string, quoted name or comment that begins at p. */
static const char *
skip_verbatim(const char *p, const char *end)
{
	const char *close;
	char quote = *p;

	if (p + 1 < end && p[0] == '-' && p[1] == '-') {
		close = memchr(p, '\n', (size_t)(end - p));
		return close != NULL ? close : end;
	}
	if (quote != '\'' && quote != '"')
		return NULL;
	close = memchr(p + 1, quote, (size_t)(end - p - 1));
	return close != NULL ? close + 1 : end;
}

static size_t
param_number(struct loader *l, struct stmt *s, const char *name, size_t len)
{
	struct str want = { name, len };

	for (size_t i = 0; i < s->params; i++)
		if (str_is(want, s->param[i]))
			return i + 1;
	if (s->params == STMT_PARAMS_MAX)
		log_refuse("statement has too many parameters", "file", l->file,
		    "statement", s->name, NULL);
	s->param[s->params++] = arena_strndup(l->a, name, len);
	return s->params;
}

static void
translate(struct loader *l, struct stmt *s, const char *p, const char *end)
{
	struct buf out;

	buf_init(&out, SQL_MAX);
	while (p < end) {
		const char *next = skip_verbatim(p, end);

		if (next != NULL) {
			if (*p != '-')
				buf_add(&out, p, (size_t)(next - p));
			p = next;
		} else if (p[0] == ':' && p + 1 < end && p[1] == ':') {
			buf_adds(&out, "::");
			p += 2;
		} else if (p[0] == ':' && p + 1 < end &&
			   isalpha((unsigned char)p[1])) {
			const char *name = ++p;

			while (p < end && is_name(*p))
				p++;
			buf_printf(&out, "$%zu",
			    param_number(l, s, name, (size_t)(p - name)));
		} else {
			buf_addc(&out, *p++);
		}
	}
	while (out.len > 0 && strchr("; \n\t", out.data[out.len - 1]) != NULL)
		out.data[--out.len] = '\0';
	if (out.spoiled || out.len == 0)
		log_refuse("statement is empty", "file", l->file, "statement",
		    s->name, NULL);
	s->sql = arena_strndup(l->a, out.data, out.len);
	buf_free(&out);
}

static struct stmt *
add(struct loader *l, const char *name, size_t len)
{
	struct stmt *s;

	for (size_t i = 0; i < l->count; i++)
		if (str_is((struct str){ name, len }, l->list[i].name))
			log_refuse("statement name appears twice", "file",
			    l->file, "statement", l->list[i].name, NULL);
	if (l->count == l->cap) {
		struct stmt *list;

		l->cap = l->cap == 0 ? 64 : l->cap * 2;
		list = arena_array(l->a, l->cap, sizeof(*list));
		if (l->count > 0)
			memcpy(list, l->list, l->count * sizeof(*list));
		l->list = list;
	}
	s = &l->list[l->count++];
	*s = (struct stmt){ .name = arena_strndup(l->a, name, len),
		.pool = l->pool };
	return s;
}

static const char *
line_end(const char *p, const char *end)
{
	const char *nl = memchr(p, '\n', (size_t)(end - p));

	return nl != NULL ? nl : end;
}

/* The start of the next "-- name:" line, or end. */
static const char *
next_name(const char *p, const char *end)
{
	while (p < end) {
		if (strncmp(p, "-- name:", 8) == 0)
			return p;
		p = line_end(p, end);
		if (p < end)
			p++;
	}
	return end;
}

static void
read_file(struct loader *l, const char *path)
{
	struct str text;
	const char *p, *end;

	if (!file_read(l->a, path, SQL_MAX, &text))
		log_refuse("cannot read statements", "file", path, "error",
		    strerror(errno), NULL);
	l->file = path;
	l->pool =
	    strncmp(text.ptr, "-- pool: auth\n", 14) == 0 ? "auth" : "app";
	end = text.ptr + text.len;
	p = next_name(text.ptr, end);
	while (p < end) {
		const char *name = p + 8, *eol = line_end(p, end);
		const char *stop = next_name(eol, end);
		size_t len = 0;

		while (name < eol && *name == ' ')
			name++;
		while (name + len < eol && is_name(name[len]))
			len++;
		if (len == 0)
			log_refuse(
			    "statement without a name", "file", path, NULL);
		translate(l, add(l, name, len), eol, stop);
		p = stop;
	}
}

static int
is_sql(const struct dirent *e)
{
	size_t len = strlen(e->d_name);

	return len > 4 && strcmp(e->d_name + len - 4, ".sql") == 0;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(
	    ((const struct stmt *)a)->name, ((const struct stmt *)b)->name);
}

void
stmt_load(struct stmt_set *out, const char *dir)
{
	struct loader l = { .a = arena_new() };
	struct dirent **files;
	int n;

	n = scandir(dir, &files, is_sql, alphasort);
	if (n < 0)
		log_refuse("cannot read the statements folder", "folder", dir,
		    "error", strerror(errno), NULL);
	for (int i = 0; i < n; i++) {
		read_file(
		    &l, arena_printf(l.a, "%s/%s", dir, files[i]->d_name));
		free(files[i]);
	}
	free(files);
	if (l.count > 0)
		qsort(l.list, l.count, sizeof(*l.list), by_name);
	*out = (struct stmt_set){ l.list, l.count, l.a };
}

void
stmt_free(struct stmt_set *set)
{
	arena_free(set->arena);
	*set = (struct stmt_set){ NULL, 0, NULL };
}

const struct stmt *
stmt_find(const struct stmt_set *set, struct str name)
{
	size_t from = 0, to = set->count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		const struct stmt *s = &set->list[middle];
		int order = strncmp(name.ptr, s->name, name.len);

		if (order == 0 && s->name[name.len] == '\0')
			return s;
		if (order > 0)
			from = middle + 1;
		else
			to = middle;
	}
	return NULL;
}
