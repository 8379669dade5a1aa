/* The set: names, templates by name, loading from a directory. */
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/file.h"
#include "view/mustache_impl.h"

#define FOLDER_DEPTH_MAX 16
#define SUFFIX ".mustache"

struct mustache_set *
mustache_set_new(void)
{
	struct arena *a = arena_new();
	struct mustache_set *s;

	s = arena_alloc(a, sizeof(*s));
	s->arena = a;
	s->last = &s->first;
	s->count = 1;
	return s;
}

void
mustache_set_free(struct mustache_set *s)
{
	if (s != NULL)
		arena_free(s->arena);
}

/* FNV-1a. */
static uint32_t
bucket_of(struct str name)
{
	uint32_t h = 2166136261U;

	for (size_t i = 0; i < name.len; i++)
		h = (h ^ (unsigned char)name.ptr[i]) * 16777619U;
	return (h ^ h >> 16) % SYMBOL_BUCKETS;
}

uint32_t
symbol_find(const struct mustache_set *s, struct str name)
{
	uint32_t id;

	for (id = s->buckets[bucket_of(name)]; id != 0;
	     id = s->symbols[id].next)
		if (str_eq(s->symbols[id].text, name))
			return id;
	return 0;
}

uint32_t
symbol_add(struct mustache_set *s, struct str name)
{
	uint32_t id = symbol_find(s, name);
	uint32_t *bucket = &s->buckets[bucket_of(name)];

	if (id != 0)
		return id;
	if (s->count >= s->room) {
		uint32_t room = s->room == 0 ? 64 : s->room * 2;
		struct symbol *more;

		more = arena_array(s->arena, room, sizeof(*more));
		if (s->room > 0)
			memcpy(more, s->symbols, s->room * sizeof(*more));
		s->symbols = more;
		s->room = room;
	}
	id = s->count++;
	s->symbols[id] = (struct symbol){
		.text = { arena_strndup(s->arena, name.ptr, name.len),
		    name.len },
		.next = *bucket,
	};
	*bucket = id;
	return id;
}

struct place
mustache_place(const struct mustache *m, size_t offset)
{
	struct place place = { 1, 1 };

	for (size_t i = 0; i < offset && i < m->source.len; i++) {
		unsigned char c = (unsigned char)m->source.ptr[i];

		if (c == '\n') {
			place.line++;
			place.column = 1;
		} else if ((c & 0xc0) != 0x80) {
			place.column++;
		}
	}
	return place;
}

void
mustache_fail(struct mustache_error *err, const struct mustache *m,
    size_t offset, const char *fmt, ...)
{
	struct place place = mustache_place(m, offset);
	char message[160];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	(void)snprintf(err->text, sizeof(err->text), "%s:%u:%u: %s", m->label,
	    place.line, place.column, message);
}

/* A failure without a place in the text. */
static void
fail_file(struct mustache_error *err, const char *file, const char *why)
{
	(void)snprintf(err->text, sizeof(err->text), "%s: %s", file, why);
}

/* The text is kept as it is: it lives in the set's arena already. */
static enum rc
add(struct mustache_set *s, const char *name, const char *label,
    struct str text, struct mustache_error *err)
{
	struct mustache *m;
	uint32_t id;
	enum rc rc;

	if (text.len > TEMPLATE_MAX) {
		fail_file(err, label, "the template is too long");
		return RC_INVALID;
	}
	id = symbol_add(s, str_of(name));
	if (s->symbols[id].tmpl != NULL) {
		fail_file(err, label, "there is a template of this name");
		return RC_CONFLICT;
	}
	m = arena_alloc(s->arena, sizeof(*m));
	m->set = s;
	m->name = s->symbols[id].text.ptr;
	m->label = arena_strdup(s->arena, label);
	m->source = text;
	rc = mustache_compile(m, err);
	if (rc != RC_OK)
		return rc;

	s->symbols[id].tmpl = m;
	*s->last = m;
	s->last = &m->next;
	return RC_OK;
}

