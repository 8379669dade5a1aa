/* JSON text to a tree in the arena; its texts stay where they were. */
#include <string.h>

#include "view/value.h"

#define DEPTH_MAX 64

struct reader {
	struct arena *arena;
	const char *at;
	const char *end;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The next character but blanks; NUL at the end. */
static char
next(struct reader *r)
{
	while (r->at < r->end && is_blank(*r->at))
		r->at++;
	return r->at < r->end ? *r->at : '\0';
}

static bool
take(struct reader *r, char c)
{
	if (next(r) != c)
		return false;
	r->at++;
	return true;
}

static bool
read_word(struct reader *r, struct str word)
{
	if ((size_t)(r->end - r->at) < word.len ||
	    memcmp(r->at, word.ptr, word.len) != 0)
		return false;
	r->at += word.len;
	return true;
}

static bool
read_digits(struct reader *r)
{
	const char *start = r->at;

	while (r->at < r->end && *r->at >= '0' && *r->at <= '9')
		r->at++;
	return r->at > start;
}

static bool
is_at(const struct reader *r, const char *any)
{
	return r->at < r->end && *r->at != '\0' && strchr(any, *r->at) != NULL;
}

static bool
read_number(struct reader *r)
{
	if (is_at(r, "-"))
		r->at++;
	if (is_at(r, "0"))
		r->at++;
	else if (!read_digits(r))
		return false;
	if (is_at(r, ".")) {
		r->at++;
		if (!read_digits(r))
			return false;
	}
	if (!is_at(r, "eE"))
		return true;
	r->at++;
	if (is_at(r, "+-"))
		r->at++;
	return read_digits(r);
}

/* Four hexadecimal digits. */
static bool
read_unit(struct reader *r, uint32_t *out)
{
	*out = 0;
	for (int i = 0; i < 4; i++, r->at++) {
		static const char digits[] = "0123456789abcdef";
		const char *digit;

		if (r->at == r->end || *r->at == '\0')
			return false;
		digit = strchr(digits, *r->at | ' ');
		if (digit == NULL)
			return false;
		*out = *out << 4 | (uint32_t)(digit - digits);
	}
	return true;
}

/* What follows "\u"; half a pair and U+0000 are replaced. */
static bool
read_character(struct reader *r, uint32_t *out)
{
	static const struct str escape = { "\\u", 2 };
	const char *after;
	uint32_t low;

	if (!read_unit(r, out))
		return false;
	after = r->at;
	if (*out >= 0xd800 && *out < 0xdc00 && read_word(r, escape) &&
	    read_unit(r, &low) && low >= 0xdc00 && low < 0xe000) {
		*out = 0x10000 + ((*out - 0xd800) << 10) + (low - 0xdc00);
		return true;
	}
	r->at = after;
	if (*out == 0 || (*out >= 0xd800 && *out < 0xe000))
		*out = 0xfffd;
	return true;
}

static size_t
utf8(char *to, uint32_t c)
{
	size_t more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	static const unsigned char first[] = { 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = more; i > 0; i--, c >>= 6)
		to[i] = (char)(0x80 | (c & 0x3f));
	to[0] = (char)(first[more] | c);
	return more + 1;
}

/* A character of six becomes three bytes at most, so it fits. */
static bool
unescape(struct arena *a, struct str *text)
{
	struct reader r = { a, text->ptr, text->ptr + text->len };
	char *start = arena_alloc(a, text->len + 1), *to = start;

	while (r.at < r.end) {
		static const char from[] = "\"\\/bfnrt";
		static const char into[] = "\"\\/\b\f\n\r\t";
		const char *plain;
		uint32_t c;

		if (*r.at != '\\') {
			*to++ = *r.at++;
			continue;
		}
		r.at += 2; /* read_string() saw both */
		plain = strchr(from, r.at[-1]);
		if (plain != NULL && *plain != '\0')
			*to++ = into[plain - from];
		else if (r.at[-1] == 'u' && read_character(&r, &c))
			to += utf8(to, c);
		else
			return false;
	}
	*text = (struct str){ start, (size_t)(to - start) };
	return true;
}

/* From after the quote. */
static bool
read_string(struct reader *r, struct str *out)
{
	const char *start = r->at;
	bool is_plain = true;

	for (; r->at < r->end && *r->at != '"'; r->at++) {
		if ((unsigned char)*r->at < ' ')
			return false;
		if (*r->at != '\\')
			continue;
		is_plain = false;
		if (++r->at == r->end)
			return false;
	}
	if (r->at == r->end)
		return false;
	*out = (struct str){ start, (size_t)(r->at - start) };
	r->at++;
	return is_plain || unescape(r->arena, out);
}

static bool read_value(struct reader *r, unsigned depth, struct json *out);

/* From after the bracket. */
static bool
read_list(struct reader *r, unsigned depth, struct json *list)
{
	bool has_names = list->kind == JSON_OBJECT;
	char close = has_names ? '}' : ']';
	struct json **last = &list->first;

	if (take(r, close))
		return true;
	do {
		struct json *item = arena_alloc(r->arena, sizeof(*item));

		if (has_names &&
		    !(take(r, '"') && read_string(r, &item->name) &&
			take(r, ':')))
			return false;
		if (!read_value(r, depth, item))
			return false;
		*last = item;
		last = &item->next;
	} while (take(r, ','));
	return take(r, close);
}

static bool
read_value(struct reader *r, unsigned depth, struct json *out)
{
	char c = next(r);
	const char *start = r->at;
	bool ok;

	switch (c) {
	case '"':
		r->at++;
		out->kind = JSON_STRING;
		return read_string(r, &out->text);
	case '{':
	case '[':
		r->at++;
		out->kind = c == '{' ? JSON_OBJECT : JSON_ARRAY;
		ok = depth > 0 && read_list(r, depth - 1, out);
		break;
	case 't':
		out->kind = JSON_TRUE;
		ok = read_word(r, STR("true"));
		break;
	case 'f':
		out->kind = JSON_FALSE;
		ok = read_word(r, STR("false"));
		break;
	case 'n':
		out->kind = JSON_NULL;
		ok = read_word(r, STR("null"));
		break;
	default:
		out->kind = JSON_NUMBER;
		ok = read_number(r);
		break;
	}
	out->text = (struct str){ start, (size_t)(r->at - start) };
	return ok;
}

struct value
value_json_parse(struct arena *a, struct str text)
{
	struct value none = { .kind = VALUE_NONE };
	struct reader r = { a, text.ptr, text.ptr + text.len };
	struct json *o;

	if (text.ptr == NULL)
		return none;
	o = arena_alloc(a, sizeof(*o));
	if (!read_value(&r, DEPTH_MAX, o) || next(&r) != '\0' || r.at != r.end)
		return none;
	return value_json(o);
}
