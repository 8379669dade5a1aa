/*
 * throttle.h - under which names failed sign-ins are counted.
 *
 * Both names are HMACs with the pepper, so the table of counters tells
 * nobody who tried; the e-mail counts whether or not it belongs to a user.
 *
 * Only ASCII can be counted: lower() in the database also folds letters
 * such as the Kelvin sign, and each spelling of one address would have a
 * counter of its own here.
 */
#ifndef AUTH_THROTTLE_H
#define AUTH_THROTTLE_H

#include "auth/keys.h"
#include "core/rc.h"
#include "core/str.h"

#define THROTTLE_FREE_EMAIL 5 /* failures that cost no waiting */
#define THROTTLE_FREE_NET 50

struct throttle {
	char email[67]; /* "\x…" for bytea */
	char net[67];	/* of the IPv4 /24 or the IPv6 /56 */
};

/* ip is numeric (REMOTE_ADDR); RC_INVALID when it is not, or when the
 * e-mail is not ASCII or longer than 254 bytes. */
enum rc throttle_names(const struct keys *keys, struct str email,
    const char *ip, struct throttle *out) MUST_CHECK;

#endif
