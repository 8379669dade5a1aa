/* A strict reader of http addresses. */
#include "worker/endpoint_url.h"

#include <arpa/inet.h>
#include <string.h>

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_name_char(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || c == '.' || c == '-' ||
	       c == '_';
}

static bool
is_v6_char(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || c == ':' || c == '.';
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static struct str
skip(struct str s, size_t n)
{
	return (struct str){ s.ptr + n, s.len - n };
}

static bool
take_prefix(struct str *s, const char *prefix)
{
	size_t len = strlen(prefix);

	if (s->len < len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (lower(s->ptr[i]) != prefix[i])
			return false;
	*s = skip(*s, len);
	return true;
}

/* One to five digits, 1 to 65535, and nothing behind. */
static bool
read_port(struct str s, uint16_t *out)
{
	unsigned long port = 0;

	if (s.len < 1 || s.len > 5)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (!is_digit(s.ptr[i]))
			return false;
		port = port * 10 + (unsigned long)(s.ptr[i] - '0');
	}
	if (port < 1 || port > 65535)
		return false;
	*out = (uint16_t)port;
	return true;
}

/* Copies while allowed() and returns how many; 0 when too long. */
static size_t
copy_host(struct str s, bool (*allowed)(char), char *out)
{
	size_t n = 0;

	while (n < s.len && allowed(lower(s.ptr[n]))) {
		if (n == ENDPOINT_HOST_MAX)
			return 0;
		out[n] = lower(s.ptr[n]);
		n++;
	}
	out[n] = '\0';
	return n;
}

bool
endpoint_url_host(struct str s, struct endpoint_url *out)
{
	struct endpoint_url url = { 0 };
	struct in6_addr address;
	size_t n;

	if (s.len > 0 && s.ptr[0] == '[') {
		s = skip(s, 1);
		n = copy_host(s, is_v6_char, url.host);
		if (n < 2 || n == s.len || s.ptr[n] != ']' ||
		    inet_pton(AF_INET6, url.host, &address) != 1)
			return false;
		s = skip(s, n + 1);
	} else {
		n = copy_host(s, is_name_char, url.host);
		if (n == 0 || url.host[0] == '.' || url.host[0] == '-')
			return false;
		s = skip(s, n);
	}
	if (s.len > 0 && (s.ptr[0] != ':' || !read_port(skip(s, 1), &url.port)))
		return false;
	*out = url;
	return true;
}

bool
endpoint_url_parse(struct str s, struct endpoint_url *out)
{
	struct endpoint_url url;
	bool is_https;
	size_t n = 0;

	if (s.ptr == NULL || s.len > ENDPOINT_URL_MAX)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] <= ' ' || s.ptr[i] > '~' || s.ptr[i] == '\\' ||
		    s.ptr[i] == '#')
			return false;
	is_https = take_prefix(&s, "https://");
	if (!is_https && !take_prefix(&s, "http://"))
		return false;
	while (n < s.len && s.ptr[n] != '/' && s.ptr[n] != '?')
		n++;
	if (!endpoint_url_host((struct str){ s.ptr, n }, &url))
		return false;
	url.is_https = is_https;
	if (url.port == 0)
		url.port = is_https ? 443 : 80;
	*out = url;
	return true;
}
