/* Names to values: the innermost context that has the first part. */
#include <json-c/json.h>

#include "view/mustache_render.h"

enum {
	COLUMN_UNKNOWN,
	COLUMN_ABSENT,
	COLUMN_FIRST
};

struct columns *
mustache_columns(struct render *r, const struct rows *rows)
{
	struct columns *c;

	for (c = r->columns; c != NULL; c = c->next)
		if (c->rows == rows)
			return c;
	c = arena_alloc(
	    r->arena, sizeof(*c) + r->set->count * sizeof(c->at[0]));
	c->rows = rows;
	c->next = r->columns;
	r->columns = c;
	return c;
}

static struct value
json_cell(struct render *r, const struct rows *rows, size_t row, int column)
{
	struct cell *cell;

	for (unsigned i = 0; i < CELLS_MAX; i++) {
		cell = &r->cells[i];
		if (cell->rows == rows && cell->row == row &&
		    cell->column == column)
			return cell->value;
	}
	cell = &r->cells[r->next_cell++ % CELLS_MAX];
	*cell = (struct cell){ rows, row, column,
		value_json_parse(r->arena, rows_text(rows, row, column)) };
	return cell->value;
}

static bool
row_member(struct render *r, struct columns *c, size_t row, uint32_t name,
    struct value *out)
{
	int column;

	if (c->at[name] == COLUMN_UNKNOWN) {
		column = rows_column(c->rows, r->set->symbols[name].text);
		c->at[name] = (uint16_t)(column < 0 ? COLUMN_ABSENT
						    : column + COLUMN_FIRST);
	}
	if (c->at[name] == COLUMN_ABSENT)
		return false;

	column = c->at[name] - COLUMN_FIRST;
	*out = value_text(rows_text(c->rows, row, column));
	if (out->text.ptr == NULL)
		return true;
	switch (rows_type(c->rows, column)) {
	case COLUMN_BOOL:
		*out = value_bool(rows_is_true(c->rows, row, column));
		break;
	case COLUMN_JSON:
		*out = json_cell(r, c->rows, row, column);
		break;
	case COLUMN_TEXT:
		break;
	}
	return true;
}

static bool
json_member(const struct render *r, struct json_object *o, uint32_t name,
    struct value *out)
{
	struct json_object *member;

	if (!json_object_is_type(o, json_type_object) ||
	    !json_object_object_get_ex(
		o, r->set->symbols[name].text.ptr, &member))
		return false;
	*out = value_json(member);
	return true;
}

/* False when the value has no such member. */
static bool
member(
    struct render *r, const struct context *c, uint32_t name, struct value *out)
{
	const struct value *v = &c->value;

	switch (v->kind) {
	case VALUE_ROW:
		return row_member(r,
		    c->columns != NULL ? c->columns
				       : mustache_columns(r, v->rows),
		    v->row, name, out);
	case VALUE_ROWS:
		return rows_count(v->rows) > 0 &&
		       row_member(
			   r, mustache_columns(r, v->rows), 0, name, out);
	case VALUE_JSON:
		return json_member(r, v->json, name, out);
	case VALUE_MAP:
		return value_map_get(v->map, r->set->symbols[name].text, out);
	case VALUE_NONE:
	case VALUE_TEXT:
	case VALUE_BOOL:
		break;
	}
	return false;
}

static bool
first_part(
    struct render *r, const struct node *n, uint32_t name, struct value *out)
{
	unsigned i = r->contexts - 1;

	if ((n->flags & TOP_ONLY) != 0)
		return member(r, &r->context[i], name, out);
	for (i = r->contexts; i-- > 0;)
		if (member(r, &r->context[i], name, out))
			return true;
	return false;
}

struct value
mustache_lookup(
    struct render *r, const struct mustache *m, const struct node *n)
{
	const struct value none = { .kind = VALUE_NONE };
	const uint32_t *parts;
	struct context at = { .columns = NULL };

	if (n->parts == 0)
		return r->context[r->contexts - 1].value;
	parts = &m->parts[n->name];
	if (!first_part(r, n, parts[0], &at.value))
		return none;
	for (uint32_t i = 1; i < n->parts; i++) {
		struct value inner;

		if (!member(r, &at, parts[i], &inner))
			return none;
		at.value = inner;
	}
	return at.value;
}
