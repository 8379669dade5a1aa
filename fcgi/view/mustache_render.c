/* Walks the nodes and writes; nothing here allocates for plain pages. */
#include "view/mustache_render.h"

#include <inttypes.h>
#include <string.h>

#include "core/log.h"

static void render_nodes(
    struct render *r, const struct mustache *m, uint32_t from, uint32_t end);

static void
stop(struct render *r, const char *limit)
{
	if (r->limit == NULL)
		r->limit = limit;
}

static void
add_span(struct render *r, const struct mustache *m, struct span s)
{
	buf_add(r->out, m->text + s.at, s.len);
}

static void
add_indent(struct render *r)
{
	if (r->indent.len > 0)
		buf_add(r->out, r->indent.ptr, r->indent.len);
}

/* Every line that begins inside the text gets the indentation. */
static void
render_indented(
    struct render *r, const struct mustache *m, const struct node *n)
{
	const char *s = m->text + n->text.at;
	size_t len = n->text.len;

	while (len > 0) {
		const char *nl = memchr(s, '\n', len);
		size_t line = nl == NULL ? len : (size_t)(nl - s) + 1;

		if (line == len)
			break;
		buf_add(r->out, s, line);
		add_indent(r);
		s += line;
		len -= line;
	}
	buf_add(r->out, s, len);
}

static void
add(struct render *r, enum mustache_op op, const char *s, size_t len)
{
	if (op == OP_RAW)
		buf_add(r->out, s, len);
	else
		buf_html(r->out, s, len);
}

static void
render_value(struct render *r, const struct mustache *m, const struct node *n)
{
	struct value v = { .kind = VALUE_NONE };

	if (n->parts > 0 || r->joint == NULL)
		mustache_lookup(r, m, n, &v);
	switch (v.kind) {
	case VALUE_TEXT:
		if (v.text.ptr != NULL)
			add(r, n->op, v.text.ptr, v.text.len);
		break;
	case VALUE_BOOL:
		buf_adds(r->out, v.boolean ? "true" : "false");
		break;
	case VALUE_JSON:
		if (v.json->kind != JSON_NULL)
			add(r, n->op, v.json->text.ptr, v.json->text.len);
		break;
	case VALUE_NONE:
		if (r->joint != NULL)
			(void)mustache_join_tag(r, m, n);
		break;
	case VALUE_ROWS:
	case VALUE_ROW:
	case VALUE_MAP:
		break;
	}
}

static struct context *
enter(struct render *r, const struct value *v)
{
	if (r->contexts == CONTEXTS_MAX) {
		stop(r, "sections");
		return NULL;
	}
	mustache_context(r, v, &r->context[r->contexts]);
	return &r->context[r->contexts++];
}

static void
render_rows(struct render *r, const struct mustache *m, const struct node *n,
    const struct rows *rows, uint32_t from)
{
	struct value v = { .kind = VALUE_ROW, .rows = rows };
	size_t count = rows_count(rows);
	struct context *c;

	c = count == 0 ? NULL : enter(r, &v);
	if (c == NULL)
		return;
	for (size_t i = 0; i < count && r->limit == NULL; i++) {
		c->value.row = i;
		render_nodes(r, m, from, n->end);
	}
	r->contexts--;
}

static void
render_array(struct render *r, const struct mustache *m, const struct node *n,
    const struct json *item, uint32_t from)
{
	struct value v = value_json(item);
	struct context *c;

	c = item == NULL ? NULL : enter(r, &v);
	if (c == NULL)
		return;
	for (; item != NULL && r->limit == NULL; item = item->next) {
		c->value.json = item;
		render_nodes(r, m, from, n->end);
	}
	r->contexts--;
}

/* A section that is joined, not rendered. */
static void
join_section(struct render *r, const struct mustache *m, const struct node *n)
{
	uint32_t tag = mustache_join_tag(r, m, n);

	render_nodes(r, m, (uint32_t)(n - m->nodes) + 1, n->end);
	mustache_join_end(r, tag);
}

