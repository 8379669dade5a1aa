/* JSON text to a value that the arena owns. */
#include <json-c/json.h>

#include "view/value.h"

#define DEPTH_MAX 64

static void
put_json(void *o)
{
	(void)json_object_put(o);
}

/* Only white space from here on. */
static bool
is_rest_blank(struct str text, size_t at)
{
	while (
	    at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '\t' ||
				 text.ptr[at] == '\n' || text.ptr[at] == '\r'))
		at++;
	return at == text.len;
}

struct value
value_json_parse(struct arena *a, struct str text)
{
	struct value none = { .kind = VALUE_NONE };
	struct json_tokener *tok;
	struct json_object *o;
	enum json_tokener_error end;
	size_t at;

	if (text.ptr == NULL || text.len >= INT32_MAX)
		return none;
	tok = json_tokener_new_ex(DEPTH_MAX);
	if (tok == NULL)
		return none;

	o = json_tokener_parse_ex(tok, text.ptr, (int)text.len);
	end = json_tokener_get_error(tok);
	at = json_tokener_get_parse_end(tok);
	/* A number may go on: a NUL ends it. */
	if (end == json_tokener_continue) {
		o = json_tokener_parse_ex(tok, "", 1);
		end = json_tokener_get_error(tok);
		at = text.len;
	}
	json_tokener_free(tok);
	if (o != NULL)
		arena_defer(a, put_json, o);
	if (end != json_tokener_success || !is_rest_blank(text, at))
		return none;
	return value_json(o);
}
