/*
 * drain.h - works off a queue of the database, a batch at a time: accounts
 * that wait for their score, and items of jobs.
 *
 * Wakes up by notification, and every second in any case: what failed is put
 * off by the database, which tells nobody when its time has come.  A batch
 * is one transaction, so a worker killed at any point loses nothing; what
 * it had begun waits again.
 */
#ifndef WORKER_DRAIN_H
#define WORKER_DRAIN_H

#include <stdbool.h>

#include "worker/loop.h"

struct async_stmt;
struct drain;

struct drain_queue {
	const char *name;		/* of the connection */
	const char *options;		/* of the connection */
	const struct async_stmt *stmts; /* enum drain_stmt */
	const char *says;		/* in the log, of a batch */
	int first, most;		/* of a batch */
};
extern const struct drain_queue drain_scores, drain_jobs;

struct drain *drain_new(
    struct loop *loop, const char *conninfo, const struct drain_queue *queue);
void drain_free(struct drain *d);

/* Begins a batch when one is due; call after each round of the loop. */
void drain_step(struct drain *d);

/* Begins none any more; drain_is_open() tells when the last is done. */
void drain_stop(struct drain *d);
bool drain_is_open(const struct drain *d);

#endif
