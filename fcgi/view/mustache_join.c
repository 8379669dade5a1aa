/* One template out of all that it is made of: what the renderer would walk
 * through is written down instead, its text as text. */
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "view/mustache_render.h"

struct joint {
	struct node *nodes;
	uint32_t count;
	uint32_t room;
	uint32_t *parts;
	uint32_t n_parts;
	size_t mark; /* where text begins that no node has yet */
};

static void *
more(void *list, size_t n, size_t size)
{
	void *p = reallocarray(list, n, size);

	if (p == NULL)
		log_refuse("out of memory", NULL);
	return p;
}

static struct node *
add_node(struct joint *j)
{
	if (j->count == j->room) {
		j->room = j->room == 0 ? 64 : j->room * 2;
		j->nodes = more(j->nodes, j->room, sizeof(*j->nodes));
	}
	return &j->nodes[j->count++];
}

static void
end_text(struct render *r)
{
	struct joint *j = r->joint;
	struct span text = { (uint32_t)j->mark,
		(uint32_t)(r->out->len - j->mark) };
	struct node *n;

	if (text.len == 0)
		return;
	n = add_node(j);
	*n = (struct node){ .op = OP_TEXT, .end = j->count, .text = text };
	j->mark = r->out->len;
}

uint32_t
mustache_join_tag(
    struct render *r, const struct mustache *m, const struct node *n)
{
	struct joint *j = r->joint;
	struct node *copy;

	end_text(r);
	copy = add_node(j);
	*copy = *n;
	copy->flags &= TOP_ONLY;
	copy->end = j->count;
	copy->name = j->n_parts;
	if (n->parts > 0) {
		j->parts =
		    more(j->parts, j->n_parts + n->parts, sizeof(*j->parts));
		memcpy(j->parts + j->n_parts, m->parts + n->name,
		    n->parts * sizeof(*j->parts));
		j->n_parts += n->parts;
	}
	return j->count - 1;
}

void
mustache_join_end(struct render *r, uint32_t tag)
{
	end_text(r);
	r->joint->nodes[tag].end = r->joint->count;
}

static const void *
kept(struct arena *a, const void *from, size_t size)
{
	void *to = arena_alloc(a, size + 1);

	return size > 0 ? memcpy(to, from, size) : to;
}

static const struct mustache *
joined(const struct mustache *m, const struct joint *j, const struct buf *text)
{
	struct arena *a = m->set->arena;
	struct mustache *all = arena_alloc(a, sizeof(*all));

	*all = *m;
	all->count = j->count;
	if (j->count == 0)
		return all;
	all->text = kept(a, text->data, text->len);
	all->nodes = kept(a, j->nodes, j->count * sizeof(*j->nodes));
	all->parts = kept(a, j->parts, j->n_parts * sizeof(*j->parts));
	return all;
}

void
mustache_join(struct mustache_set *s, const char *name, struct value known)
{
	struct mustache *m = NULL;
	struct arena *a;
	struct joint j = { 0 };
	struct render r;
	struct buf text;

	for (m = s->first; m != NULL && strcmp(m->name, name) != 0;)
		m = m->next;
	if (m == NULL || m->joined != NULL)
		return;
	a = arena_new();
	buf_init(&text, TEMPLATE_MAX);
	mustache_begin(&r, m->set, a, &text);
	r.joint = &j;
	mustache_walk(&r, m, known);
	end_text(&r);
	if (r.limit == NULL)
		m->joined = joined(m, &j, &text);
	buf_free(&text);
	free(j.nodes);
	free(j.parts);
	arena_free(a);
}