enum rc
mustache_add(struct mustache_set *s, const char *name, struct str text,
    struct mustache_error *err)
{
	if (text.ptr == NULL)
		text = STR("");
	text.ptr = arena_strndup(s->arena, text.ptr, text.len);
	return add(
	    s, name, arena_printf(s->arena, "%s" SUFFIX, name), text, err);
}

enum rc
mustache_add_file(struct mustache_set *s, const char *name, const char *path,
    struct mustache_error *err)
{
	struct str text;

	if (!file_read(s->arena, path, TEMPLATE_MAX, &text)) {
		fail_file(err, path, strerror(errno));
		return RC_ABSENT;
	}
	return add(s, name, path, text, err);
}

/* One regular file below the directory; below is its path from there. */
static enum rc
add_entry(struct mustache_set *s, const char *path, const char *below,
    struct mustache_error *err)
{
	size_t len = strlen(below);
	size_t suffix = strlen(SUFFIX);
	struct str text;

	if (len <= suffix || strcmp(below + len - suffix, SUFFIX) != 0)
		return RC_OK;
	if (!file_read(s->arena, path, TEMPLATE_MAX, &text)) {
		fail_file(err, path, strerror(errno));
		return RC_ABSENT;
	}
	return add(
	    s, arena_strndup(s->arena, below, len - suffix), below, text, err);
}

static enum rc add_folder(struct mustache_set *s, const char *dir,
    const char *below, unsigned depth, struct mustache_error *err);

static enum rc
add_path(struct mustache_set *s, const char *path, const char *below,
    unsigned depth, struct mustache_error *err)
{
	struct stat st;

	if (stat(path, &st) != 0) {
		fail_file(err, path, strerror(errno));
		return RC_ABSENT;
	}
	if (S_ISDIR(st.st_mode))
		return add_folder(s, path, below, depth + 1, err);
	if (S_ISREG(st.st_mode))
		return add_entry(s, path, below, err);
	return RC_OK;
}

static int
is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static enum rc
add_folder(struct mustache_set *s, const char *dir, const char *below,
    unsigned depth, struct mustache_error *err)
{
	struct dirent **entries;
	enum rc rc = RC_OK;
	int n;

	if (depth > FOLDER_DEPTH_MAX) {
		fail_file(err, dir, "the folders are nested too deep");
		return RC_INVALID;
	}
	n = scandir(dir, &entries, is_visible, alphasort);
	if (n < 0) {
		fail_file(err, dir, strerror(errno));
		return RC_ABSENT;
	}
	for (int i = 0; i < n; i++) {
		const char *file = entries[i]->d_name;

		if (rc == RC_OK)
			rc = add_path(s,
			    arena_printf(s->arena, "%s/%s", dir, file),
			    arena_printf(s->arena, "%s%s%s", below,
				below[0] == '\0' ? "" : "/", file),
			    depth, err);
		free(entries[i]);
	}
	free(entries);
	return rc;
}

enum rc
mustache_add_dir(
    struct mustache_set *s, const char *dir, struct mustache_error *err)
{
	return add_folder(s, dir, "", 0, err);
}

static enum rc
check_one(const struct mustache *m, struct mustache_error *err)
{
	for (uint32_t i = 0; i < m->count; i++) {
		const struct node *n = &m->nodes[i];
		const struct symbol *name;

		if (n->op != OP_PARTIAL && n->op != OP_PARENT)
			continue;
		name = &m->set->symbols[n->name];
		if (name->tmpl != NULL)
			continue;
		mustache_fail(err, m, n->source, "there is no template \"%s\"",
		    name->text.ptr);
		return RC_INVALID;
	}
	return RC_OK;
}

enum rc
mustache_check(const struct mustache_set *s, struct mustache_error *err)
{
	const struct mustache *m;
	enum rc rc;

	for (m = s->first; m != NULL; m = m->next) {
		rc = check_one(m, err);
		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

const struct mustache *
mustache_find(const struct mustache_set *s, const char *name)
{
	uint32_t id = symbol_find(s, str_of(name));

	return id == 0 ? NULL : s->symbols[id].tmpl;
}
