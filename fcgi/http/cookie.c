/* Our cookie in and out; the value is not interpreted here. */
#include "http/cookie.h"

#include <assert.h>
#include <string.h>

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct str
trim(struct str s)
{
	while (s.len > 0 && is_blank(s.ptr[0])) {
		s.ptr++;
		s.len--;
	}
	while (s.len > 0 && is_blank(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

/* Cuts the text before the next separator off in. */
static struct str
next_part(struct str *in, char separator)
{
	struct str part = *in;
	const char *at;

	at = memchr(in->ptr, separator, in->len);
	if (at == NULL) {
		in->ptr += in->len;
		in->len = 0;
		return part;
	}
	part.len = (size_t)(at - in->ptr);
	in->ptr += part.len + 1;
	in->len -= part.len + 1;
	return part;
}

enum rc
cookie_find(struct str header, struct str *out)
{
	struct str found = { NULL, 0 };

	while (header.len > 0) {
		struct str value = next_part(&header, ';');
		struct str name = next_part(&value, '=');

		if (!str_is(trim(name), COOKIE_NAME))
			continue;
		if (found.ptr != NULL)
			return RC_INVALID;
		found = trim(value);
	}
	if (found.ptr == NULL)
		return RC_ABSENT;
	*out = found;
	return RC_OK;
}

const char *
cookie_format(struct arena *a, const char *value, long max_age)
{
	static const char rest[] = "Path=/; Secure; HttpOnly; SameSite=Lax";

	if (value == NULL)
		return arena_printf(a, "%s=; %s; Max-Age=0", COOKIE_NAME, rest);
	assert(strpbrk(value, ";, \t\r\n\"\\") == NULL);
	return arena_printf(
	    a, "%s=%s; %s; Max-Age=%ld", COOKIE_NAME, value, rest, max_age);
}
