/*
 * lane.h - what is claimed, by endpoint.
 *
 * A lane exists while the worker holds a delivery of its endpoint.  Each
 * has its own limit of requests in flight, and the lanes take turns, so a
 * slow receiver or a busy tenant does not hold up the others.
 */
#ifndef WORKER_LANE_H
#define WORKER_LANE_H

#include "core/buf.h"
#include "core/str.h"
#include "worker/delivery.h"

struct lanes;

struct lanes *lanes_new(void);
void lanes_free(struct lanes *all);

/* Takes the delivery over; it waits in its endpoint's lane. */
void lanes_add(struct lanes *all, struct delivery *d, int max_inflight);

/* The next that may be sent, NULL when there is none.  Counts as in
 * flight until lanes_done(). */
struct delivery *lanes_next(struct lanes *all);

/* True: the lane was full when last claimed and now has room again. */
bool lanes_done(struct lanes *all, struct delivery *d);

/* Takes out all that wait. */
void lanes_drain(struct lanes *all, struct delivery_list *out);

/* Takes out those that wait for one endpoint. */
void lanes_drain_one(
    struct lanes *all, struct str endpoint, struct delivery_list *out);

size_t lanes_waiting(const struct lanes *all);
size_t lanes_inflight(const struct lanes *all);

/* Adds the ids of those that wait to an array literal. */
void lanes_list(const struct lanes *all, struct buf *ids);

/* Two array literals: endpoints, and how many of each are held.  Notes
 * which lanes are full. */
void lanes_held(struct lanes *all, struct buf *endpoints, struct buf *counts);

#endif
