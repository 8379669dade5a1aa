/* From tags to nodes: text, values, sections; blocks are elsewhere. */
#include "view/mustache_compile.h"

#include <assert.h>
#include <string.h>

static uint32_t
as_u32(size_t n)
{
	assert(n <= UINT32_MAX);
	return (uint32_t)n;
}

/* Room for one more in an array of the arena. */
static void *
grow(struct arena *a, void *old, uint32_t count, uint32_t *room, size_t size)
{
	void *more;

	if (count < *room)
		return old;
	*room = *room == 0 ? 32 : *room * 2;
	more = arena_array(a, *room, size);
	if (count > 0)
		memcpy(more, old, count * size);
	return more;
}

struct span
compile_span(struct compiler *c, struct str s)
{
	struct span span = { c->text_len, as_u32(s.len) };

	assert(s.len <= c->text_room - c->text_len);
	if (s.len > 0)
		memcpy(c->text + c->text_len, s.ptr, s.len);
	c->text_len += span.len;
	return span;
}

struct node *
compile_node(struct compiler *c, enum mustache_op op, const struct tag *t)
{
	struct node *n;

	c->nodes = grow(
	    c->m->set->arena, c->nodes, c->count, &c->room, sizeof(*c->nodes));
	n = &c->nodes[c->count++];
	*n = (struct node){
		.op = op,
		.flags = c->is_at_line ? STARTS_LINE : 0,
		.end = c->count,
		.source = as_u32(t->start),
	};
	c->is_at_line = false;
	c->may_extend = false;
	return n;
}

bool
compile_is_in_parent(const struct compiler *c)
{
	return c->depth > 0 && c->opened[c->depth - 1].sigil == '<';
}

/* A piece of one line. */
static void
put(struct compiler *c, size_t at, size_t len)
{
	struct str s = { c->lex.src.ptr + at, len };
	bool extend = c->may_extend;

	if (extend && c->is_at_line)
		extend = c->text[c->text_len - 1] == '\n';
	if (extend) {
		c->nodes[c->count - 1].text.len += compile_span(c, s).len;
	} else {
		struct tag t = { .start = at };
		struct node *n = compile_node(c, OP_TEXT, &t);

		n->text = compile_span(c, s);
	}
	c->is_at_line = false;
	c->may_extend = true;
}

/* How much of the line's white space the block around it takes off. */
static size_t
stripped(const struct compiler *c, size_t at)
{
	struct str src = c->lex.src;
	size_t n = 0;

	while (n < c->strip.len && at + n < src.len &&
	       src.ptr[at + n] == c->strip.ptr[n])
		n++;
	return n;
}

struct str
compile_indent(const struct compiler *c, size_t start)
{
	struct str s = line_indent(c->lex.src, start);
	size_t n = stripped(c, start);

	return (struct str){ s.ptr + n, s.len - n };
}

void
compile_text(struct compiler *c, size_t until, size_t next)
{
	struct str src = c->lex.src;
	size_t at = c->lex.pos;

	c->lex.pos = next;
	if (compile_is_in_parent(c))
		return;
	while (at < until) {
		const char *nl = memchr(src.ptr + at, '\n', until - at);
		size_t end = nl == NULL ? until : (size_t)(nl - src.ptr) + 1;

		if (at == 0 || src.ptr[at - 1] == '\n') {
			c->is_at_line = true;
			at += stripped(c, at);
		}
		if (at < end)
			put(c, at, end - at);
		if (nl != NULL)
			c->is_at_line = true;
		at = end;
	}
}

bool
compile_line(struct compiler *c, const struct tag *t)
{
	struct str src = c->lex.src;
	size_t next;

	if (is_first_on_line(src, t->start) &&
	    is_last_on_line(src, t->end, &next)) {
		compile_text(c, line_start(src, t->start), next);
		c->is_at_line = true;
		return true;
	}
	compile_text(c, t->start, t->end);
	return false;
}

void
compile_line_mark(struct compiler *c, const struct tag *t)
{
	if (c->is_at_line && !compile_is_in_parent(c))
		(void)compile_node(c, OP_TEXT, t);
}

enum rc
compile_open(struct compiler *c, const struct tag *t, bool is_first)
{
	if (c->depth == NESTING_MAX) {
		mustache_fail(c->err, c->m, t->start,
		    "more than %d tags are open", NESTING_MAX);
		return RC_INVALID;
	}
	c->opened[c->depth++] = (struct opened){
		.node = c->count - 1,
		.is_first = is_first,
		.sigil = t->sigil,
		.name = t->name,
		.strip = c->strip,
	};
	return RC_OK;
}

static void
add_part(struct compiler *c, struct str part)
{
	c->parts = grow(c->m->set->arena, c->parts, c->parts_count,
	    &c->parts_room, sizeof(*c->parts));
	c->parts[c->parts_count++] = symbol_add(c->m->set, part);
}

