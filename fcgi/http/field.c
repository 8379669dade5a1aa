/* The validators, one per type. */
#include "http/field.h"

#include <ctype.h>
#include <string.h>

static size_t
characters(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		if (((unsigned char)s.ptr[i] & 0xc0) != 0x80)
			n++;
	return n;
}

static struct str
trim(struct str s)
{
	while (s.len > 0 && (s.ptr[0] == ' ' || s.ptr[0] == '\t')) {
		s.ptr++;
		s.len--;
	}
	while (s.len > 0 && strchr(" \t\r\n", s.ptr[s.len - 1]) != NULL)
		s.len--;
	return s;
}

/* Control characters have no business in a name; lines only in a note. */
static bool
has_control(struct str s, bool may_break)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (may_break && (c == '\n' || c == '\r' || c == '\t'))
			continue;
		if (c < 0x20 || c == 0x7f)
			return true;
	}
	return false;
}

static bool
is_printable_ascii(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] <= ' ' || s.ptr[i] > '~')
			return false;
	return true;
}

/* ASCII only: lower() folds letters like the Kelvin sign, and one address
 * must have one spelling wherever it is counted. */
static bool
is_email(struct str s)
{
	const char *at = memchr(s.ptr, '@', s.len);
	size_t local;

	if (at == NULL || s.len > 254 || !is_printable_ascii(s))
		return false;
	local = (size_t)(at - s.ptr);
	return local > 0 && local <= 64 && s.len - local > 3 &&
	       memchr(at + 1, '@', s.len - local - 1) == NULL &&
	       memchr(at + 1, '.', s.len - local - 1) != NULL &&
	       s.ptr[s.len - 1] != '.' && at[1] != '.';
}

/* "/x", never "//x" or "/\x", which browsers take for another site. */
static bool
is_local(struct str s)
{
	return s.len <= 512 && s.ptr[0] == '/' &&
	       !(s.len > 1 && (s.ptr[1] == '/' || s.ptr[1] == '\\')) &&
	       !has_control(s, false);
}

static bool
is_hex(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!isxdigit((unsigned char)s.ptr[i]))
			return false;
	return true;
}

static bool
read_digits(struct str s, size_t at, size_t len, long *out)
{
	return str_to_long((struct str){ s.ptr + at, len }, out) && *out >= 0;
}

static bool
is_date(struct str s)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	long year, month, day;
	bool is_leap;

	if (s.len != 10 || s.ptr[4] != '-' || s.ptr[7] != '-' ||
	    !read_digits(s, 0, 4, &year) || !read_digits(s, 5, 2, &month) ||
	    !read_digits(s, 8, 2, &day))
		return false;
	is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return year >= 1900 && year <= 2199 && month >= 1 && month <= 12 &&
	       day >= 1 &&
	       day <= days[month - 1] + (month == 2 && is_leap ? 1 : 0);
}

static const char *
wrong_text(struct arena *a, const struct field *f, struct str v)
{
	size_t n = characters(v);

	if (has_control(v, f->type == FIELD_NOTE))
		return arena_printf(
		    a, "%s contains a control character.", f->label);
	if (n > (size_t)f->max)
		return arena_printf(a,
		    "%s is too long: at most %ld characters, this has %zu.",
		    f->label, f->max, n);
	if (n < (size_t)f->min)
		return arena_printf(a,
		    "%s is too short: at least %ld characters.", f->label,
		    f->min);
	return NULL;
}

/* Up to 12 digits, and up to two more behind a point. */
static bool
is_money(struct str s)
{
	size_t whole = 0, n;

	while (whole < s.len && isdigit((unsigned char)s.ptr[whole]))
		whole++;
	if (whole == 0 || whole > 12)
		return false;
	if (whole == s.len)
		return true;
	for (n = whole + 1; n < s.len; n++)
		if (!isdigit((unsigned char)s.ptr[n]))
			return false;
	return s.ptr[whole] == '.' && n > whole + 1 && n <= whole + 3;
}

