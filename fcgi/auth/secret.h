/*
 * secret.h - randomness and message codes for the rest of auth/.
 *
 * Neither call can fail: when the system cannot do them the process logs
 * and exits, and the master starts another.
 */
#ifndef AUTH_SECRET_H
#define AUTH_SECRET_H

#include <stddef.h>
#include <stdint.h>

#include "auth/keys.h"
#include "core/str.h"

#define SECRET_MAC_SIZE 32

/* Before the first request: libcrypto sets itself up at its first call, and
 * crashes when memory is short then.  Processes forked later share it. */
void secret_prepare(void);

void secret_random(uint8_t *out, size_t len);

/* HMAC-SHA256 of a followed by b; either may be empty. */
void secret_mac(const uint8_t key[KEY_SIZE], struct str a, struct str b,
    uint8_t out[SECRET_MAC_SIZE]);

/* SHA-256, of what need not be kept secret. */
void secret_hash(struct str text, uint8_t out[SECRET_MAC_SIZE]);

#endif
