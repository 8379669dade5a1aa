/* db/rows.h over plain arrays; linked instead of the real one. */
#include "rows_stub.h"

unsigned rows_stub_searches;

size_t
rows_count(const struct rows *r)
{
	return r->count;
}

int
rows_columns(const struct rows *r)
{
	int n = 0;

	while (r->names[n] != NULL)
		n++;
	return n;
}

int
rows_column(const struct rows *r, struct str name)
{
	rows_stub_searches++;
	for (int i = 0; r->names[i] != NULL; i++)
		if (str_is(name, r->names[i]))
			return i;
	return -1;
}

enum column_type
rows_type(const struct rows *r, int column)
{
	return r->types == NULL ? COLUMN_TEXT : r->types[column];
}

struct str
rows_text(const struct rows *r, size_t row, int column)
{
	size_t at = row * (size_t)rows_columns(r) + (size_t)column;

	if (row >= r->count || column < 0 || r->cells[at] == NULL)
		return (struct str){ NULL, 0 };
	return str_of(r->cells[at]);
}

bool
rows_is_true(const struct rows *r, size_t row, int column)
{
	return str_is(rows_text(r, row, column), "t");
}

struct str
rows_get(const struct rows *r, size_t row, const char *name)
{
	return rows_text(r, row, rows_column(r, str_of(name)));
}
