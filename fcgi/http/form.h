/*
 * form.h - application/x-www-form-urlencoded, from a body or a query.
 *
 * Refused with RC_INVALID and a sentence in why: a name given twice, NUL,
 * text that is not UTF-8, a bad percent escape, raw control characters, a
 * field without a name, more than FORM_FIELDS_MAX fields, a name longer
 * than FORM_NAME_MAX.  Everything lives in the arena; names and values
 * are terminated.
 */
#ifndef HTTP_FORM_H
#define HTTP_FORM_H

#include <stddef.h>

#include "core/arena.h"
#include "core/rc.h"
#include "core/str.h"

#define FORM_FIELDS_MAX 1000
#define FORM_NAME_MAX 64

struct form_field {
	struct str name;
	struct str value;
};

struct form {
	struct form_field *fields; /* in the order sent */
	size_t count;
};

enum rc form_parse(struct arena *a, struct str in, struct form *out,
    const char **why) MUST_CHECK;

/* The same, but the names in multi (ended by NULL) may come repeatedly; all
 * of them when it is form_any. */
extern const char *const form_any[];
enum rc form_parse_multi(struct arena *a, struct str in,
    const char *const *multi, struct form *out, const char **why) MUST_CHECK;

/* The first value of that name; ptr NULL when it was not sent. */
struct str form_get(const struct form *f, const char *name);

#endif
