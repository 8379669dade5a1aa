/*
 * clock.h - scheduled work of the whole installation.
 *
 * Several workers may run; the one that holds the advisory lock does it.
 */
#ifndef WORKER_CLOCK_H
#define WORKER_CLOCK_H

#include "worker/loop.h"

struct clock;

struct clock *clock_new(struct loop *loop, const char *conninfo);
void clock_free(struct clock *c);

#endif
