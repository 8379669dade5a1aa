/*
 * stmt.h - the named statements of sql/queries/, read at start.
 *
 * A file holds statements under "-- name: <noun>_<what>" lines.  A
 * parameter is written :name (not ::cast) and becomes $n in order of first
 * appearance.  "-- pool: auth" on the first line gives the file's
 * statements to the sign-in pool; without it they belong to "app".
 * A set owns its statements until stmt_free().
 */
#ifndef DB_STMT_H
#define DB_STMT_H

#include <stddef.h>

#include "core/arena.h"
#include "core/str.h"

#define STMT_PARAMS_MAX 32

struct stmt {
	const char *name;
	const char *sql;  /* with $1, $2 ... */
	const char *pool; /* app | auth | worker */
	size_t params;
	const char *param[STMT_PARAMS_MAX];
};

struct stmt_set {
	const struct stmt *list; /* by name */
	size_t count;
	struct arena *arena;
};

/* Reads every .sql file of dir; exits with file and line when one is
 * malformed or a name appears twice. */
void stmt_load(struct stmt_set *out, const char *dir);
void stmt_free(struct stmt_set *set);

/* NULL when there is none. */
const struct stmt *stmt_find(const struct stmt_set *set, struct str name);

#endif
