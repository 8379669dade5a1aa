/* A recursive descent over RFC 8259; recursion is bounded by the depth. */
#include "http/json_scan.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_MAX 32 /* more than any double needs */

/* In the place of what cannot be one; never longer than what stood there. */
#define NOT_A_CHARACTER '?'

/* Where we are in one container that is open. */
struct level {
	bool is_object;
	bool has_key;
	size_t index;	  /* of the element, or of the member */
	struct str *keys; /* of the members so far, decoded */
};

struct scan {
	struct arena *a;
	const char *at;
	const char *end;
	size_t depth; /* levels in use */
	struct level levels[JSON_DEPTH_MAX];
	const char *why;
	struct json_scan_items *items; /* NULL: every fault ends the scan */
	struct json_fault spoiled;     /* of the item; why NULL: it is good */
	struct str field;
};

static bool scan_value(struct scan *s);
static bool scan_container(struct scan *s, bool is_object);

static bool
fail(struct scan *s, const char *why)
{
	s->why = why;
	return false;
}

/* The way to the value that failed. */
static void
set_pointer(const struct scan *s, struct json_fault *fault)
{
	char number[24];

	fault->pointer[0] = '\0';
	for (size_t i = 0; i < s->depth; i++) {
		const struct level *level = &s->levels[i];

		if (level->is_object && !level->has_key)
			return;
		(void)snprintf(number, sizeof(number), "%zu", level->index);
		json_pointer_add(fault->pointer, sizeof(fault->pointer),
		    level->is_object ? level->keys[level->index]
				     : str_of(number));
	}
}

/* Levels that are open above an item of a list, or of itself. */
static size_t
item_depth(const struct scan *s)
{
	return s->items->is_batch ? 2 : 0;
}

/* Where the end of a bad value is plain to see, only its item is lost. */
static bool
spoil(struct scan *s, const char *why)
{
	const struct level *level;

	if (s->items == NULL)
		return fail(s, why);
	if (s->spoiled.why != NULL)
		return true;
	s->spoiled.why = why;
	set_pointer(s, &s->spoiled);
	level = &s->levels[item_depth(s)];
	if (s->depth > item_depth(s) && level->is_object && level->has_key)
		s->field = level->keys[level->index];
	return true;
}

/* A word from start that is no value, up to where something else begins. */
static bool
spoil_word(struct scan *s, const char *start, const char *why)
{
	while (s->items != NULL && s->at < s->end &&
	       strchr(",:[]{}\" \t\r\n", *s->at) == NULL)
		s->at++;
	return s->at > start ? spoil(s, why) : fail(s, why);
}

static bool
next_is(const struct scan *s, char c)
{
	return s->at < s->end && *s->at == c;
}

static void
skip_blanks(struct scan *s)
{
	while (next_is(s, ' ') || next_is(s, '\t') || next_is(s, '\n') ||
	       next_is(s, '\r'))
		s->at++;
}

static bool
is_digit(const struct scan *s)
{
	return s->at < s->end && *s->at >= '0' && *s->at <= '9';
}

static bool
skip_digits(struct scan *s)
{
	if (!is_digit(s))
		return false;
	while (is_digit(s))
		s->at++;
	return true;
}

/* Four hexadecimal digits after \u. */
static bool
scan_unit(struct scan *s, unsigned *out)
{
	unsigned unit = 0;

	*out = NOT_A_CHARACTER;
	for (int i = 0; i < 4; i++) {
		char c = s->at < s->end ? *s->at : '\0';

		if (c >= '0' && c <= '9')
			unit = unit * 16 + (unsigned)(c - '0');
		else if (c >= 'a' && c <= 'f')
			unit = unit * 16 + (unsigned)(c - 'a') + 10;
		else if (c >= 'A' && c <= 'F')
			unit = unit * 16 + (unsigned)(c - 'A') + 10;
		else
			return spoil(s, "This text holds a broken escape.");
		s->at++;
	}
	*out = unit;
	return true;
}

