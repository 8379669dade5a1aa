/*
 * api_key.h - the keys with which programs call the API.
 *
 * csk_<live|test>_ + 43 characters of chance + 6 of CRC-32, in base 62: the
 * mark lets scanners find a key that leaked, the sum lets garbage be refused
 * without a question to the database, which knows the SHA-256 only.
 */
#ifndef AUTH_API_KEY_H
#define AUTH_API_KEY_H

#include <stdbool.h>

#include "core/rc.h"
#include "core/str.h"

#define API_KEY_SIZE 59	     /* of the text, with its NUL */
#define API_KEY_HASH_SIZE 67 /* "\x…" for bytea */
#define API_KEY_PREFIX 12    /* characters that tell keys apart */

/* A new one; whoever shows it overwrites it. */
void api_key_new(bool is_live, char text_out[API_KEY_SIZE]);

/* Whether a bearer token wants to be a key. */
bool api_key_is_meant(struct str text);

/* RC_NOBODY when text cannot be a key; hash_out is written on RC_OK. */
enum rc api_key_read(
    struct str text, char hash_out[API_KEY_HASH_SIZE]) MUST_CHECK;

#endif
