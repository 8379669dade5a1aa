/*
 * str.h - pieces of text with a length, and the encodings we speak.
 */
#ifndef CORE_STR_H
#define CORE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Not terminated; ptr NULL means "no value". */
struct str {
	const char *ptr;
	size_t len;
};

#define STR(s) ((struct str){ (s), sizeof(s) - 1 })

struct str str_of(const char *s);
static inline bool
str_eq(struct str a, struct str b)
{
	if (a.ptr == NULL || b.ptr == NULL)
		return false;
	return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0;
}

bool str_is(struct str a, const char *s);

/* One of "a|b|c". */
bool str_is_choice(struct str s, const char *choices);

/* Well-formed UTF-8 (no surrogates, no overlong forms) without NUL. */
bool str_is_text(struct str s);

/* 8-4-4-4-12 hexadecimal digits. */
bool str_is_uuid(struct str s);

/* A whole decimal number that fits; false leaves *out alone. */
bool str_to_long(struct str s, long *out);

/* out has 2 * len + 1 bytes. */
void hex_encode(char *out, const uint8_t *in, size_t len);

/* Unpadded base64url (RFC 4648 section 5).  out has at least
 * BASE64URL_SIZE(len) bytes and is terminated. */
#define BASE64URL_SIZE(len) (((len)*4 + 2) / 3 + 1)
void base64url_encode(char *out, const uint8_t *in, size_t len);

/* Returns the number of bytes, or -1: bad character or more than max. */
long base64url_decode(uint8_t *out, size_t max, struct str in);

/* Standard base64 with padding; out has 4 * ((len + 2) / 3) + 1 bytes. */
void base64_encode(char *out, const uint8_t *in, size_t len);
long base64_decode(uint8_t *out, size_t max, struct str in);

#endif
