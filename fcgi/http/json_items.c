/* Bad items are written over, so that all others keep their place. */
#include "http/json_items.h"

#include <string.h>

#include "core/buf.h"
#include "http/json_scan.h"

#define FAULTS_MAX ((size_t)4 << 20)

static enum rc
refuse(struct json_fault *fault, const char *why, const char *pointer)
{
	*fault = (struct json_fault){ .why = why };
	memcpy(fault->pointer, pointer, strlen(pointer) + 1);
	return RC_INVALID;
}

/* A name that holds what made the item bad is no name. */
static void
add_fault(struct buf *b, const struct json_spoiled *s)
{
	struct str field = str_is_text(s->field) ? s->field : STR("");

	if (field.len > 64)
		field = STR("");
	buf_printf(
	    b, "%s{\"index\":%zu,\"field\":", b->len > 1 ? "," : "", s->index);
	if (field.len > 0)
		buf_json(b, field.ptr, field.len);
	else
		buf_adds(b, "null");
	buf_adds(b, ",\"detail\":");
	buf_json(b, s->why, strlen(s->why));
	buf_addc(b, '}');
}

static enum rc
take_out(struct arena *a, struct str text, const struct json_scan_items *list,
    struct json_items *out)
{
	char *copy = arena_strndup(a, text.ptr, text.len);
	struct buf faults;
	enum rc rc;

	buf_init(&faults, FAULTS_MAX);
	buf_addc(&faults, '[');
	for (size_t i = 0; i < list->n_spoiled; i++) {
		const struct json_spoiled *s = &list->spoiled[i];

		memset(copy + (s->text.ptr - text.ptr), ' ', s->text.len);
		copy[s->text.ptr - text.ptr] = '0';
		add_fault(&faults, s);
	}
	buf_addc(&faults, ']');
	if (!list->is_batch)
		memcpy(copy, "{}", 2);
	rc = faults.spoiled ? RC_BROKEN : RC_OK;
	if (rc == RC_OK) {
		out->text = copy;
		out->faults = arena_strndup(a, faults.data, faults.len);
	}
	buf_free(&faults);
	return rc;
}

enum rc
json_items_parse(struct arena *a, struct str body, struct json_items *out,
    struct json_fault *fault)
{
	struct json_scan_items list = { .max = JSON_ITEMS_MAX };
	struct str text;
	enum rc rc;

	if (body.ptr == NULL || body.len == 0)
		return refuse(fault, "The body is empty.", "");
	if (!str_is_text(body))
		return refuse(fault, "The body is not UTF-8 text.", "");
	rc = json_scan(a, body, &text, &list, fault);
	if (rc != RC_OK)
		return rc;
	if (list.outside.why != NULL) {
		*fault = list.outside;
		return RC_INVALID;
	}
	if (list.count > JSON_ITEMS_MAX)
		return refuse(fault,
		    "At most 2,500 items can be sent at once; send the "
		    "others in another request.",
		    "/items");
	*out = (struct json_items){ .count = list.count };
	if (list.n_spoiled > 0)
		return take_out(a, text, &list, out);
	out->text = arena_strndup(a, text.ptr, text.len);
	return RC_OK;
}
