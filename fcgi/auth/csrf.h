/*
 * csrf.h - was this request made by a page of ours?
 *
 * A token is a fresh mask and the masked HMAC of session and tenant, so
 * it differs in each response (BREACH) and is worth nothing elsewhere.
 * It travels in the field _csrf or in the header X-CSRF-Token.
 */
#ifndef AUTH_CSRF_H
#define AUTH_CSRF_H

#include <stdbool.h>

#include "auth/keys.h"
#include "auth/token.h"
#include "core/rc.h"
#include "core/str.h"

#define CSRF_FIELD "_csrf"
#define CSRF_SIZE BASE64URL_SIZE(64)

/* Once for each token that was verified, before the two below. */
void csrf_bind(const struct keys *keys, struct token *t);

void csrf_issue(const struct token *t, char out[CSRF_SIZE]);

/* RC_DENIED unless text was issued for this session in this tenant. */
enum rc csrf_verify(const struct token *t, struct str text) MUST_CHECK;

/*
 * The browser's own word about where a request comes from.  Reads pass.
 * A write needs Sec-Fetch-Site: same-origin, or, from a browser that does
 * not send it, an Origin equal to ours; one that sends neither is refused,
 * and so is an Origin that contradicts.  A missing header has ptr NULL.
 */
bool csrf_origin_ok(bool is_write, struct str sec_fetch_site, struct str origin,
    struct str configured_origin);

#endif
