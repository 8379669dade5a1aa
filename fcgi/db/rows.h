/*
 * rows.h - what a statement answered, without libpq in the reader's sight.
 *
 * Rows belong to the arena of the request that asked for them.
 */
#ifndef DB_ROWS_H
#define DB_ROWS_H

#include <stddef.h>

#include "core/str.h"

struct rows;

enum column_type {
	COLUMN_TEXT,
	COLUMN_BOOL,
	COLUMN_JSON
};

size_t rows_count(const struct rows *r);
int rows_columns(const struct rows *r);

struct str rows_name(const struct rows *r, int column);
enum column_type rows_type(const struct rows *r, int column);

/* ptr is NULL for SQL NULL.  Terminated by NUL as well. */
struct str rows_text(const struct rows *r, size_t row, int column);

/* By name, of one row; ptr NULL also when there is no such column. */
struct str rows_get(const struct rows *r, size_t row, const char *name);

#endif
