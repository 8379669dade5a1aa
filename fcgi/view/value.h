/*
 * value.h - what a template can see: text, rows, JSON and maps of these.
 *
 * Values are small and passed by copy; what they point to belongs to the
 * request's arena (or to the process, for assets).
 */
#ifndef VIEW_VALUE_H
#define VIEW_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/str.h"
#include "db/rows.h"

enum value_kind {
	VALUE_NONE, /* unknown name */
	VALUE_TEXT, /* falsy when empty or NULL */
	VALUE_BOOL,
	VALUE_ROWS, /* a list; falsy when there are none */
	VALUE_ROW,
	VALUE_JSON,
	VALUE_MAP
};

struct value_map;

enum json_kind {
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT
};

/* A value of a JSON text, and what stands beside it. */
struct json {
	enum json_kind kind;
	struct str name;    /* as a member */
	struct str text;    /* of a string; else as it was written */
	struct json *first; /* of the items or members */
	struct json *next;
};

struct value {
	enum value_kind kind;
	union {
		struct str text;
		bool boolean;
		const struct rows *rows;
		const struct json *json;
		const struct value_map *map;
	};
	size_t row; /* VALUE_ROW: which one of rows */
};

struct value value_text(struct str s);
struct value value_bool(bool b);
struct value value_rows(const struct rows *r);
struct value value_json(const struct json *o);
struct value value_of_map(const struct value_map *m);

/* Parsed; lives as long as the arena and the text.  VALUE_NONE when the text
 * is no JSON. */
struct value value_json_parse(struct arena *a, struct str text);

/* What a section asks.  A number is true, even 0, and so is an object. */
bool value_is_true(const struct value *v);

/* A map in the arena; a name set again replaces the former value.
 * The name is borrowed. */
struct value_map *value_map_new(struct arena *a);
void value_map_set(
    struct arena *a, struct value_map *m, const char *name, struct value v);
bool value_map_get(
    const struct value_map *m, struct str name, struct value *out);

/* The entry of a number; NULL after the last. */
const struct value *value_map_at(
    const struct value_map *m, size_t i, struct str *name);

#endif
