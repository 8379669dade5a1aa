/* Names to values: the innermost context that has the first part. */
#include "view/mustache_render.h"

/* Names that no template uses share the symbol 0, which none asks for; of
 * two columns of one name the first counts. */
static void
find_columns(const struct render *r, struct columns *c)
{
	for (int i = rows_columns(c->rows); i-- > 0;) {
		uint32_t name = symbol_find(r->set, rows_name(c->rows, i));

		c->by_name[name] = (struct column){ (uint16_t)(i + 1),
			(uint16_t)rows_type(c->rows, i) };
	}
}

static const struct columns *
columns_of(struct render *r, const struct rows *rows)
{
	struct columns **bucket =
	    &r->columns[(uintptr_t)rows / 64 % COLUMNS_BUCKETS];
	struct columns *c;

	for (c = *bucket; c != NULL; c = c->next)
		if (c->rows == rows)
			return c;
	c = arena_alloc(
	    r->arena, sizeof(*c) + r->set->count * sizeof(c->by_name[0]));
	c->rows = rows;
	find_columns(r, c);
	c->next = *bucket;
	*bucket = c;
	return c;
}

void
mustache_context(struct render *r, const struct value *v, struct context *out)
{
	out->value = *v;
	out->columns = NULL;
	out->members = NULL;
	out->text_name = 0;
	if (v->kind == VALUE_ROW ||
	    (v->kind == VALUE_ROWS && rows_count(v->rows) > 0))
		out->columns = columns_of(r, v->rows);
}

/* It is asked for what no section has, and by many names. */
void
mustache_root(struct render *r, const struct value *v)
{
	struct context *c = &r->context[r->contexts++];
	const struct value *member;
	struct str name;

	mustache_context(r, v, c);
	if (v->kind != VALUE_MAP)
		return;
	c->members =
	    arena_array(r->arena, r->set->count, sizeof(const struct value *));
	for (size_t i = 0; (member = value_map_at(v->map, i, &name)); i++)
		c->members[symbol_find(r->set, name)] = member;
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

/* A cell that is not read as the text it is. */
static void
typed_cell(struct render *r, const struct value *v, struct column at,
    struct value *out)
{
	int column = at.number - 1;
	struct str text = rows_text(v->rows, v->row, column);

	if (text.ptr == NULL)
		*out = value_text(text);
	else if (at.type == COLUMN_JSON)
		*out = json_cell(r, v->rows, v->row, column);
	else
		*out = value_bool(str_is(text, "t"));
}

static bool
json_member(const struct json *o, struct str name, struct value *out)
{
	if (o->kind != JSON_OBJECT)
		return false;
	for (o = o->first; o != NULL; o = o->next)
		if (str_eq(o->name, name)) {
			*out = value_json(o);
			return true;
		}
	return false;
}

static bool
other_member(
    struct render *r, const struct value *v, uint32_t name, struct value *out)
{
	if (v->kind == VALUE_MAP)
		return value_map_get(v->map, r->set->symbols[name].text, out);
	if (v->kind == VALUE_JSON)
		return json_member(v->json, r->set->symbols[name].text, out);
	return false;
}

/* False when the context has no such member. */
static inline bool
member(
    struct render *r, const struct context *c, uint32_t name, struct value *out)
{
	const struct value *v = &c->value;
	struct column at;

	if (c->members != NULL) {
		if (c->members[name] == NULL)
			return false;
		*out = *c->members[name];
		return true;
	}
	if (c->columns == NULL)
		return other_member(r, v, name, out);
	at = c->columns->by_name[name];
	if (at.number == 0)
		return false;
	if (at.type == COLUMN_TEXT) {
		out->kind = VALUE_TEXT;
		out->text = rows_text(v->rows, v->row, at.number - 1);
	} else {
		typed_cell(r, v, at, out);
	}
	return true;
}

/* Inside {{#name}} a text of that name is the context itself. */
static bool
first_part(
    struct render *r, const struct node *n, uint32_t name, struct value *out)
{
	const struct context *c = &r->context[r->contexts];

	if ((n->flags & TOP_ONLY) != 0)
		return member(r, c - 1, name, out);
	while (c > r->context) {
		c--;
		if (c->text_name == name) {
			*out = c->value;
			return true;
		}
		if (member(r, c, name, out))
			return true;
	}
	return false;
}

/* From the value of the first part to that of the last. */
static bool
other_parts(struct render *r, const struct node *n, const uint32_t *parts,
    struct value *v)
{
	for (uint32_t i = 1; i < n->parts; i++) {
		struct context c;

		mustache_context(r, v, &c);
		if (!member(r, &c, parts[i], v))
			return false;
	}
	return true;
}

void
mustache_lookup(struct render *r, const struct mustache *m,
    const struct node *n, struct value *out)
{
	const uint32_t *parts = &m->parts[n->name];

	if (n->parts == 0)
		*out = r->context[r->contexts - 1].value;
	else if (!first_part(r, n, parts[0], out) ||
		 (n->parts > 1 && !other_parts(r, n, parts, out)))
		out->kind = VALUE_NONE;
}
