/*
 * mustache_render.h - the state of a rendering; private to the engine.
 */
#ifndef VIEW_MUSTACHE_RENDER_H
#define VIEW_MUSTACHE_RENDER_H

#include "view/mustache_impl.h"

#define CONTEXTS_MAX 64	  /* sections entered */
#define TEMPLATES_MAX 32  /* partials and parents entered */
#define LEVELS_MAX 512	  /* all of it together: the C stack */
#define STEPS_MAX 4000000 /* nodes; far more than the longest export */
#define CELLS_MAX 8
#define COLUMNS_BUCKETS 16

struct column {
	uint16_t number; /* from 1; 0: the rows have no such column */
	uint16_t type;
};

/* Where the names of the set are among the columns of some rows. */
struct columns {
	const struct rows *rows;
	struct columns *next;
	struct column by_name[]; /* by symbol */
};

struct context {
	struct value value;
	const struct columns *columns; /* of a row; NULL when it is none */
	const struct value **members;  /* of the root by symbol, or NULL */
	uint32_t text_name; /* the section's, when the value is a text */
};

/* A JSON column once parsed. */
struct cell {
	const struct rows *rows;
	size_t row;
	int column;
	struct value value;
};

/* The arguments of a parent being rendered. */
struct frame {
	const struct mustache *m;
	const struct node *parent;
	const struct frame *outer;
};

struct joint;

struct render {
	const struct mustache_set *set;
	struct arena *arena;
	struct buf *out;
	const char *limit;   /* the one that was reached */
	struct joint *joint; /* NULL when values are written */
	struct str indent;   /* before each line of the template's text */
	const struct frame *frame;
	unsigned templates;
	unsigned levels;
	unsigned long steps;
	struct columns *columns[COLUMNS_BUCKETS];
	struct cell cells[CELLS_MAX];
	unsigned next_cell;
	unsigned contexts;
	struct context context[CONTEXTS_MAX];
};

void mustache_begin(struct render *r, const struct mustache_set *s,
    struct arena *a, struct buf *out);
void mustache_walk(
    struct render *r, const struct mustache *m, struct value root);

/* A tag and, for those that have some, the end of its contents. */
uint32_t mustache_join_tag(
    struct render *r, const struct mustache *m, const struct node *n);
void mustache_join_end(struct render *r, uint32_t tag);

/* The value of a tag; VALUE_NONE when the name is unknown. */
void mustache_lookup(struct render *r, const struct mustache *m,
    const struct node *n, struct value *out);

/* What names are looked for in; of rows it is the first row. */
void mustache_context(
    struct render *r, const struct value *v, struct context *out);

/* The same of what all sections stand in. */
void mustache_root(struct render *r, const struct value *v);

#endif
