/*
 * fcgi.h - FastCGI as nginx speaks it, over libfcgi.
 *
 * One request at a time.  Parameters stay valid until the next
 * fcgi_accept().
 */
#ifndef HTTP_FCGI_H
#define HTTP_FCGI_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/str.h"

struct fcgi;

struct fcgi *fcgi_open(int listener);

/* Finishes the former request, waits for the next.  False: stop. */
bool fcgi_accept(struct fcgi *f);

/* From a signal handler: the accept that waits returns false. */
void fcgi_stop(void);

/* NULL when the server did not send it. */
const char *fcgi_param(const struct fcgi *f, const char *name);

/* How often a parameter was sent: nginx passes repeated headers on. */
size_t fcgi_param_count(const struct fcgi *f, const char *name);

/* The whole body of len bytes; false when the client sent less. */
bool fcgi_body(struct fcgi *f, struct arena *a, size_t len, struct str *out);

/* False when the client is gone; fcgi_finish() is due all the same. */
bool fcgi_write(struct fcgi *f, const char *data, size_t len);

/* Sends what is buffered and ends the request. */
void fcgi_finish(struct fcgi *f);

#endif
