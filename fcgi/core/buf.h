/*
 * buf.h - text that grows up to a limit.
 *
 * A buffer is sticky: once it is spoiled (limit reached) every later call
 * does nothing, so a caller checks once at the end.  It owns its memory;
 * buf_free() gives it back, buf_clear() keeps it for the next use.
 */
#ifndef CORE_BUF_H
#define CORE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data; /* always terminated by NUL when not NULL */
	size_t len;
	size_t cap;
	size_t max;
	bool spoiled;
};

void buf_init(struct buf *b, size_t max);
void buf_clear(struct buf *b);
void buf_free(struct buf *b);

void buf_add(struct buf *b, const char *s, size_t len);
void buf_adds(struct buf *b, const char *s);
void buf_addc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* With & < > " ' as entities, safe as text and in quoted attributes. */
void buf_html(struct buf *b, const char *s, size_t len);

/* A JSON string with its quotes; bytes below 0x20 are escaped. */
void buf_json(struct buf *b, const char *s, size_t len);

/* Percent-encoded as a value in a query string. */
void buf_url(struct buf *b, const char *s, size_t len);

#endif
