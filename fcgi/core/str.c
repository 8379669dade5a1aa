/* Text checks, hexadecimal and base64. */
#include "core/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct str
str_of(const char *s)
{
	return (struct str){ s, s == NULL ? 0 : strlen(s) };
}

bool
str_is(struct str a, const char *s)
{
	return str_eq(a, str_of(s));
}

bool
str_is_choice(struct str s, const char *choices)
{
	for (const char *at = choices; at != NULL;) {
		const char *end = strchr(at, '|');
		size_t len = end != NULL ? (size_t)(end - at) : strlen(at);

		if (str_eq(s, (struct str){ at, len }))
			return true;
		at = end != NULL ? end + 1 : NULL;
	}
	return false;
}

/* Length of the well-formed sequence at p, 0 when there is none. */
static size_t
utf8_sequence(const unsigned char *p, size_t left)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t n;

	if (p[0] < 0x80)
		return p[0] != 0;
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		n = 2;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		n = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		n = 4;
	else
		return 0;
	if (left < n)
		return 0;

	if (p[0] == 0xe0)
		low = 0xa0; /* overlong */
	else if (p[0] == 0xed)
		high = 0x9f; /* surrogates */
	else if (p[0] == 0xf0)
		low = 0x90; /* overlong */
	else if (p[0] == 0xf4)
		high = 0x8f; /* above U+10FFFF */
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if (p[i] < 0x80 || p[i] > 0xbf)
			return 0;
	return n;
}

bool
str_is_text(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.ptr;
	size_t i = 0;

	while (i < s.len) {
		size_t n = utf8_sequence(p + i, s.len - i);

		if (n == 0)
			return false;
		i += n;
	}
	return true;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
str_is_uuid(struct str s)
{
	if (s.ptr == NULL || s.len != 36)
		return false;
	for (size_t i = 0; i < 36; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? s.ptr[i] != '-' : hex_digit(s.ptr[i]) < 0)
			return false;
	}
	return true;
}

bool
str_to_long(struct str s, long *out)
{
	char text[24];
	char *end;
	long value;

	if (s.ptr == NULL || s.len == 0 || s.len >= sizeof(text))
		return false;
	if (s.ptr[0] != '-' && (s.ptr[0] < '0' || s.ptr[0] > '9'))
		return false;
	memcpy(text, s.ptr, s.len);
	text[s.len] = '\0';
	errno = 0;
	value = strtol(text, &end, 10);
	if (errno != 0 || end != text + s.len)
		return false;
	*out = value;
	return true;
}

void
hex_encode(char *out, const uint8_t *in, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		*out++ = digits[in[i] >> 4];
		*out++ = digits[in[i] & 15];
	}
	*out = '\0';
}

#define ALPHABET                                                               \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/* Without padding; returns the number of characters. */
static size_t
encode64(char *out, const char *alphabet, const uint8_t *in, size_t len)
{
	uint32_t bits = 0;
	unsigned have = 0;
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		bits = (bits << 8) | in[i];
		have += 8;
		while (have >= 6) {
			have -= 6;
			out[n++] = alphabet[(bits >> have) & 63];
		}
	}
	if (have > 0)
		out[n++] = alphabet[(bits << (6 - have)) & 63];
	out[n] = '\0';
	return n;
}

static long
decode64(uint8_t *out, size_t max, const char *alphabet, struct str in)
{
	uint32_t bits = 0;
	unsigned have = 0;
	size_t n = 0;

	if (in.len % 4 == 1)
		return -1;
	for (size_t i = 0; i < in.len; i++) {
		const char *at = memchr(alphabet, in.ptr[i], 64);

		if (at == NULL)
			return -1;
		bits = (bits << 6) | (uint32_t)(at - alphabet);
		have += 6;
		if (have < 8)
			continue;
		have -= 8;
		if (n == max)
			return -1;
		out[n++] = (uint8_t)(bits >> have);
	}
	if ((bits & ((1u << have) - 1)) != 0)
		return -1; /* one spelling for each value */
	return (long)n;
}

void
base64url_encode(char *out, const uint8_t *in, size_t len)
{
	(void)encode64(out, ALPHABET "-_", in, len);
}

long
base64url_decode(uint8_t *out, size_t max, struct str in)
{
	return decode64(out, max, ALPHABET "-_", in);
}

void
base64_encode(char *out, const uint8_t *in, size_t len)
{
	size_t n = encode64(out, ALPHABET "+/", in, len);

	while (n % 4 != 0)
		out[n++] = '=';
	out[n] = '\0';
}

long
base64_decode(uint8_t *out, size_t max, struct str in)
{
	if (in.len % 4 != 0)
		return -1;
	for (int i = 0; i < 2 && in.len > 0; i++)
		if (in.ptr[in.len - 1] == '=')
			in.len--;
	return decode64(out, max, ALPHABET "+/", in);
}
