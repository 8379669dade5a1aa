/* db/rows.h over plain arrays; linked instead of the real one. */
#include "rows_stub.h"

#include <string.h>

unsigned rows_stub_names;

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

struct str
rows_name(const struct rows *r, int column)
{
	rows_stub_names++;
	return str_of(r->names[column]);
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

struct str
rows_get(const struct rows *r, size_t row, const char *name)
{
	for (int i = 0; r->names[i] != NULL; i++)
		if (strcmp(r->names[i], name) == 0)
			return rows_text(r, row, i);
	return (struct str){ NULL, 0 };
}
