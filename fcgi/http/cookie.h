/*
 * cookie.h - the one cookie we have.
 */
#ifndef HTTP_COOKIE_H
#define HTTP_COOKIE_H

#include "core/arena.h"
#include "core/rc.h"
#include "core/str.h"

#define COOKIE_NAME "__Host-mainstay"

/*
 * Our value in a Cookie header (a part of it, not terminated): RC_ABSENT
 * when there is none, RC_INVALID when there are two.
 */
enum rc cookie_find(struct str header, struct str *out) MUST_CHECK;

/* The value of a Set-Cookie header.  value NULL takes the cookie away. */
const char *cookie_format(struct arena *a, const char *value, long max_age);

#endif
