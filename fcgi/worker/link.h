/*
 * link.h - a database connection that hangs in the worker's loop.
 *
 * The worker has four, so that none waits for another:
 *	work	claims and results, in a pipeline
 *	pulse	who we are, the beat, notifications
 *	clock	scheduled work, which may take long
 *	score	accounts that wait to be scored
 */
#ifndef WORKER_LINK_H
#define WORKER_LINK_H

#include "db/async.h"
#include "worker/loop.h"

struct link;

/* Any of the three may be NULL. */
struct link_events {
	loop_fn up;
	loop_fn down;
	loop_fn notify;
	void *arg;
};

struct link *link_new(struct loop *loop, const struct async_config *config,
    const struct link_events *events);
void link_free(struct link *k);

bool link_is_up(const struct link *k);

/* As async_send(). */
bool link_send(struct link *k, size_t stmt, const char *const *args,
    async_done done, void *arg);

#endif
