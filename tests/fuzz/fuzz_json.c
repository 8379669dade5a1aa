/*
 * Hostile JSON; what is accepted is what json-c built, nothing lost.  With
 * its bad items taken out, a body passes the gate; one that passed before
 * has none.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "core/arena.h"
#include "http/json_gate.h"
#include "http/json_items.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Colons outside of texts: the members that were written. */
static size_t
count_colons(struct str in)
{
	bool in_text = false;
	size_t n = 0;

	for (size_t i = 0; i < in.len; i++) {
		if (in_text && in.ptr[i] == '\\')
			i++;
		else if (in.ptr[i] == '"')
			in_text = !in_text;
		else if (!in_text && in.ptr[i] == ':')
			n++;
	}
	return n;
}

static size_t
count_members(struct json_object *o)
{
	size_t n = 0;

	if (json_object_is_type(o, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(o); i++)
			n += count_members(json_object_array_get_idx(o, i));
	} else if (json_object_is_type(o, json_type_object)) {
		struct json_object_iterator at = json_object_iter_begin(o);
		struct json_object_iterator end = json_object_iter_end(o);

		n = (size_t)json_object_object_length(o);
		assert(n <= JSON_MEMBERS_MAX);
		for (; !json_object_iter_equal(&at, &end);
		     json_object_iter_next(&at))
			n += count_members(json_object_iter_peek_value(&at));
	}
	return n;
}

static void
check_accepted(struct arena *a, struct str in, struct json_object *o)
{
	const int flags = JSON_C_TO_STRING_PLAIN;
	struct json_fault fault;
	struct json_object *again;
	const char *text;

	assert(count_colons(in) == count_members(o));
	text = json_object_to_json_string_ext(o, flags);
	assert(json_gate_parse(a, str_of(text), (size_t)1 << 24, &again,
	           &fault) == RC_OK);
	assert(strcmp(text, json_object_to_json_string_ext(again, flags)) ==
	    0);
}

static void
check_items(struct arena *a, struct str in, bool is_good)
{
	struct json_fault fault = { NULL, "" };
	struct json_object *o;
	struct json_items items;
	enum rc rc;

	rc = json_items_parse(a, in, &items, &fault);
	assert(rc == RC_OK || (rc == RC_INVALID && fault.why != NULL));
	if (rc != RC_OK)
		return;
	assert(!is_good || items.faults == NULL);
	assert(json_gate_parse(a, str_of(items.text), JSON_BODY_MAX, &o,
	           &fault) == RC_OK);
	assert(items.faults == NULL || str_is_text(str_of(items.faults)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool is_good = false;
	char *exact = malloc(size + (size == 0));
	struct arena *a = arena_new();
	struct json_fault fault = { NULL, "" };
	struct json_object *o;
	struct str in = { exact, size };

	if (exact != NULL && size > 0)
		memcpy(exact, data, size);
	if (exact != NULL)
		is_good = json_gate_parse(a, in, JSON_BODY_MAX, &o, &fault) ==
		    RC_OK;
	if (is_good)
		check_accepted(a, in, o);
	else
		assert(exact == NULL || (fault.why != NULL &&
		        str_is_text(str_of(fault.pointer))));
	if (exact != NULL && size <= JSON_BODY_MAX)
		check_items(a, in, is_good);
	arena_free(a);
	free(exact);
	return 0;
}
