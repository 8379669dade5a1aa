/*
 * array.h - PostgreSQL array literals, for parameters (never for SQL text).
 */
#ifndef WORKER_ARRAY_H
#define WORKER_ARRAY_H

#include "core/buf.h"
#include "core/str.h"

void array_begin(struct buf *b);
void array_end(struct buf *b);

/* ptr NULL is SQL NULL. */
void array_text(struct buf *b, struct str s);
void array_long(struct buf *b, long n);
void array_null(struct buf *b);

#endif
