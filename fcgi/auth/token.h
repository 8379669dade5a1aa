/*
 * token.h - the signed envelope of a session, carried in the cookie.
 *
 * A token proves that we once opened the session it names; whether that
 * session is still alive, and with which role, only the database knows
 * (api.begin_request).  The caller must also compare user_id and tenant_id
 * with what begin_request answers.
 *
 * Signing in:	token_new(), store token.session, commit, token_sign().
 * Each page:	token_verify(), pass token.session as :session.
 */
#ifndef AUTH_TOKEN_H
#define AUTH_TOKEN_H

#include <stdint.h>

#include "auth/keys.h"
#include "auth/secret.h"
#include "core/rc.h"
#include "core/str.h"

#define TOKEN_LIFETIME 604800 /* seconds: 7 days */
#define TOKEN_SIZE 513	      /* of the text we issue, with its NUL */
#define TOKEN_ACCEPT_MAX 1024 /* longer text is refused unread */
#define TOKEN_ISSUER "mainstay"
#define TOKEN_AUDIENCE "mainstay-web"

#define SESSION_ID_SIZE 32
#define SESSION_TEXT_SIZE (2 + 2 * SESSION_ID_SIZE + 1)

struct token {
	char user_id[37];
	char tenant_id[37];
	char jti[44];			     /* 32 random bytes as base64url */
	uint8_t session_id[SESSION_ID_SIZE]; /* SHA-256 of the text of jti */
	char session[SESSION_TEXT_SIZE]; /* session_id as "\x…" for bytea */
	int64_t issued_at;		 /* seconds since 1970 */
	int64_t expires_at;
	uint8_t csrf[SECRET_MAC_SIZE]; /* see csrf_bind() */
};

/* A new session id for these two uuids; RC_INVALID when one is not. */
enum rc token_new(const char *user_id, const char *tenant_id, int64_t now,
    struct token *out) MUST_CHECK;

/* The text for the cookie, made with the key that signs. */
enum rc token_sign(const struct keys *keys, const struct token *t,
    char text_out[TOKEN_SIZE]) MUST_CHECK;

/* Any hostile, foreign, expired or damaged text is RC_NOBODY. */
enum rc token_verify(const struct keys *keys, struct str text, int64_t now,
    struct token *out) MUST_CHECK;

#endif
