/*
 * tally.h - what the pool did, for Prometheus.
 *
 * Counted in memory that the processes of a pool share, since the master
 * began.  Each process has a place there while it lives.
 */
#ifndef DISPATCH_TALLY_H
#define DISPATCH_TALLY_H

#include "db/db.h"
#include "dispatch/route.h"

struct tally;

/* Before the processes part. */
struct tally *tally_new(const struct route *routes);

/* Takes a place; gives it back. */
void tally_join(struct tally *t);
void tally_leave(struct tally *t);

void tally_begin(struct tally *t);

/* route NULL: there is none of that address. */
void tally_end(struct tally *t, const struct route *route, int status,
    uint64_t us, const struct db_cost *cost);

void tally_write(const struct tally *t, struct buf *out);

#endif
