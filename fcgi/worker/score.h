/*
 * score.h - scores the accounts that wait for it, a batch at a time.
 *
 * Wakes up by notification, and every second in any case: an account that
 * failed is put off by the database, which tells nobody when its time has
 * come.  A batch is one transaction, so a worker killed at any point loses
 * nothing; what it had begun waits again.
 */
#ifndef WORKER_SCORE_H
#define WORKER_SCORE_H

#include <stdbool.h>

#include "worker/loop.h"

struct scorer;

struct scorer *score_new(struct loop *loop, const char *conninfo);
void score_free(struct scorer *s);

/* Begins a batch when one is due; call after each round of the loop. */
void score_step(struct scorer *s);

/* Begins none any more; score_is_open() tells when the last is done. */
void score_stop(struct scorer *s);
bool score_is_open(const struct scorer *s);

#endif
