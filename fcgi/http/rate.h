/*
 * rate.h - how many requests each caller may send in a minute.
 *
 * Counted in memory that the processes of a pool share: no round trip, no
 * lock, some 100 ns.  A caller is one of 64 bits of chance.  Each caller's
 * slot holds the moment at which what it has used is paid back, so that a
 * quota refills steadily (GCRA).  The table never grows: among eight slots
 * the one that was paid back first is taken over.
 */
#ifndef HTTP_RATE_H
#define HTTP_RATE_H

#include <stdbool.h>
#include <stdint.h>

#define RATE_SECONDS 60

struct rate;

struct rate_state {
	long quota;	/* in RATE_SECONDS */
	long remaining; /* now */
	long reset;	/* seconds until all of the quota is there again */
	long retry;	/* seconds to wait; 0: may go on */
};

/* Before the processes part.  quota 0: no limit, and NULL. */
struct rate *rate_new(long quota);

/* Counts a request of who at a time of clock_us().  False: too fast. */
bool rate_take(
    struct rate *r, uint64_t who, uint64_t now_us, struct rate_state *out);

#endif
