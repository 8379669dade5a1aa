/*
 * worker.h - the delivery worker as a whole.
 */
#ifndef WORKER_WORKER_H
#define WORKER_WORKER_H

#include "core/settings.h"

/* Works until SIGTERM; returns the exit status. */
int worker_run(const struct settings *settings);

#endif
