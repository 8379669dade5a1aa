/*
 * password.h - bcrypt over a peppered pre-hash, and what people may choose.
 *
 * bcrypt reads 72 bytes; the pre-hash base64(HMAC-SHA384(pepper, password))
 * makes every byte count and the table worthless without the pepper.  One
 * call costs about 200 ms of processor time, on purpose: only the sign-in
 * pool and mainstay-admin call these.  keys must have the pepper.
 */
#ifndef AUTH_PASSWORD_H
#define AUTH_PASSWORD_H

#include <stdbool.h>

#include "auth/keys.h"
#include "core/rc.h"
#include "core/str.h"

#define PASSWORD_MIN 12	 /* characters */
#define PASSWORD_MAX 256 /* bytes */
#define PASSWORD_HASH_SIZE 61

/* No policy here: see password_fault().  RC_INVALID for no text, NUL,
 * or more than PASSWORD_MAX bytes. */
enum rc password_hash(const struct keys *keys, struct str password,
    char out[PASSWORD_HASH_SIZE]) MUST_CHECK;

/*
 * RC_DENIED when wrong.  hash NULL or empty means there is no such user:
 * always RC_DENIED, after the same work.
 */
enum rc password_verify(
    const struct keys *keys, struct str password, const char *hash) MUST_CHECK;

/* Made with less work than we ask for today? */
bool password_is_dated(const char *hash);

/*
 * What is wrong with a new password, as a sentence for the person, or
 * NULL.  email and organisation may have ptr NULL.
 */
const char *password_fault(
    struct str password, struct str email, struct str organisation);

#endif
