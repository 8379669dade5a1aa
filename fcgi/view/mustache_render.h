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

/* Where the names of the set are among the columns of some rows. */
struct columns {
	const struct rows *rows;
	struct columns *next;
	uint16_t at[]; /* by symbol; 0 not looked up yet, 1 absent, else + 2 */
};

struct context {
	struct value value;
	struct columns *columns; /* of a row */
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

struct render {
	const struct mustache_set *set;
	struct arena *arena;
	struct buf *out;
	const char *limit; /* the one that was reached */
	struct str indent; /* before each line of the template's text */
	const struct frame *frame;
	unsigned templates;
	unsigned levels;
	unsigned long steps;
	struct columns *columns;
	struct cell cells[CELLS_MAX];
	unsigned next_cell;
	unsigned contexts;
	struct context context[CONTEXTS_MAX];
};

/* The value of a tag; VALUE_NONE when the name is unknown. */
struct value mustache_lookup(
    struct render *r, const struct mustache *m, const struct node *n);

struct columns *mustache_columns(struct render *r, const struct rows *rows);

#endif
