/*
 * mustache_impl.h - what the parts of the engine share; private to it.
 *
 *	mustache_set.c      names, templates by name, loading, checking
 *	mustache_lex.c      from text to tags
 *	mustache_compile.c  from tags to nodes
 *	mustache_block.c    the same for parents and blocks
 *	mustache_lookup.c   from names to values
 *	mustache_render.c   from nodes and values to output
 *	mustache_join.c     from nodes to the nodes of a whole page
 *
 * A template is an array of nodes in the order of the text; the nodes
 * inside a section, parent or block follow it, up to its `end`.  All of it
 * lives in the arena of the set and never changes after compilation.
 */
#ifndef VIEW_MUSTACHE_IMPL_H
#define VIEW_MUSTACHE_IMPL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/str.h"
#include "view/mustache.h"

#define TEMPLATE_MAX ((size_t)1 << 20)
#define NESTING_MAX 64 /* open tags while compiling */

enum mustache_op {
	OP_TEXT,
	OP_ESCAPED,
	OP_RAW,
	OP_SECTION,
	OP_INVERTED,
	OP_PARTIAL,
	OP_PARENT,
	OP_BLOCK
};

enum mustache_flag {
	STARTS_LINE = 1, /* indentation goes before it */
	STANDALONE = 2,	 /* its line vanishes; node.text is its indentation */
	OPENS_LINE = 4,	 /* block: its content begins on a new line */
	ENDS_LINE = 8,	 /* block: its content ends with a whole line */
	TOP_ONLY = 16	 /* {{.name}}: the current context alone */
};

/* A piece of mustache.text. */
struct span {
	uint32_t at;
	uint32_t len;
};

struct node {
	enum mustache_op op;
	unsigned flags;
	uint32_t end;	  /* index of the next node outside this one */
	uint32_t source;  /* offset of the tag in mustache.source */
	uint32_t name;	  /* values: first of its parts; else a symbol */
	uint32_t parts;	  /* values: how many; none is {{.}} */
	struct span text; /* OP_TEXT; else the white space before the tag */
	struct span tail; /* block: the line end that vanished with it */
};

struct mustache {
	struct mustache_set *set;
	struct mustache *next;
	const struct mustache *joined; /* with all its parts, or NULL */
	const char *name;
	const char *label; /* what errors call it */
	struct str source;
	const char *text;
	const uint32_t *parts;
	const struct node *nodes;
	uint32_t count;
};

/* A name: of a value, a template or a block. */
struct symbol {
	struct str text; /* terminated by NUL as well */
	uint32_t next;	 /* in the same bucket; 0 ends */
	const struct mustache *tmpl;
};

#define SYMBOL_BUCKETS 2048

struct mustache_set {
	struct arena *arena;
	struct mustache *first;
	struct mustache **last;
	struct symbol *symbols; /* the one at 0 is not used */
	uint32_t count;
	uint32_t room;
	uint32_t buckets[SYMBOL_BUCKETS];
};

/* 0 when there is no such name. */
uint32_t symbol_find(const struct mustache_set *s, struct str name);
uint32_t symbol_add(struct mustache_set *s, struct str name);

/* Both begin at 1; a column is a character, not a byte. */
struct place {
	unsigned line;
	unsigned column;
};

struct place mustache_place(const struct mustache *m, size_t offset);

/* Writes "label:line:column: message" for an offset in the source. */
void mustache_fail(struct mustache_error *err, const struct mustache *m,
    size_t offset, const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Fills m from m->source. */
enum rc mustache_compile(
    struct mustache *m, struct mustache_error *err) MUST_CHECK;

#endif