static void
render_section(struct render *r, const struct mustache *m, const struct node *n)
{
	uint32_t from = (uint32_t)(n - m->nodes) + 1;
	struct context *c;
	struct value v;

	mustache_lookup(r, m, n, &v);
	if (v.kind == VALUE_ROWS) {
		render_rows(r, m, n, v.rows, from);
		return;
	}
	if (v.kind == VALUE_JSON && v.json->kind == JSON_ARRAY) {
		render_array(r, m, n, v.json->first, from);
		return;
	}
	if (!value_is_true(&v))
		return;
	c = enter(r, &v);
	if (c == NULL)
		return;
	if (v.kind == VALUE_TEXT && n->parts == 1)
		c->text_name = m->parts[n->name];
	render_nodes(r, m, from, n->end);
	r->contexts--;
}

static void
render_inverted(
    struct render *r, const struct mustache *m, const struct node *n)
{
	uint32_t from = (uint32_t)(n - m->nodes) + 1;
	struct value v;

	mustache_lookup(r, m, n, &v);
	if (!value_is_true(&v))
		render_nodes(r, m, from, n->end);
}

/* The present indentation with more white space after it. */
static struct str
deeper(const struct render *r, const struct mustache *m, struct span more)
{
	struct str s = { m->text + more.at, more.len };

	if (r->indent.len == 0)
		return s;
	if (s.len == 0)
		return r->indent;
	s.ptr = arena_printf(r->arena, "%.*s%.*s", (int)r->indent.len,
	    r->indent.ptr, (int)more.len, m->text + more.at);
	s.len += r->indent.len;
	return s;
}

/* A partial, or a parent with its arguments in frame. */
static void
render_other(struct render *r, const struct mustache *m, const struct node *n,
    const struct frame *frame)
{
	const struct mustache *other = r->set->symbols[n->name].tmpl;
	const struct frame *frame_before = r->frame;
	struct str indent_before = r->indent;
	bool is_alone = (n->flags & STANDALONE) != 0;

	if (!is_alone)
		add_span(r, m, n->text);
	if (other == NULL)
		return;
	if (r->templates == TEMPLATES_MAX) {
		stop(r, "templates");
		return;
	}
	r->templates++;
	r->frame = frame;
	r->indent = is_alone ? deeper(r, m, n->text) : (struct str){ "", 0 };
	render_nodes(r, other, 0, other->count);
	r->indent = indent_before;
	r->frame = frame_before;
	r->templates--;
}

static void
render_parent(struct render *r, const struct mustache *m, const struct node *n)
{
	struct frame frame = { m, n, r->frame };

	render_other(r, m, n, &frame);
}

/* The argument for a block; the outermost parent's wins. */
static const struct node *
argument(const struct render *r, uint32_t name, const struct frame **out)
{
	const struct node *found = NULL;
	const struct frame *f;

	for (f = r->frame; f != NULL; f = f->outer) {
		uint32_t i = (uint32_t)(f->parent - f->m->nodes) + 1;

		for (; i < f->parent->end; i = f->m->nodes[i].end) {
			const struct node *n = &f->m->nodes[i];

			if (n->op != OP_BLOCK || n->name != name)
				continue;
			found = n;
			*out = f;
		}
	}
	return found;
}

static bool
is_empty(const struct mustache *m, const struct node *n)
{
	return n->end == (uint32_t)(n - m->nodes) + 1;
}

static void
render_content(struct render *r, const struct mustache *m, const struct node *n)
{
	render_nodes(r, m, (uint32_t)(n - m->nodes) + 1, n->end);
}

/* What a block holds when no parent tag says otherwise. */
static void
render_default(struct render *r, const struct mustache *m, const struct node *n)
{
	bool is_alone = (n->flags & STANDALONE) != 0;

	if (is_alone && is_empty(m, n))
		return;
	if (is_alone && (n->flags & OPENS_LINE) == 0)
		add_indent(r);
	if ((n->flags & OPENS_LINE) == 0)
		add_span(r, m, n->text);
	render_content(r, m, n);
	if ((n->flags & ENDS_LINE) == 0)
		add_span(r, m, n->tail);
}