/* "Sort must be one of name, -name, arr." */
static const char *
wrong_choice(struct arena *a, const struct field *f)
{
	const char *list = "";

	for (const char *at = f->choices; *at != '\0'; at += strspn(at, "|")) {
		size_t len = strcspn(at, "|");

		list = arena_printf(
		    a, "%s%s%.*s", list, *list ? ", " : "", (int)len, at);
		at += len;
	}
	return arena_printf(a, "%s must be one of %s.", f->label, list);
}

static const char *
wrong(struct arena *a, const struct field *f, struct str v, const char **code)
{
	long n;

	*code = "type";
	switch (f->type) {
	case FIELD_TEXT:
	case FIELD_NOTE:
	case FIELD_SECRET:
		*code = "length";
		return wrong_text(a, f, v);
	case FIELD_INT:
		if (!str_to_long(v, &n) || n < f->min || n > f->max) {
			*code = "range";
			return arena_printf(a,
			    "%s must be a whole number from %ld to %ld.",
			    f->label, f->min, f->max);
		}
		return NULL;
	case FIELD_UUID:
		return str_is_uuid(v)
			   ? NULL
			   : arena_printf(
				 a, "%s must be an id (a UUID).", f->label);
	case FIELD_EMAIL:
		return is_email(v) ? NULL
				   : arena_printf(a,
					 "%s must be an e-mail address, "
					 "like name@example.com.",
					 f->label);
	case FIELD_CHOICE:
		*code = "choice";
		return str_is_choice(v, f->choices) ? NULL : wrong_choice(a, f);
	case FIELD_LOCAL:
		return is_local(v)
			   ? NULL
			   : arena_printf(a, "%s must be a path of this site.",
				 f->label);
	case FIELD_HEX:
		return is_hex(v) && v.len >= (size_t)f->min &&
			       v.len <= (size_t)f->max
			   ? NULL
			   : arena_printf(a, "%s is not a reference from here.",
				 f->label);
	case FIELD_MONEY:
		return is_money(v) ? NULL
				   : arena_printf(a,
					 "%s must be an amount, like 85000.00.",
					 f->label);
	case FIELD_BOOL:
		return str_is_choice(v, "true|false")
			   ? NULL
			   : arena_printf(
				 a, "%s must be true or false.", f->label);
	case FIELD_OBJECT:
	case FIELD_LIST:
		*code = "length";
		return v.len <= (size_t)f->max
			   ? NULL
			   : arena_printf(a, "%s is too large.", f->label);
	case FIELD_DATE:
		return is_date(v) ? NULL
				  : arena_printf(a,
					"%s must be a date, like 2026-08-21.",
					f->label);
	case FIELD_UNSET:
	case FIELD__MAX:
		break;
	}
	return "This field has no type.";
}

const char *
field_check(struct arena *a, const struct field *f, struct str value,
    const char **out, const char **code)
{
	const char *message;

	if (f->type != FIELD_SECRET && value.ptr != NULL)
		value = trim(value);
	if (value.ptr == NULL || value.len == 0) {
		*out = f->fallback;
		*code = "required";
		return f->is_required
			   ? arena_printf(a, "%s is required.", f->label)
			   : NULL;
	}
	message = wrong(a, f, value, code);
	if (message == NULL)
		*out = arena_strndup(a, value.ptr, value.len);
	return message;
}

void
field_fail(struct arena *a, struct field_errors *e, const char *name,
    const char *code, const char *message)
{
	if (e->count == e->cap) {
		struct field_error *list;

		e->cap = e->cap == 0 ? 8 : e->cap * 2;
		list = arena_array(a, e->cap, sizeof(*list));
		if (e->count > 0)
			memcpy(list, e->list, e->count * sizeof(*list));
		e->list = list;
	}
	e->list[e->count++] = (struct field_error){ name, code, message };
}

size_t
field_count(const struct field *list)
{
	size_t n = 0;

	while (list != NULL && list[n].name != NULL)
		n++;
	return n;
}

const struct field *
field_find(const struct field *list, struct str name)
{
	for (const struct field *f = list; f != NULL && f->name != NULL; f++)
		if (str_is(name, f->name))
			return f;
	return NULL;
}

const char *
input_get(const struct inputs *in, const char *name)
{
	for (size_t i = 0; i < in->count; i++)
		if (strcmp(in->list[i].name, name) == 0)
			return in->list[i].text;
	return NULL;
}
