/* Hostile form bodies; what is accepted survives encoding and parsing. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/buf.h"
#include "http/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_field(const struct form *f, size_t i)
{
	const struct form_field *field = &f->fields[i];

	assert(field->name.len > 0 && field->name.len <= FORM_NAME_MAX);
	assert(field->name.ptr[field->name.len] == '\0');
	assert(field->value.ptr[field->value.len] == '\0');
	assert(strlen(field->value.ptr) == field->value.len);
	assert(str_is_text(field->name) && str_is_text(field->value));
	assert(form_get(f, field->name.ptr).ptr == field->value.ptr);
}

static void
check_again(struct arena *a, const struct form *f)
{
	const char *why = NULL;
	struct form again;
	struct buf b;

	buf_init(&b, (size_t)1 << 24);
	buf_adds(&b, "");
	for (size_t i = 0; i < f->count; i++) {
		check_field(f, i);
		buf_addc(&b, '&');
		buf_url(&b, f->fields[i].name.ptr, f->fields[i].name.len);
		buf_addc(&b, '=');
		buf_url(&b, f->fields[i].value.ptr, f->fields[i].value.len);
	}
	assert(form_parse(a, (struct str){ b.data, b.len }, &again, &why) ==
	    RC_OK);
	assert(again.count == f->count);
	for (size_t i = 0; i < f->count; i++) {
		assert(str_eq(again.fields[i].name, f->fields[i].name));
		assert(str_eq(again.fields[i].value, f->fields[i].value));
	}
	buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *exact = malloc(size + (size == 0));
	struct arena *a = arena_new();
	const char *why = NULL;
	struct form form;

	if (exact != NULL && size > 0)
		memcpy(exact, data, size);
	if (exact != NULL &&
	    form_parse(a, (struct str){ exact, size }, &form, &why) == RC_OK)
		check_again(a, &form);
	else
		assert(exact == NULL || why != NULL);
	arena_free(a);
	free(exact);
	return 0;
}
