/*
 * keys.h - the secrets on disk: token keys, the CSRF key, the pepper.
 *
 * A folder holds
 *	jwt-<kid>.key	"sign <key>" or "verify <key>"; one to three files,
 *			exactly one of which says sign
 *	csrf.key	"<key>"
 *	pepper.key	"<key>"; only the sign-in pool and mainstay-admin
 * where <key> is 32 bytes as 43 base64url characters and <kid> is one to
 * sixteen of a-z and 0-9.  A file that others may read, or that anybody
 * but its owner may write, is refused; so is such a folder when others
 * may write in it.
 *
 * struct keys belongs to the caller and lives as long as the process.
 */
#ifndef AUTH_KEYS_H
#define AUTH_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/rc.h"

#define KEY_SIZE 32
#define KEYS_JWT_MAX 3
#define KEYS_KID_MAX 16
#define KEYS_HEADER_SIZE 96

struct jwt_key {
	char kid[KEYS_KID_MAX + 1];
	uint8_t bytes[KEY_SIZE];
	bool may_sign;
	/* The first segment of every token made with this key, and the
	 * only one accepted. */
	char header[KEYS_HEADER_SIZE];
	size_t header_len;
};

struct keys {
	struct jwt_key jwt[KEYS_JWT_MAX];
	size_t jwt_count;
	uint8_t csrf[KEY_SIZE];
	uint8_t pepper[KEY_SIZE];
	bool has_pepper;
};

/* What was wrong, for the operator; names the file, never its content. */
struct keys_fault {
	char text[320];
};

/* Ends the process with status 78 when the folder is not in order. */
void keys_load(const char *dir, bool with_pepper, struct keys *out);

/* The same with an answer: RC_INVALID and a fault. */
enum rc keys_read(const char *dir, bool with_pepper, struct keys *out,
    struct keys_fault *fault) MUST_CHECK;

/*
 * Writes a fresh set into a folder that holds none of these files
 * (RC_CONFLICT otherwise); makes the folder when it is missing.  Files get
 * the owner and group of the folder when root does it; jwt and csrf 0640,
 * pepper 0600.  Two token keys: one signs, the next one waits as verify.
 */
enum rc keys_create(const char *dir, struct keys_fault *fault) MUST_CHECK;

/*
 * The waiting key signs, the one that signed until now verifies, a fresh
 * one waits, the oldest goes: every process that runs knows the new key
 * already, so nobody is signed out while the pools reload.  Not more often
 * than once per token lifetime.  kid_out is the one that signs now.
 */
enum rc keys_rotate(const char *dir, char kid_out[KEYS_KID_MAX + 1],
    struct keys_fault *fault) MUST_CHECK;

/* Overwrites the secrets. */
void keys_wipe(struct keys *k);

#endif