/* The argument sees the blocks of the template it was written in, so its
 * own parent tag's arguments are out of sight. */
static void
render_argument(struct render *r, const struct mustache *m,
    const struct node *n, const struct node *arg, const struct frame *f)
{
	const struct frame *frame_before = r->frame;
	struct str indent_before = r->indent;
	bool is_alone = (n->flags & STANDALONE) != 0;

	if (is_alone && is_empty(f->m, arg))
		return;
	if (is_alone)
		r->indent = deeper(r, m, n->text);
	else
		add_span(r, m, n->text);
	if (!is_alone)
		r->indent = (struct str){ "", 0 };
	else if ((arg->flags & OPENS_LINE) == 0)
		add_indent(r);
	r->frame = f->outer;
	render_content(r, f->m, arg);
	r->frame = frame_before;
	r->indent = indent_before;
	if ((arg->flags & ENDS_LINE) == 0)
		add_span(r, m, n->tail);
}

static void
render_block(struct render *r, const struct mustache *m, const struct node *n)
{
	const struct frame *f = NULL;
	const struct node *arg = argument(r, n->name, &f);

	if (arg == NULL)
		render_default(r, m, n);
	else
		render_argument(r, m, n, arg, f);
}

static void
render_node(struct render *r, const struct mustache *m, const struct node *n)
{
	switch (n->op) {
	case OP_TEXT:
		if (r->indent.len == 0)
			add_span(r, m, n->text);
		else
			render_indented(r, m, n);
		break;
	case OP_ESCAPED:
	case OP_RAW:
		render_value(r, m, n);
		break;
	case OP_SECTION:
	case OP_INVERTED:
		if (r->joint != NULL)
			join_section(r, m, n);
		else if (n->op == OP_SECTION)
			render_section(r, m, n);
		else
			render_inverted(r, m, n);
		break;
	case OP_PARTIAL:
		render_other(r, m, n, r->frame);
		break;
	case OP_PARENT:
		render_parent(r, m, n);
		break;
	case OP_BLOCK:
		render_block(r, m, n);
		break;
	}
}

static void
render_nodes(
    struct render *r, const struct mustache *m, uint32_t from, uint32_t end)
{
	r->steps += 1 + end - from;
	if (++r->levels > LEVELS_MAX)
		stop(r, "levels");
	if (r->steps > STEPS_MAX)
		stop(r, "steps");
	if (r->out->spoiled)
		stop(r, "output");
	for (uint32_t i = from; i < end && r->limit == NULL;
	     i = m->nodes[i].end) {
		const struct node *n = &m->nodes[i];

		if ((n->flags & STARTS_LINE) != 0)
			add_indent(r);
		render_node(r, m, n);
	}
	r->levels--;
}

void
mustache_begin(struct render *r, const struct mustache_set *s, struct arena *a,
    struct buf *out)
{
	/* The contexts are written before they are read. */
	memset(r, 0, offsetof(struct render, context));
	r->set = s;
	r->arena = a;
	r->out = out;
}

void
mustache_walk(struct render *r, const struct mustache *m, struct value root)
{
	mustache_root(r, &root);
	render_nodes(r, m, 0, m->count);
	if (r->out->spoiled)
		stop(r, "output");
}

enum rc
mustache_render(const struct mustache *m, struct arena *a, struct value root,
    struct buf *out)
{
	struct render r;

	mustache_begin(&r, m->set, a, out);
	mustache_walk(&r, m->joined != NULL ? m->joined : m, root);
	if (r.limit == NULL)
		return RC_OK;

	log_event(LOG_ERROR, "template reached a limit", "template", m->name,
	    "limit", r.limit, NULL);
	return RC_BROKEN;
}
