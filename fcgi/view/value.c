/* Values, maps of values, and what counts as true. */
#include "view/value.h"

#include <string.h>

struct entry {
	const char *name;
	size_t len;
	struct value value;
};

struct value_map {
	struct entry *entries;
	size_t count;
	size_t room;
};

struct value
value_text(struct str s)
{
	return (struct value){ .kind = VALUE_TEXT, .text = s };
}

struct value
value_bool(bool b)
{
	return (struct value){ .kind = VALUE_BOOL, .boolean = b };
}

struct value
value_rows(const struct rows *r)
{
	return (struct value){ .kind = VALUE_ROWS, .rows = r };
}

struct value
value_json(const struct json *o)
{
	return (struct value){ .kind = VALUE_JSON, .json = o };
}

struct value
value_of_map(const struct value_map *m)
{
	return (struct value){ .kind = VALUE_MAP, .map = m };
}

static bool
json_is_true(const struct json *o)
{
	switch (o->kind) {
	case JSON_NULL:
	case JSON_FALSE:
		return false;
	case JSON_STRING:
		return o->text.len > 0;
	case JSON_ARRAY:
		return o->first != NULL;
	case JSON_TRUE:
	case JSON_NUMBER:
	case JSON_OBJECT:
		break;
	}
	return true;
}

bool
value_is_true(const struct value *v)
{
	switch (v->kind) {
	case VALUE_NONE:
		return false;
	case VALUE_TEXT:
		return v->text.ptr != NULL && v->text.len > 0;
	case VALUE_BOOL:
		return v->boolean;
	case VALUE_ROWS:
		return rows_count(v->rows) > 0;
	case VALUE_JSON:
		return json_is_true(v->json);
	case VALUE_ROW:
	case VALUE_MAP:
		break;
	}
	return true;
}

struct value_map *
value_map_new(struct arena *a)
{
	return arena_alloc(a, sizeof(struct value_map));
}

static struct entry *
find(const struct value_map *m, struct str name)
{
	for (size_t i = 0; i < m->count; i++) {
		struct entry *e = &m->entries[i];

		if (e->len == name.len &&
		    memcmp(e->name, name.ptr, name.len) == 0)
			return e;
	}
	return NULL;
}

void
value_map_set(
    struct arena *a, struct value_map *m, const char *name, struct value v)
{
	struct entry *e = find(m, str_of(name));

	if (e != NULL) {
		e->value = v;
		return;
	}
	if (m->count == m->room) {
		size_t room = m->room == 0 ? 16 : m->room * 2;
		struct entry *more = arena_array(a, room, sizeof(*more));

		if (m->count > 0)
			memcpy(more, m->entries, m->count * sizeof(*more));
		m->entries = more;
		m->room = room;
	}
	m->entries[m->count++] = (struct entry){ name, strlen(name), v };
}

bool
value_map_get(const struct value_map *m, struct str name, struct value *out)
{
	const struct entry *e = find(m, name);

	if (e == NULL)
		return false;
	*out = e->value;
	return true;
}

const struct value *
value_map_at(const struct value_map *m, size_t i, struct str *name)
{
	if (i >= m->count)
		return NULL;
	*name = (struct str){ m->entries[i].name, m->entries[i].len };
	return &m->entries[i].value;
}
