/*
 * Partials, parents and blocks: where their indentation comes from.
 *
 * A block directly inside a parent is an argument; it replaces the block
 * of that name in the parent's template.  The white space common to an
 * argument's lines (that of its first line) is taken off here; rendering
 * adds what stands before the block it replaces.
 */
#include "view/mustache_compile.h"

/* Puts the text before a tag that may turn out to begin a standalone
 * pair: the white space before it is kept aside for that. */
static struct str
set_aside(struct compiler *c, const struct tag *t)
{
	struct str src = c->lex.src;
	struct str none = { src.ptr + t->start, 0 };
	size_t start;

	if (!is_first_on_line(src, t->start)) {
		compile_text(c, t->start, t->end);
		return none;
	}
	start = line_start(src, t->start);
	compile_text(c, start, t->end);
	if (!compile_is_in_parent(c))
		c->is_at_line = true;
	return compile_indent(c, start);
}

enum rc
compile_partial(struct compiler *c, const struct tag *t)
{
	bool is_alone = compile_line(c, t);
	struct str src = c->lex.src;
	struct node *n;

	if (is_alone)
		c->is_at_line = false;
	n = compile_node(c, OP_PARTIAL, t);
	n->name = symbol_add(c->m->set, t->name);
	if (is_alone) {
		n->flags |= STANDALONE;
		n->text = compile_span(
		    c, compile_indent(c, line_start(src, t->start)));
	}
	c->is_at_line = is_alone;
	return RC_OK;
}

enum rc
compile_parent(struct compiler *c, const struct tag *t)
{
	bool is_first = is_first_on_line(c->lex.src, t->start);
	struct str indent = set_aside(c, t);
	struct node *n;

	n = compile_node(c, OP_PARENT, t);
	n->name = symbol_add(c->m->set, t->name);
	n->text = compile_span(c, indent);
	return compile_open(c, t, is_first);
}

void
compile_parent_end(
    struct compiler *c, const struct opened *o, const struct tag *t)
{
	struct node *n = &c->nodes[o->node];
	size_t next;

	if (o->is_first && is_last_on_line(c->lex.src, t->end, &next)) {
		n->flags = (n->flags & ~(unsigned)STARTS_LINE) | STANDALONE;
		compile_text(c, t->start, next);
		c->is_at_line = true;
	} else {
		compile_text(c, t->start, t->end);
		c->is_at_line = false;
	}
}

/* Where the first line from here that is not blank begins. */
static size_t
first_line(struct str src, size_t at)
{
	size_t next;

	while (at < src.len && is_last_on_line(src, at, &next))
		at = next;
	return at;
}

static enum rc
compile_argument(struct compiler *c, const struct tag *t)
{
	struct str src = c->lex.src;
	struct node *n;
	size_t next;
	enum rc rc;

	compile_text(c, t->start, t->end);
	c->is_at_line = false;
	n = compile_node(c, OP_BLOCK, t);
	n->name = symbol_add(c->m->set, t->name);
	if (!is_last_on_line(src, t->end, &next))
		return compile_open(c, t, false);

	n->flags |= OPENS_LINE;
	rc = compile_open(c, t, false);
	c->lex.pos = next;
	c->is_at_line = true;
	c->strip = line_indent(src, first_line(src, next));
	return rc;
}

enum rc
compile_block(struct compiler *c, const struct tag *t)
{
	struct str src = c->lex.src;
	bool is_first = is_first_on_line(src, t->start);
	struct str indent;
	struct node *n;
	size_t next;

	if (compile_is_in_parent(c))
		return compile_argument(c, t);

	indent = set_aside(c, t);
	n = compile_node(c, OP_BLOCK, t);
	n->name = symbol_add(c->m->set, t->name);
	if (is_first && is_last_on_line(src, t->end, &next)) {
		n->flags = STANDALONE | OPENS_LINE;
		n->tail = compile_span(c, indent); /* until its end */
		indent = compile_indent(c, first_line(src, next));
		c->lex.pos = next;
		c->is_at_line = true;
	}
	n->text = compile_span(c, indent);
	return compile_open(c, t, is_first);
}

static struct str
line_end(struct str src, size_t next)
{
	size_t start = next;

	if (start > 0 && src.ptr[start - 1] == '\n')
		start--;
	if (start < next && start > 0 && src.ptr[start - 1] == '\r')
		start--;
	return (struct str){ src.ptr + start, next - start };
}

static void
end_argument(struct compiler *c, const struct opened *o, const struct tag *t)
{
	struct str src = c->lex.src;
	size_t until = t->start;

	if (is_first_on_line(src, t->start)) {
		until = line_start(src, t->start);
		c->nodes[o->node].flags |= ENDS_LINE;
	}
	compile_text(c, until, t->end);
	c->is_at_line = false;
}

void
compile_block_end(
    struct compiler *c, const struct opened *o, const struct tag *t)
{
	struct str src = c->lex.src;
	bool is_first = is_first_on_line(src, t->start);
	struct node *n;
	size_t next;

	if (c->depth > 1 && c->opened[c->depth - 2].sigil == '<') {
		end_argument(c, o, t);
		return;
	}
	if (!is_last_on_line(src, t->end, &next) ||
	    (!o->is_first && !is_first)) {
		compile_text(c, t->start, t->end);
		compile_line_mark(c, t);
		c->nodes[o->node].tail = (struct span){ 0, 0 };
		return;
	}
	compile_text(c, is_first ? line_start(src, t->start) : t->start, next);
	n = &c->nodes[o->node];
	if (is_first)
		n->flags |= ENDS_LINE;
	if (o->is_first)
		n->flags = (n->flags & ~(unsigned)STARTS_LINE) | STANDALONE;
	/* Without lines of its own it stands where its tag does. */
	if ((n->flags & OPENS_LINE) != 0 && c->count == o->node + 1)
		n->text = n->tail;
	n->tail = compile_span(c, line_end(src, next));
	c->is_at_line = true;
}
