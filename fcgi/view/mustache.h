/*
 * mustache.h - a complete Mustache engine, without lambdas.
 *
 * Interpolation, sections, inverted sections, comments, set delimiters,
 * dotted names, implicit iterators, partials with indentation, and
 * inheritance (blocks and parents).  Templates are compiled once, into a
 * set that lives as long as the process; partial and parent names are
 * resolved inside the set.  Output is HTML-escaped unless written with
 * three braces or an ampersand.
 */
#ifndef VIEW_MUSTACHE_H
#define VIEW_MUSTACHE_H

#include <stddef.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/rc.h"
#include "core/str.h"
#include "view/value.h"

struct mustache_set;

/* Where and what, as "accounts/show.mustache:12:4: ..." */
struct mustache_error {
	char text[256];
};

struct mustache_set *mustache_set_new(void);
void mustache_set_free(struct mustache_set *s);

/* Compiles text under name ("accounts/show"); the text is copied. */
enum rc mustache_add(struct mustache_set *s, const char *name, struct str text,
    struct mustache_error *err) MUST_CHECK;

/* The same from a file; errors name the path. */
enum rc mustache_add_file(struct mustache_set *s, const char *name,
    const char *path, struct mustache_error *err) MUST_CHECK;

/* Compiles every *.mustache below dir, named by its path without suffix. */
enum rc mustache_add_dir(struct mustache_set *s, const char *dir,
    struct mustache_error *err) MUST_CHECK;

/* Strict: a partial or parent that the set lacks is an error. */
enum rc mustache_check(
    const struct mustache_set *s, struct mustache_error *err) MUST_CHECK;

/*
 * Joins a template with its partials, parents and blocks, and with what is
 * known already of the values, for rendering it often.  Nothing is looked for
 * in known that stands in a section of the same name.
 */
void mustache_join(
    struct mustache_set *s, const char *name, struct value known);

struct mustache;

/* NULL when the set has none of that name. */
const struct mustache *mustache_find(
    const struct mustache_set *s, const char *name);

/* Renders into out.  RC_BROKEN when a limit (depth, output) is reached. */
enum rc mustache_render(const struct mustache *m, struct arena *a,
    struct value root, struct buf *out) MUST_CHECK;

#endif
