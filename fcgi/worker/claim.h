/*
 * claim.h - takes due deliveries out of the queue, just as many as there
 * is work for.
 *
 * Wakes up by notification, by lanes that have room again, and every 250 ms
 * in any case.  While it keeps finding work nobody has to notify it.
 */
#ifndef WORKER_CLAIM_H
#define WORKER_CLAIM_H

#include "worker/lane.h"
#include "worker/link.h"

struct claimer;

/* list() adds the ids of everything the worker holds to an array literal. */
struct claimer *claim_new(struct loop *loop, struct lanes *lanes,
    void (*list)(void *arg, struct buf *ids), void *arg);
void claim_set_link(struct claimer *c, struct link *work);
void claim_free(struct claimer *c);

/* Under this id from now on; 0: not registered, claim nothing. */
void claim_set_worker(struct claimer *c, int worker);

/* The connection is new: what the database knew of us may be gone. */
void claim_reset(struct claimer *c);

/* There may be work. */
void claim_wake(struct claimer *c);

/* Asks the database when it is time; call after each round of the loop. */
void claim_step(struct claimer *c);

/* Claims nothing any more.  What an open claim still brings arrives in the
 * lanes before claim_is_open() turns false. */
void claim_stop(struct claimer *c);
bool claim_is_open(const struct claimer *c);

#endif
