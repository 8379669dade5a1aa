/*
 * fcgi.h - FastCGI as nginx speaks it, over libfcgi.
 *
 * One request at a time.  Parameters stay valid until fcgi_answer().
 */
#ifndef HTTP_FCGI_H
#define HTTP_FCGI_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/str.h"

struct fcgi;

struct fcgi *fcgi_open(int listener);

/* Waits for the next request.  False: stop. */
bool fcgi_accept(struct fcgi *f);

/* From a signal handler: the accept that waits returns false. */
void fcgi_stop(void);

/* NULL when the server did not send it. */
const char *fcgi_param(const struct fcgi *f, const char *name);

/* How often a parameter was sent: nginx passes repeated headers on. */
size_t fcgi_param_count(const struct fcgi *f, const char *name);

/* The whole body of len bytes; false when the client sent less. */
bool fcgi_body(struct fcgi *f, struct arena *a, size_t len, struct str *out);

/*
 * Sends head (of at most 64 kB) and body, and ends the request.  False
 * when the client is gone.  Due exactly once after each fcgi_accept().
 */
bool fcgi_answer(struct fcgi *f, struct str head, struct str body);

#endif
