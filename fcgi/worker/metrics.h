/*
 * metrics.h - what the worker does, in the text format of Prometheus.
 *
 * Counted since the program began; what is in the queue is asked of the
 * database at each scrape.  Served on 127.0.0.1 only: GET /metrics.
 */
#ifndef WORKER_METRICS_H
#define WORKER_METRICS_H

#include "core/buf.h"
#include "worker/delivery.h"
#include "worker/lane.h"
#include "worker/link.h"
#include "worker/loop.h"
#include "worker/record.h"

/* Counted wherever it happens. */
void metrics_started(const struct delivery *d);
void metrics_ended(const struct delivery *d);
void metrics_claimed(uint64_t took_ms, size_t count);
void metrics_recorded(uint64_t took_ms, size_t count, size_t too_late);

/* The counters as text. */
void metrics_write(struct buf *out);

struct metrics;

/* Listens, unless port is 0: then NULL.  Exits with a message when it
 * cannot. */
struct metrics *metrics_new(struct loop *loop, long port, struct link *work,
    const struct lanes *lanes, const struct recorder *recorder);
void metrics_free(struct metrics *m);

#endif
