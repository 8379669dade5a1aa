/* The doors of the gate: json_scan.c has judged before json-c builds. */
#include "http/json_gate.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#include <json-c/json.h>

#include "core/log.h"
#include "http/json_scan.h"

static void
put_json(void *o)
{
	(void)json_object_put(o);
}

static enum rc
build(struct arena *a, struct str text, struct json_object **out)
{
	enum json_tokener_error error;
	struct json_tokener *tok;
	struct json_object *o;
	size_t end;
	bool is_short;

	errno = 0;
	tok = json_tokener_new_ex(JSON_DEPTH_MAX + 1);
	if (tok == NULL) {
		log_event(LOG_ERROR, "out of memory for JSON", NULL);
		return RC_BROKEN;
	}
	json_tokener_set_flags(
	    tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	o = json_tokener_parse_ex(tok, text.ptr, (int)text.len);
	error = json_tokener_get_error(tok);
	end = json_tokener_get_parse_end(tok);
	is_short = errno == ENOMEM; /* json-c then leaves members out */
	json_tokener_free(tok);
	if (is_short) {
		log_event(LOG_ERROR, "out of memory for JSON", NULL);
		(void)json_object_put(o);
		return RC_BROKEN;
	}
	if (error != json_tokener_success || end != text.len ||
	    !json_object_is_type(o, json_type_object)) {
		(void)json_object_put(o);
		return RC_INVALID;
	}
	arena_defer(a, put_json, o);
	*out = o;
	return RC_OK;
}

static enum rc
refuse(struct json_fault *fault, const char *why)
{
	*fault = (struct json_fault){ .why = why };
	return RC_INVALID;
}

enum rc
json_gate_parse(struct arena *a, struct str body, size_t max,
    struct json_object **out, struct json_fault *fault)
{
	struct str text;
	enum rc rc;

	assert(max < INT_MAX);
	if (body.ptr == NULL || body.len == 0)
		return refuse(fault, "The body is empty.");
	if (body.len > max)
		return refuse(fault, "The body is too large.");
	if (!str_is_text(body))
		return refuse(fault, "The body is not UTF-8 text.");
	rc = json_scan(a, body, &text, NULL, fault);
	if (rc != RC_OK)
		return rc;
	rc = build(a, text, out);
	if (rc == RC_INVALID)
		return refuse(fault, "The body is not JSON.");
	return rc;
}

void
json_pointer_add(char *pointer, size_t size, struct str step)
{
	size_t start = strlen(pointer), n = start;

	if (n + 2 > size)
		return;
	pointer[n++] = '/';
	for (size_t i = 0; i < step.len; i++) {
		char c = step.ptr[i];
		bool is_special = c == '~' || c == '/';

		if (n + 3 > size) {
			pointer[start] = '\0';
			return;
		}
		pointer[n++] = is_special ? '~' : c;
		if (is_special)
			pointer[n++] = c == '~' ? '0' : '1';
	}
	pointer[n] = '\0';
}

static bool
is_known(const char *name, const char *const *known)
{
	for (size_t i = 0; known[i] != NULL; i++)
		if (strcmp(name, known[i]) == 0)
			return true;
	return false;
}

enum rc
json_gate_known(
    struct json_object *o, const char *const *known, struct json_fault *fault)
{
	struct json_object_iterator at = json_object_iter_begin(o);
	struct json_object_iterator end = json_object_iter_end(o);

	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
		const char *name = json_object_iter_peek_name(&at);

		if (is_known(name, known))
			continue;
		(void)refuse(fault, "This member is unknown.");
		json_pointer_add(
		    fault->pointer, sizeof(fault->pointer), str_of(name));
		return RC_INVALID;
	}
	return RC_OK;
}

static enum rc
get_member(struct json_object *o, const char *key, enum json_type type,
    struct json_object **out)
{
	struct json_object *value;

	if (!json_object_object_get_ex(o, key, &value) || value == NULL)
		return RC_ABSENT;
	if (!json_object_is_type(value, type))
		return RC_INVALID;
	*out = value;
	return RC_OK;
}

enum rc
json_gate_text(
    struct json_object *o, const char *key, size_t max, struct str *out)
{
	struct json_object *value;
	struct str text;
	enum rc rc;

	rc = get_member(o, key, json_type_string, &value);
	if (rc != RC_OK)
		return rc;
	text.ptr = json_object_get_string(value);
	text.len = (size_t)json_object_get_string_len(value);
	if (text.len > max || strlen(text.ptr) != text.len)
		return RC_INVALID;
	*out = text;
	return RC_OK;
}

enum rc
json_gate_int(struct json_object *o, const char *key, int64_t min, int64_t max,
    int64_t *out)
{
	struct json_object *value;
	int64_t n;
	enum rc rc;

	rc = get_member(o, key, json_type_int, &value);
	if (rc != RC_OK)
		return rc;
	n = json_object_get_int64(value);
	if (n < min || n > max)
		return RC_INVALID;
	*out = n;
	return RC_OK;
}

enum rc
json_gate_double(struct json_object *o, const char *key, double *out)
{
	struct json_object *value;
	enum rc rc;

	rc = get_member(o, key, json_type_double, &value);
	if (rc == RC_INVALID)
		rc = get_member(o, key, json_type_int, &value);
	if (rc == RC_OK)
		*out = json_object_get_double(value);
	return rc;
}

enum rc
json_gate_bool(struct json_object *o, const char *key, bool *out)
{
	struct json_object *value;
	enum rc rc;

	rc = get_member(o, key, json_type_boolean, &value);
	if (rc == RC_OK)
		*out = json_object_get_boolean(value);
	return rc;
}

enum rc
json_gate_object(
    struct json_object *o, const char *key, struct json_object **out)
{
	return get_member(o, key, json_type_object, out);
}

enum rc
json_gate_array(struct json_object *o, const char *key, size_t max,
    struct json_object **out)
{
	struct json_object *value;
	enum rc rc;

	rc = get_member(o, key, json_type_array, &value);
	if (rc != RC_OK)
		return rc;
	if (json_object_array_length(value) > max)
		return RC_INVALID;
	*out = value;
	return RC_OK;
}
