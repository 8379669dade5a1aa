/*
 * mustache_compile.h - the state of a compilation; private to the engine.
 *
 * White space that belongs to tags alone on their line is left out of the
 * text here, so that rendering need not think of it.
 */
#ifndef VIEW_MUSTACHE_COMPILE_H
#define VIEW_MUSTACHE_COMPILE_H

#include "view/mustache_impl.h"
#include "view/mustache_lex.h"

/* A section, parent or block that waits for its closing tag. */
struct opened {
	uint32_t node;
	bool is_first; /* on its line */
	char sigil;
	struct str name;
	struct str strip; /* what was stripped outside it */
};

struct compiler {
	struct mustache *m;
	struct mustache_error *err;
	struct lexer lex;

	struct node *nodes;
	uint32_t count;
	uint32_t room;
	uint32_t *parts;
	uint32_t parts_count;
	uint32_t parts_room;
	char *text;
	size_t text_room;
	uint32_t text_len;

	struct opened opened[NESTING_MAX];
	unsigned depth;
	struct str strip; /* white space taken off the lines of this block */
	bool is_at_line;  /* nothing of this line was put yet */
	bool may_extend;  /* the last node is a text that may grow */
};

/* Puts the source up to an offset as text and goes on after `next`. */
void compile_text(struct compiler *c, size_t until, size_t next);

/* What compile_text() would leave of the white space that begins a line. */
struct str compile_indent(const struct compiler *c, size_t start);

/* Keeps a piece of the source for a node. */
struct span compile_span(struct compiler *c, struct str s);

struct node *compile_node(
    struct compiler *c, enum mustache_op op, const struct tag *t);

/* Puts the text before the tag; when the tag is alone on its line, the
 * line vanishes and the answer is true. */
bool compile_line(struct compiler *c, const struct tag *t);

/* The node, just made, waits for its closing tag. */
enum rc compile_open(
    struct compiler *c, const struct tag *t, bool is_first) MUST_CHECK;

/* True when text here belongs to a parent tag and is not printed. */
bool compile_is_in_parent(const struct compiler *c);

/* A line that begins here still gets its indentation. */
void compile_line_mark(struct compiler *c, const struct tag *t);

/* mustache_block.c */
enum rc compile_partial(struct compiler *c, const struct tag *t) MUST_CHECK;
enum rc compile_parent(struct compiler *c, const struct tag *t) MUST_CHECK;
enum rc compile_block(struct compiler *c, const struct tag *t) MUST_CHECK;
void compile_parent_end(
    struct compiler *c, const struct opened *o, const struct tag *t);
void compile_block_end(
    struct compiler *c, const struct opened *o, const struct tag *t);

#endif
