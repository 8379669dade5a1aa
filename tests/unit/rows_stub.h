/*
 * rows_stub.h - rows without a database.
 *
 * Cells lie row after row; NULL is SQL NULL.
 */
#ifndef TESTS_ROWS_STUB_H
#define TESTS_ROWS_STUB_H

#include "db/rows.h"

struct rows {
	const char *const *names; /* ended by NULL */
	const enum column_type *types;
	const char *const *cells;
	size_t count;
};

/* How often the name of a column was asked for. */
extern unsigned rows_stub_names;

#endif
