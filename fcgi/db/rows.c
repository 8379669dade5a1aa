/* Rows over a PGresult. */
#include "db/rows.h"

#include <string.h>

#include <libpq-fe.h>

#include "db/rows_impl.h"

#define OID_BOOL 16
#define OID_JSON 114
#define OID_JSONB 3802

static void
clear(void *res)
{
	PQclear(res);
}

static enum column_type
type_of(Oid oid)
{
	switch (oid) {
	case OID_BOOL:
		return COLUMN_BOOL;
	case OID_JSON:
	case OID_JSONB:
		return COLUMN_JSON;
	default:
		return COLUMN_TEXT;
	}
}

struct rows *
rows_new(struct arena *a, struct pg_result *res)
{
	struct rows *r;

	r = arena_alloc(a, sizeof(*r));
	r->res = res;
	r->count = (size_t)PQntuples(res);
	r->columns = PQnfields(res);
	r->types = arena_array(a, (size_t)r->columns + 1, sizeof(*r->types));
	for (int i = 0; i < r->columns; i++)
		r->types[i] = type_of(PQftype(res, i));
	arena_defer(a, clear, res);
	return r;
}

size_t
rows_count(const struct rows *r)
{
	return r->count;
}

int
rows_columns(const struct rows *r)
{
	return r->columns;
}

struct str
rows_name(const struct rows *r, int column)
{
	return str_of(PQfname(r->res, column));
}

enum column_type
rows_type(const struct rows *r, int column)
{
	return r->types[column];
}

/* A template asks for each cell: no call to libpq more than it takes. */
struct str
rows_text(const struct rows *r, size_t row, int column)
{
	int n = (int)row;
	int len;

	if (row >= r->count || column < 0 || column >= r->columns)
		return (struct str){ NULL, 0 };
	len = PQgetlength(r->res, n, column);
	if (len == 0 && PQgetisnull(r->res, n, column))
		return (struct str){ NULL, 0 };
	return (struct str){ PQgetvalue(r->res, n, column), (size_t)len };
}

struct str
rows_get(const struct rows *r, size_t row, const char *name)
{
	for (int i = 0; i < r->columns; i++)
		if (strcmp(PQfname(r->res, i), name) == 0)
			return rows_text(r, row, i);
	return (struct str){ NULL, 0 };
}
