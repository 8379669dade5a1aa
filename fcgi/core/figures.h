/*
 * figures.h - writes figures in the text format of Prometheus.
 */
#ifndef CORE_FIGURES_H
#define CORE_FIGURES_H

#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"

#define FIGURES_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* Of a histogram of times: one more than it has bounds. */
#define FIGURES_BUCKETS 15

size_t figures_bucket(uint64_t ms);

/* What comes before the samples of a name. */
void figures_head(
    struct buf *b, const char *name, const char *type, const char *help);

/* A name with one sample. */
void figures_number(struct buf *b, const char *name, const char *type,
    const char *help, uint64_t value);

void figures_histogram(struct buf *b, const char *name, const char *help,
    const uint64_t counts[FIGURES_BUCKETS], uint64_t sum_us);

#endif
