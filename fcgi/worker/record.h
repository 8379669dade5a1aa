/*
 * record.h - writes results into the database, in batches.
 *
 * A result is kept until the database has acknowledged it.  While the
 * database is away results wait; afterwards they are sent again, and
 * PostgreSQL drops those whose claim is no longer ours.
 */
#ifndef WORKER_RECORD_H
#define WORKER_RECORD_H

#include "worker/delivery.h"
#include "worker/link.h"

struct recorder;

/* resting() is told each endpoint that nothing may be sent to for now.  The
 * link may be set later; it must be set before record_step(). */
struct recorder *record_new(struct loop *loop,
    void (*resting)(void *arg, struct str endpoint), void *arg);
void record_set_link(struct recorder *r, struct link *work);

/* Frees what is left without recording it. */
void record_free(struct recorder *r);

/* Takes the delivery over. */
void record_add(struct recorder *r, struct delivery *d);

/* Sends a batch when one is due; call after each round of the loop. */
void record_step(struct recorder *r);

/* How many results are not acknowledged yet. */
size_t record_left(const struct recorder *r);

/* Adds the ids of all those to an array literal. */
void record_list(const struct recorder *r, struct buf *ids);

/* Whatever is there, now: at the end. */
void record_hurry(struct recorder *r);

#endif