static bool
spoil_half(struct scan *s, unsigned *out)
{
	*out = NOT_A_CHARACTER;
	return spoil(s, "This text holds half a character.");
}

/* The character after \u, of one unit or two. */
static bool
scan_unicode(struct scan *s, unsigned *out)
{
	unsigned low;

	if (!scan_unit(s, out))
		return false;
	if (*out == 0) {
		*out = NOT_A_CHARACTER;
		return spoil(s, "This text holds a zero character.");
	}
	if (*out < 0xd800 || *out > 0xdfff)
		return true;
	if (*out > 0xdbff || s->end - s->at < 6 || s->at[0] != '\\' ||
	    s->at[1] != 'u')
		return spoil_half(s, out);
	s->at += 2;
	if (!scan_unit(s, &low))
		return false;
	if (low < 0xdc00 || low > 0xdfff)
		return spoil_half(s, out);
	*out = 0x10000 + ((*out - 0xd800) << 10) + (low - 0xdc00);
	return true;
}

static size_t
put_utf8(char *out, unsigned c)
{
	size_t n = 0;

	if (c < 0x80) {
		out[n++] = (char)c;
		return n;
	}
	if (c < 0x800) {
		out[n++] = (char)(0xc0 | (c >> 6));
	} else {
		if (c < 0x10000) {
			out[n++] = (char)(0xe0 | (c >> 12));
		} else {
			out[n++] = (char)(0xf0 | (c >> 18));
			out[n++] = (char)(0x80 | ((c >> 12) & 63));
		}
		out[n++] = (char)(0x80 | ((c >> 6) & 63));
	}
	out[n++] = (char)(0x80 | (c & 63));
	return n;
}

/* What follows a backslash. */
static bool
scan_escape(struct scan *s, unsigned *out)
{
	static const char from[] = "\"\\/bfnrt";
	static const char to[] = "\"\\/\b\f\n\r\t";
	const char *found;

	if (s->at == s->end)
		return fail(s, "This text has no end.");
	if (*s->at == 'u') {
		s->at++;
		return scan_unicode(s, out);
	}
	found = memchr(from, *s->at, sizeof(from) - 1);
	*out = NOT_A_CHARACTER;
	if (found == NULL)
		return spoil(s, "This text holds a broken escape.");
	s->at++;
	*out = (unsigned)to[found - from];
	return true;
}

/* After the opening quote.  decoded is NULL or has room for the escaped
 * form, than which the decoded one is longer only where it is spoiled. */
static bool
scan_text(struct scan *s, char *decoded, size_t *len_out)
{
	unsigned c;
	size_t n = 0;
	char utf8[4];

	while (s->at < s->end && *s->at != '"') {
		size_t len = 1;

		utf8[0] = *s->at++;
		if ((unsigned char)utf8[0] < 0x20 &&
		    !spoil(s, "This text holds a control character."))
			return false;
		if (utf8[0] == '\\') {
			if (!scan_escape(s, &c))
				return false;
			len = put_utf8(utf8, c);
		}
		if (decoded != NULL)
			memcpy(decoded + n, utf8, len);
		n += len;
	}
	if (s->at == s->end)
		return fail(s, "This text has no end.");
	s->at++;
	*len_out = n;
	return true;
}

/* Decoded; a key without escapes stays where it is in the body. */
static bool
scan_key(struct scan *s, struct str *out)
{
	const char *start = s->at;
	size_t raw;
	char *copy;

	out->ptr = start;
	if (!scan_text(s, NULL, &out->len))
		return false;
	raw = (size_t)(s->at - start) - 1;
	if (out->len == raw)
		return true;
	copy = arena_alloc(s->a, raw + 1);
	s->at = start;
	out->ptr = copy;
	return scan_text(s, copy, &out->len);
}

