/*
 * field.h - input fields as data: a name, a type, limits.
 *
 * A route lists its fields; values that pass become text parameters of
 * its statements.  What fails gets one sentence, meant for the person who
 * typed it, that names the field and what would be right.
 */
#ifndef HTTP_FIELD_H
#define HTTP_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/str.h"

enum field_type {
	FIELD_UNSET,  /* zero is invalid */
	FIELD_TEXT,   /* one line; min to max characters, trimmed */
	FIELD_NOTE,   /* lines; min to max characters */
	FIELD_SECRET, /* like FIELD_TEXT, not trimmed, never shown again */
	FIELD_INT,    /* min to max */
	FIELD_UUID,
	FIELD_EMAIL,
	FIELD_CHOICE, /* one of choices, separated by | */
	FIELD_LOCAL,  /* a path of this site */
	FIELD_HEX,    /* min to max hexadecimal digits */
	FIELD_MONEY,  /* 85000.00: a decimal, in JSON a text */
	FIELD_BOOL,   /* true or false */
	FIELD_OBJECT, /* a JSON object of at most max characters */
	FIELD_LIST,   /* a JSON list of at most max characters */
	FIELD_DATE,   /* 2026-08-21, of the years 1900 to 2199 */
	FIELD__MAX
};

struct field {
	const char *name;
	enum field_type type;
	bool is_required;
	long min, max;
	const char *choices;
	const char *of;	      /* what a list holds: a schema of
			       * sql/openapi.json; NULL: anything */
	const char *label;    /* how a sentence calls it */
	const char *fallback; /* when it is not sent; NULL is SQL NULL */
	const char *example;  /* for the document of the API */
};

/* One submitted or path value; text NULL means not given. */
struct input {
	const char *name;
	const char *text;
};

struct inputs {
	struct input *list;
	size_t count;
};

struct field_error {
	const char *name;
	const char *code; /* required, type, range, choice, unknown */
	const char *message;
};

struct field_errors {
	struct field_error *list;
	size_t count;
	size_t cap;
};

/* NULL when the value is right; *out is then what to use.  An empty
 * value counts as not given. */
const char *field_check(struct arena *a, const struct field *f,
    struct str value, const char **out, const char **code);

void field_fail(struct arena *a, struct field_errors *e, const char *name,
    const char *code, const char *message);

size_t field_count(const struct field *list);
const struct field *field_find(const struct field *list, struct str name);

/* NULL when there is none. */
const char *input_get(const struct inputs *in, const char *name);

#endif
