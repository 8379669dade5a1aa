/* A growing, limited, sticky text buffer. */
#include "core/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"

void
buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max };
}

void
buf_clear(struct buf *b)
{
	b->len = 0;
	b->spoiled = false;
	if (b->data != NULL)
		b->data[0] = '\0';
}

void
buf_free(struct buf *b)
{
	free(b->data);
	*b = (struct buf){ .max = b->max };
}

/* Makes room for len more bytes and the NUL; false when spoiled. */
static bool
grow(struct buf *b, size_t len)
{
	size_t cap;
	char *data;

	if (b->spoiled || len > b->max - b->len) {
		b->spoiled = true;
		return false;
	}
	cap = b->cap < 512 ? 512 : b->cap * 2;
	if (cap > b->max)
		cap = b->max + 1;
	if (cap < b->len + len + 1)
		cap = b->len + len + 1;
	data = realloc(b->data, cap);
	if (data == NULL) {
		log_event(LOG_ERROR, "out of memory", NULL);
		_Exit(1);
	}
	b->data = data;
	b->cap = cap;
	return true;
}

/* The capacity ends at the limit, so what fits in it is allowed. */
static inline bool
reserve(struct buf *b, size_t len)
{
	return (!b->spoiled && len < b->cap - b->len) || grow(b, len);
}

void
buf_add(struct buf *b, const char *s, size_t len)
{
	char *to;

	if (!reserve(b, len))
		return;
	to = b->data + b->len;
	b->len += len;
	to[len] = '\0';
	if (len > 0)
		memcpy(to, s, len);
}

void
buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_addc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (len < 0 || !reserve(b, (size_t)len))
		return;

	va_start(ap, fmt);
	(void)vsnprintf(b->data + b->len, (size_t)len + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)len;
}

void
buf_html(struct buf *b, const char *s, size_t len)
{
	static const char *const entity[256] = { ['&'] = "&amp;",
		['<'] = "&lt;",
		['>'] = "&gt;",
		['"'] = "&quot;",
		['\''] = "&#39;" };
	size_t n;

	while (reserve(b, len)) {
		char *to = b->data + b->len;

		for (n = 0; n < len; n++) {
			if (entity[(unsigned char)s[n]] != NULL)
				break;
			to[n] = s[n];
		}
		to[n] = '\0';
		b->len += n;
		if (n == len)
			break;
		buf_adds(b, entity[(unsigned char)s[n]]);
		s += n + 1;
		len -= n + 1;
	}
}

void
buf_json(struct buf *b, const char *s, size_t len)
{
	size_t start = 0;

	buf_addc(b, '"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
			continue;
		buf_add(b, s + start, i - start);
		if (c == '"' || c == '\\')
			buf_printf(b, "\\%c", c);
		else if (c == '\n')
			buf_adds(b, "\\n");
		else
			buf_printf(b, "\\u%04x", c);
		start = i + 1;
	}
	buf_add(b, s + start, len - start);
	buf_addc(b, '"');
}

void
buf_url(struct buf *b, const char *s, size_t len)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~";

	for (size_t i = 0; i < len; i++) {
		if (s[i] != '\0' && strchr(plain, s[i]) != NULL)
			buf_addc(b, s[i]);
		else
			buf_printf(b, "%%%02X", (unsigned char)s[i]);
	}
}
