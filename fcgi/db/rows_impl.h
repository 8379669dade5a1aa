/* rows_impl.h - how db/ fills rows; nobody else includes it. */
#ifndef DB_ROWS_IMPL_H
#define DB_ROWS_IMPL_H

#include "core/arena.h"
#include "db/rows.h"

struct pg_result;

struct rows {
	struct pg_result *res;
	size_t count;
	int columns;
	enum column_type *types; /* by column */
};

/* Takes over the result: the arena clears it. */
struct rows *rows_new(struct arena *a, struct pg_result *res);

#endif
