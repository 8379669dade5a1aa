/* Finds tags; knows delimiters and lines, not what tags mean. */
#include "view/mustache_lex.h"

#include <string.h>

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_space(char c)
{
	return is_blank(c) || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

static struct str
trim(struct str s)
{
	while (s.len > 0 && is_space(s.ptr[0])) {
		s.ptr++;
		s.len--;
	}
	while (s.len > 0 && is_space(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

static bool
has_space(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (is_space(s.ptr[i]))
			return true;
	return false;
}

/* The offset of what at or after from; src.len when it is not there. */
static size_t
find(struct str src, size_t from, struct str what)
{
	const char *p;

	if (from >= src.len)
		return src.len;
	p = memmem(src.ptr + from, src.len - from, what.ptr, what.len);
	return p == NULL ? src.len : (size_t)(p - src.ptr);
}

void
lex_init(struct lexer *l, struct str src)
{
	*l =
	    (struct lexer){ .src = src, .open = STR("{{"), .close = STR("}}") };
}

/* The sigil at the beginning of the tag, '\0' when it has none. */
static char
sigil_of(const struct lexer *l, size_t *at)
{
	while (*at < l->src.len && is_space(l->src.ptr[*at]))
		(*at)++;
	if (*at < l->src.len && l->src.ptr[*at] != '\0' &&
	    strchr("{&#^/><$!=", l->src.ptr[*at]) != NULL)
		return l->src.ptr[(*at)++];
	return '\0';
}

/* Finds the closing delimiter, with the } or = that some tags have
 * before it; stop_out is where the content ends. */
static bool
find_end(const struct lexer *l, struct tag *t, size_t from, size_t *stop_out)
{
	char before = t->sigil == '{' ? '}' : t->sigil == '=' ? '=' : '\0';
	size_t at;

	for (at = from;; at++) {
		at = find(l->src, at, l->close);
		if (at == l->src.len)
			return false;
		if (before == '\0')
			break;
		/* In "}}}" the delimiter is the last two. */
		if (at > from && l->src.ptr[at - 1] == before)
			break;
	}
	*stop_out = before == '\0' ? at : at - 1;
	t->end = at + l->close.len;
	return true;
}

bool
lex_tag(const struct lexer *l, struct tag *out, const char **problem)
{
	size_t from;
	size_t stop;

	*problem = NULL;
	*out = (struct tag){ .start = find(l->src, l->pos, l->open) };
	if (out->start == l->src.len)
		return false;

	from = out->start + l->open.len;
	out->sigil = sigil_of(l, &from);
	if (!find_end(l, out, from, &stop)) {
		*problem = "the tag is never closed";
		return false;
	}
	out->name = trim((struct str){ l->src.ptr + from, stop - from });
	if (out->sigil == '!' || out->sigil == '=')
		return true;
	if (out->name.len == 0)
		*problem = "the tag is empty";
	else if (has_space(out->name))
		*problem = "the name has white space in it";
	return *problem == NULL;
}

bool
lex_delimiters(struct lexer *l, struct str both)
{
	struct str open = { both.ptr, 0 };
	struct str close;

	while (open.len < both.len && !is_space(both.ptr[open.len]))
		open.len++;
	close = trim((struct str){ both.ptr + open.len, both.len - open.len });
	if (open.len == 0 || close.len == 0 || has_space(close) ||
	    memchr(both.ptr, '=', both.len) != NULL)
		return false;

	l->open = open;
	l->close = close;
	return true;
}

size_t
line_start(struct str src, size_t at)
{
	while (at > 0 && src.ptr[at - 1] != '\n')
		at--;
	return at;
}

bool
is_first_on_line(struct str src, size_t at)
{
	while (at > 0 && is_blank(src.ptr[at - 1]))
		at--;
	return at == 0 || src.ptr[at - 1] == '\n';
}

bool
is_last_on_line(struct str src, size_t at, size_t *next_out)
{
	while (at < src.len && is_blank(src.ptr[at]))
		at++;
	if (at + 1 < src.len && src.ptr[at] == '\r' && src.ptr[at + 1] == '\n')
		at++;
	if (at < src.len && src.ptr[at] != '\n')
		return false;
	*next_out = at < src.len ? at + 1 : at;
	return true;
}

struct str
line_indent(struct str src, size_t start)
{
	struct str s = { src.ptr + start, 0 };

	while (start + s.len < src.len && is_blank(src.ptr[start + s.len]))
		s.len++;
	return s;
}