/* Does json-c read this number as it stands? */
static bool
check_range(struct scan *s, const char *start, bool is_integer)
{
	char text[NUMBER_MAX + 1];
	size_t len = (size_t)(s->at - start);

	if (len > NUMBER_MAX)
		return spoil(s, "This number is too long.");
	memcpy(text, start, len);
	text[len] = '\0';
	errno = 0;
	if (is_integer)
		(void)strtoll(text, NULL, 10);
	else
		(void)strtod(text, NULL);
	/* Also one that is too small: it would fill pages when printed. */
	return errno == 0 || spoil(s, "This number is out of range.");
}

static bool
scan_number(struct scan *s)
{
	static const char broken[] = "This number is not well-formed.";
	const char *start = s->at;
	bool is_integer = true;

	if (next_is(s, '-'))
		s->at++;
	if (next_is(s, '0'))
		s->at++;
	else if (!skip_digits(s))
		return spoil_word(s, start, broken);
	if (is_digit(s))
		return spoil_word(s, start, "This number begins with a zero.");
	if (next_is(s, '.')) {
		is_integer = false;
		s->at++;
		if (!skip_digits(s))
			return spoil_word(s, start, broken);
	}
	if (next_is(s, 'e') || next_is(s, 'E')) {
		is_integer = false;
		s->at++;
		if (next_is(s, '+') || next_is(s, '-'))
			s->at++;
		if (!skip_digits(s))
			return spoil_word(s, start, broken);
	}
	return check_range(s, start, is_integer);
}

static bool
scan_word(struct scan *s, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(s->end - s->at) < len || memcmp(s->at, word, len) != 0)
		return spoil_word(s, s->at, "This is not a JSON value.");
	s->at += len;
	return true;
}

/* A container below the depth we follow: only its brackets are counted. */
static bool
skip_container(struct scan *s)
{
	size_t open = 0, len;

	if (!spoil(s, "The nesting is too deep."))
		return false;
	do {
		if (s->at == s->end)
			return fail(s, "A comma or the end is missing.");
		switch (*s->at++) {
		case '{':
		case '[':
			open++;
			break;
		case '}':
		case ']':
			open--;
			break;
		case '"':
			if (!scan_text(s, NULL, &len))
				return false;
			break;
		default:
			break;
		}
	} while (open > 0);
	return true;
}

static struct level *
open_level(struct scan *s, bool is_object)
{
	struct level *level = &s->levels[s->depth++];

	level->is_object = is_object;
	level->has_key = false;
	level->index = 0;
	if (is_object && level->keys == NULL)
		level->keys =
		    arena_array(s->a, JSON_MEMBERS_MAX, sizeof(level->keys[0]));
	return level;
}

static bool
add_key(struct scan *s, struct level *level)
{
	struct str key;

	if (level->index >= JSON_MEMBERS_MAX &&
	    !spoil(s, "This object has too many members."))
		return false;
	if (!next_is(s, '"'))
		return fail(s, "The name of a member must stand in quotes.");
	s->at++;
	if (!scan_key(s, &key))
		return false;
	if (level->index >= JSON_MEMBERS_MAX)
		return true;
	level->keys[level->index] = key;
	level->has_key = true;
	for (size_t i = 0; i < level->index; i++)
		if (str_eq(level->keys[i], key))
			return spoil(s, "This member is given twice.");
	return true;
}

/* What was bad beside the items makes the whole document bad. */
static void
keep_outside(struct scan *s)
{
	if (s->items->outside.why == NULL)
		s->items->outside = s->spoiled;
	s->spoiled.why = NULL;
}

static void
keep_spoiled(struct scan *s, struct str text, size_t index)
{
	struct json_scan_items *items = s->items;

	if (s->spoiled.why != NULL && index < items->max) {
		if (items->n_spoiled == 0)
			items->spoiled = arena_array(
			    s->a, items->max, sizeof(items->spoiled[0]));
		items->spoiled[items->n_spoiled++] =
		    (struct json_spoiled){ text, index, s->field,
			    s->spoiled.why };
	}
	s->spoiled.why = NULL;
	s->field = (struct str){ "", 0 };
}

