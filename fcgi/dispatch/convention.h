/*
 * convention.h - what holds for each route of the API, done once.
 *
 * Idempotency-Key on a POST of who is known: the first statement takes the
 * name, and the answer is kept in the same transaction.  ETag and
 * If-None-Match on a GET.  RateLimit of who asks.
 */
#ifndef DISPATCH_CONVENTION_H
#define DISPATCH_CONVENTION_H

#include "dispatch/turn.h"

/* Counts a request; who is a hash as bytea text.  RC_LIMIT: too fast. */
enum rc convention_count(struct turn *t, const char *who) MUST_CHECK;

/* Reads Idempotency-Key, after the fields; RC_INVALID when it is none. */
enum rc convention_name(struct turn *t) MUST_CHECK;

/* The last step of the transaction: keeps resp under the name; of what is
 * shown once, what the column kept of the answer has instead. */
void convention_keep(struct turn *t);

/* Fills resp with what was kept; then there is nothing more to answer. */
enum rc convention_replay(struct turn *t) MUST_CHECK;

/* ETag of an answer: the column etag of rows, else a hash of the body.
 * What the caller has already becomes 304. */
void convention_tag(struct turn *t, struct str version);

/* Link to the page that begins at cursor, with rel="next". */
void convention_link(struct turn *t, struct str cursor);

#endif
