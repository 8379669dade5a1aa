/*
 * token_cache.h - what a worker has verified already.
 *
 * Reading a token costs three HMACs and a JSON parser, a sixth of a page's
 * time in its worker, and a browser sends the same one for a week.  Kept is
 * the outcome for exactly these bytes under the keys the worker started
 * with; the expiry is looked at each time, and whether the session is still
 * alive only the database knows, as ever.  New keys mean new workers, hence
 * an empty cache.
 */
#ifndef AUTH_TOKEN_CACHE_H
#define AUTH_TOKEN_CACHE_H

#include "auth/token.h"

struct token_cache;

/* keys must outlive it. */
struct token_cache *token_cache_new(const struct keys *keys);

/* Overwrites the tokens. */
void token_cache_free(struct token_cache *c);

/* As token_verify(), and bound for csrf_issue(). */
enum rc token_cache_verify(struct token_cache *c, struct str text, int64_t now,
    struct token *out) MUST_CHECK;

#endif
