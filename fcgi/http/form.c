/* One pass over the bytes; each field is decoded into the arena. */
#include "http/form.h"

#include <stdbool.h>
#include <string.h>

struct parse {
	struct arena *a;
	const char *const *multi;
	struct form form;
	const char *why;
};

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool
fail(struct parse *p, const char *why)
{
	p->why = why;
	return false;
}

/* The byte at in[*at], with *at moved past it. */
static bool
decode_byte(struct parse *p, struct str in, size_t *at, char *out)
{
	char c = in.ptr[*at];
	int high, low;

	if ((unsigned char)c <= 0x20 || c == 0x7f)
		return fail(p, "The form holds bytes that must be encoded.");
	if (c != '%') {
		*out = c == '+' ? ' ' : c;
		*at += 1;
		return true;
	}
	if (in.len - *at < 3)
		return fail(p, "The form holds a broken percent escape.");
	high = hex_value(in.ptr[*at + 1]);
	low = hex_value(in.ptr[*at + 2]);
	if (high < 0 || low < 0)
		return fail(p, "The form holds a broken percent escape.");
	*out = (char)(unsigned char)(high * 16 + low);
	*at += 3;
	return true;
}

static bool
decode(struct parse *p, struct str in, struct str *out)
{
	char *text = arena_alloc(p->a, in.len + 1);
	size_t n = 0;

	for (size_t at = 0; at < in.len; n++) {
		if (!decode_byte(p, in, &at, &text[n]))
			return false;
		if (text[n] == '\0')
			return fail(p, "The form holds a zero byte.");
	}
	*out = (struct str){ text, n };
	if (!str_is_text(*out))
		return fail(p, "The form holds text that is not UTF-8.");
	return true;
}

const char *const form_any[] = { NULL };

static bool
may_repeat(const struct parse *p, struct str name)
{
	if (p->multi == NULL)
		return false;
	if (p->multi == form_any)
		return true;
	for (size_t i = 0; p->multi[i] != NULL; i++)
		if (str_is(name, p->multi[i]))
			return true;
	return false;
}

static bool
check_name(struct parse *p, struct str name)
{
	if (name.len == 0)
		return fail(p, "The form holds a field without a name.");
	if (name.len > FORM_NAME_MAX)
		return fail(p, "The form holds a field name that is too long.");
	if (may_repeat(p, name))
		return true;
	for (size_t i = 0; i < p->form.count; i++)
		if (str_eq(p->form.fields[i].name, name))
			return fail(p, "The form holds a field twice.");
	return true;
}

static bool
add_field(struct parse *p, struct str pair)
{
	const char *equals = memchr(pair.ptr, '=', pair.len);
	struct str name = pair, value = { pair.ptr, 0 };
	struct form_field *f;

	if (p->form.count == FORM_FIELDS_MAX)
		return fail(p, "The form holds too many fields.");
	if (equals != NULL) {
		name.len = (size_t)(equals - pair.ptr);
		value.ptr = equals + 1;
		value.len = pair.len - name.len - 1;
	}
	f = &p->form.fields[p->form.count];
	if (!decode(p, name, &f->name) || !check_name(p, f->name) ||
	    !decode(p, value, &f->value))
		return false;
	p->form.count++;
	return true;
}

static size_t
count_pairs(struct str in)
{
	size_t n = 1;

	for (size_t i = 0; i < in.len && n < FORM_FIELDS_MAX; i++)
		n += in.ptr[i] == '&';
	return n;
}

enum rc
form_parse_multi(struct arena *a, struct str in, const char *const *multi,
    struct form *out, const char **why)
{
	struct parse p = { .a = a, .multi = multi };
	const char *amp;

	p.form.fields =
	    arena_array(a, count_pairs(in), sizeof(p.form.fields[0]));
	while (in.len > 0) {
		struct str pair = in;

		amp = memchr(in.ptr, '&', in.len);
		if (amp != NULL)
			pair.len = (size_t)(amp - in.ptr);
		if (pair.len > 0 && !add_field(&p, pair)) {
			*why = p.why;
			return RC_INVALID;
		}
		in.len -= pair.len + (amp != NULL);
		in.ptr += pair.len + (amp != NULL);
	}
	*out = p.form;
	return RC_OK;
}

enum rc
form_parse(struct arena *a, struct str in, struct form *out, const char **why)
{
	return form_parse_multi(a, in, NULL, out, why);
}

struct str
form_get(const struct form *f, const char *name)
{
	for (size_t i = 0; i < f->count; i++)
		if (str_is(f->fields[i].name, name))
			return f->fields[i].value;
	return (struct str){ NULL, 0 };
}
