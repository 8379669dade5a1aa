/*
 * sign.h - signatures by the Standard Webhooks rules (v1, HMAC-SHA256).
 */
#ifndef WORKER_SIGN_H
#define WORKER_SIGN_H

#include <stdint.h>

#include "core/buf.h"
#include "core/rc.h"
#include "core/str.h"

/*
 * Appends the value of the header webhook-signature: "v1,<base64>", once
 * for each key.  secrets: "whsec_<base64>", several separated by a blank
 * (a key and the one it replaces).  id must not contain a dot.
 * RC_INVALID: a secret is malformed.
 */
enum rc sign_webhook(struct buf *out, const char *secrets, const char *id,
    int64_t timestamp, struct str body) MUST_CHECK;

#endif