/* The value of the member "items" of the document. */
static bool
scan_items(struct scan *s)
{
	skip_blanks(s);
	if (!next_is(s, '['))
		return fail(s, "This must be a list.");
	s->items->is_batch = true;
	keep_outside(s);
	return scan_container(s, false);
}

static bool
is_items(const struct level *level)
{
	return level->has_key && str_is(level->keys[level->index], "items");
}

static bool
scan_element(struct scan *s)
{
	struct str text;

	if (s->items == NULL || s->depth != 2 || !is_items(&s->levels[0]))
		return scan_value(s);
	skip_blanks(s);
	text.ptr = s->at;
	if (!scan_value(s))
		return false;
	text.len = (size_t)(s->at - text.ptr);
	keep_spoiled(s, text, s->items->count++);
	return true;
}

static bool
scan_member(struct scan *s, struct level *level)
{
	if (!add_key(s, level))
		return false;
	skip_blanks(s);
	if (!next_is(s, ':'))
		return fail(s, "A colon is missing.");
	s->at++;
	if (s->items != NULL && s->depth == 1 && is_items(level))
		return scan_items(s);
	return scan_value(s);
}

/* An object or an array, from its first character to its last. */
static bool
scan_container(struct scan *s, bool is_object)
{
	const char close = is_object ? '}' : ']';
	struct level *level;

	if (s->depth == JSON_DEPTH_MAX)
		return skip_container(s);
	level = open_level(s, is_object);
	s->at++;
	skip_blanks(s);
	while (level->index > 0 || !next_is(s, close)) {
		if (!(is_object ? scan_member(s, level) : scan_element(s)))
			return false;
		skip_blanks(s);
		level->has_key = false;
		level->index++;
		if (next_is(s, close))
			break;
		if (!next_is(s, ','))
			return fail(s, "A comma or the end is missing.");
		s->at++;
		skip_blanks(s);
	}
	s->at++;
	s->depth--;
	return true;
}

static bool
scan_value(struct scan *s)
{
	size_t len;

	skip_blanks(s);
	if (s->at == s->end)
		return fail(s, "A value is missing.");
	switch (*s->at) {
	case '{':
	case '[':
		return scan_container(s, *s->at == '{');
	case '"':
		s->at++;
		return scan_text(s, NULL, &len);
	case 't':
		return scan_word(s, "true");
	case 'f':
		return scan_word(s, "false");
	case 'n':
		return scan_word(s, "null");
	default:
		if (*s->at != '-' && !is_digit(s))
			return spoil_word(
			    s, s->at, "This is not a JSON value.");
		return scan_number(s);
	}
}

enum rc
json_scan(struct arena *a, struct str in, struct str *out,
    struct json_scan_items *items, struct json_fault *fault)
{
	struct scan s = { .a = a,
		.at = in.ptr,
		.end = in.ptr + in.len,
		.items = items,
		.field = { "", 0 } };
	const char *start;
	bool ok;

	skip_blanks(&s);
	start = s.at;
	ok = next_is(&s, '{') ? scan_value(&s)
			      : fail(&s, "The body must be a JSON object.");
	if (ok) {
		*out = (struct str){ start, (size_t)(s.at - start) };
		skip_blanks(&s);
		ok = s.at == s.end ||
		     fail(&s, "Something follows the end of the object.");
	}
	if (!ok) {
		fault->why = s.why;
		set_pointer(&s, fault);
		return RC_INVALID;
	}
	if (items != NULL && items->is_batch)
		keep_outside(&s);
	else if (items != NULL)
		keep_spoiled(&s, *out, items->count++);
	return RC_OK;
}
