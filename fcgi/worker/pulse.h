/*
 * pulse.h - says who this worker is, that it lives, and listens.
 *
 * The session holds an advisory lock on the worker's id; when the process
 * dies, PostgreSQL frees it with the socket, and the beat of any other
 * worker (or of this one, started again) gives its claims back.
 */
#ifndef WORKER_PULSE_H
#define WORKER_PULSE_H

#include "db/async.h"
#include "worker/loop.h"

struct pulse;

struct pulse_events {
	/* Another id than before: what was claimed under the old one is
	 * void.  0: not registered for now, claim nothing. */
	void (*identity)(void *arg, int worker);
	loop_fn notify; /* there may be work */
	loop_fn gone;	/* pulse_release() is done */
	void *arg;
};

struct pulse *pulse_new(
    struct loop *loop, const char *conninfo, const struct pulse_events *events);
void pulse_free(struct pulse *p);

/* Ends the registration: everything still claimed can be claimed by others
 * at once.  gone() is called, also when the database is not there. */
void pulse_release(struct pulse *p);

#endif