/* "a.b" is two parts, "." none, ".a" one, of the current context. */
static enum rc
name_value(struct compiler *c, struct node *n, const struct tag *t)
{
	struct str s = t->name;

	n->name = c->parts_count;
	if (str_is(s, "."))
		return RC_OK;
	if (s.ptr[0] == '.') {
		n->flags |= TOP_ONLY;
		s = (struct str){ s.ptr + 1, s.len - 1 };
	}
	for (;;) {
		const char *dot = memchr(s.ptr, '.', s.len);
		size_t len = dot == NULL ? s.len : (size_t)(dot - s.ptr);

		if (len == 0) {
			mustache_fail(c->err, c->m, t->start,
			    "the name has an empty part");
			return RC_INVALID;
		}
		add_part(c, (struct str){ s.ptr, len });
		n->parts++;
		if (dot == NULL)
			return RC_OK;
		s = (struct str){ dot + 1, s.len - len - 1 };
	}
}

static enum rc
compile_value(struct compiler *c, const struct tag *t)
{
	enum mustache_op op = t->sigil == '\0' ? OP_ESCAPED : OP_RAW;

	compile_text(c, t->start, t->end);
	return name_value(c, compile_node(c, op, t), t);
}

static enum rc
compile_section(struct compiler *c, const struct tag *t)
{
	enum mustache_op op = t->sigil == '#' ? OP_SECTION : OP_INVERTED;
	bool is_alone = compile_line(c, t);
	struct node *n;
	enum rc rc;

	if (is_alone)
		c->is_at_line = false;
	n = compile_node(c, op, t);
	c->is_at_line = is_alone;
	rc = name_value(c, n, t);
	if (rc != RC_OK)
		return rc;
	return compile_open(c, t, false);
}

static void
compile_section_end(struct compiler *c, const struct tag *t)
{
	if (!compile_line(c, t))
		compile_line_mark(c, t);
}

static enum rc
compile_comment(struct compiler *c, const struct tag *t)
{
	(void)compile_line(c, t);
	return RC_OK;
}

/* What of a name is shown in a message. */
static int
shown(struct str name)
{
	return name.len > 40 ? 40 : (int)name.len;
}

static enum rc
compile_delimiters(struct compiler *c, const struct tag *t)
{
	(void)compile_line(c, t);
	if (lex_delimiters(&c->lex, t->name))
		return RC_OK;
	mustache_fail(c->err, c->m, t->start,
	    "these are not two delimiters: \"%.*s\"", shown(t->name),
	    t->name.ptr);
	return RC_INVALID;
}

static enum rc
fail_close(struct compiler *c, const struct opened *o, const struct tag *t)
{
	struct place place;

	if (o == NULL) {
		mustache_fail(c->err, c->m, t->start,
		    "{{/%.*s}} closes nothing", shown(t->name), t->name.ptr);
		return RC_INVALID;
	}
	place = mustache_place(c->m, c->nodes[o->node].source);
	mustache_fail(c->err, c->m, t->start,
	    "{{/%.*s}} closes {{%c%.*s}} of line %u, column %u", shown(t->name),
	    t->name.ptr, o->sigil, shown(o->name), o->name.ptr, place.line,
	    place.column);
	return RC_INVALID;
}

static enum rc
compile_close(struct compiler *c, const struct tag *t)
{
	const struct opened *o;

	o = c->depth == 0 ? NULL : &c->opened[c->depth - 1];
	if (o == NULL || !str_eq(o->name, t->name))
		return fail_close(c, o, t);

	if (o->sigil == '<')
		compile_parent_end(c, o, t);
	else if (o->sigil == '$')
		compile_block_end(c, o, t);
	else
		compile_section_end(c, t);
	c->nodes[o->node].end = c->count;
	c->strip = o->strip;
	c->may_extend = false;
	c->depth--;
	return RC_OK;
}

static enum rc
compile_tag(struct compiler *c, const struct tag *t)
{
	switch (t->sigil) {
	case '#':
	case '^':
		return compile_section(c, t);
	case '/':
		return compile_close(c, t);
	case '>':
		return compile_partial(c, t);
	case '<':
		return compile_parent(c, t);
	case '$':
		return compile_block(c, t);
	case '!':
		return compile_comment(c, t);
	case '=':
		return compile_delimiters(c, t);
	default:
		return compile_value(c, t);
	}
}

static enum rc
compile_all(struct compiler *c)
{
	const char *problem;
	struct tag t;
	enum rc rc;

	while (lex_tag(&c->lex, &t, &problem)) {
		rc = compile_tag(c, &t);
		if (rc != RC_OK)
			return rc;
	}
	if (problem != NULL) {
		mustache_fail(c->err, c->m, t.start, "%s", problem);
		return RC_INVALID;
	}
	if (c->depth > 0) {
		const struct opened *o = &c->opened[c->depth - 1];

		mustache_fail(c->err, c->m, c->nodes[o->node].source,
		    "{{%c%.*s}} is never closed", o->sigil, shown(o->name),
		    o->name.ptr);
		return RC_INVALID;
	}
	compile_text(c, c->lex.src.len, c->lex.src.len);
	return RC_OK;
}

enum rc
mustache_compile(struct mustache *m, struct mustache_error *err)
{
	struct compiler c = { .m = m, .err = err, .is_at_line = true };
	enum rc rc;

	lex_init(&c.lex, m->source);
	/* A block's indentation is kept beside the text it stands in. */
	c.text_room = 2 * m->source.len;
	c.text = arena_alloc(m->set->arena, c.text_room);
	rc = compile_all(&c);
	if (rc != RC_OK)
		return rc;

	m->text = c.text;
	m->parts = c.parts;
	m->nodes = c.nodes;
	m->count = c.count;
	return RC_OK;
}
