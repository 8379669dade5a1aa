/* The document as lists, which is what a template can walk. */
#include <stdio.h>
#include <string.h>

#include <json.h>

#include "api/openapi.h"
#include "api/openapi_schema.h"

static struct json_object *
get(struct json_object *o, const char *key)
{
	struct json_object *found = NULL;

	(void)json_object_object_get_ex(o, key, &found);
	return found;
}

static const char *
text_at(struct json_object *o, const char *key)
{
	return json_object_get_string(get(o, key));
}

/* What "#/components/a/b" names; what is no reference itself. */
static struct json_object *
resolve(struct json_object *root, struct json_object *o)
{
	const char *ref = text_at(o, "$ref");

	if (ref == NULL)
		return o;
	o = root;
	for (ref += 1; o != NULL && *ref == '/';) {
		char name[128];
		size_t len = strcspn(ref + 1, "/");

		(void)snprintf(name, sizeof(name), "%.*s", (int)len, ref + 1);
		o = get(o, name);
		ref += 1 + len;
	}
	return o;
}

static void
add_words(struct buf *b, const char *before, struct json_object *o)
{
	if (o == NULL)
		return;
	buf_adds(b, before);
	buf_adds(b, json_object_get_string(o));
}

/* "a, b", of a list or of one. */
static void
add_list(struct buf *b, struct json_object *o)
{
	size_t n = json_object_is_type(o, json_type_array)
		       ? json_object_array_length(o)
		       : 0;

	if (n == 0 && o != NULL)
		buf_adds(b, json_object_get_string(o));
	for (size_t i = 0; i < n; i++) {
		struct json_object *item = json_object_array_get_idx(o, i);

		buf_adds(b, i > 0 ? ", " : "");
		buf_adds(
		    b, item != NULL ? json_object_get_string(item) : "null");
	}
}

/* "integer, from 0, to 100": what a schema says of a value. */
static void
set_kind(struct json_object *item, struct json_object *schema)
{
	struct buf b;

	buf_init(&b, 4096);
	add_list(&b, get(schema, get(schema, "enum") ? "enum" : "type"));
	add_words(&b, ", ", get(schema, "format"));
	add_words(&b, ", from ", get(schema, "minimum"));
	add_words(&b, ", to ", get(schema, "maximum"));
	add_words(&b, ", at most ", get(schema, "maxLength"));
	if (get(schema, "maxLength") != NULL)
		buf_adds(&b, " characters");
	add_words(&b, ", else ", get(schema, "default"));
	openapi_text(item, "kind", b.len > 0 ? b.data : "object");
	buf_free(&b);
}

static bool
is_in(struct json_object *list, const char *name)
{
	size_t n = list != NULL ? json_object_array_length(list) : 0;

	for (size_t i = 0; i < n; i++)
		if (strcmp(json_object_get_string(
			       json_object_array_get_idx(list, i)),
			name) == 0)
			return true;
	return false;
}

static void
set_bool(struct json_object *o, const char *key, bool value)
{
	json_object_object_add(o, key, json_object_new_boolean(value));
}

/* {rows: […]}, so that a heading comes once; NULL when there are none. */
static struct json_object *
rows_of(struct json_object *list)
{
	struct json_object *o;

	if (json_object_array_length(list) == 0) {
		json_object_put(list);
		return NULL;
	}
	o = json_object_new_object();
	json_object_object_add(o, "rows", list);
	return o;
}

/* Properties of an object. */
static struct json_object *
members(struct json_object *schema)
{
	struct json_object *all = get(schema, "properties"), *list;

	if (all == NULL)
		return NULL;
	list = json_object_new_array();
	json_object_object_foreach(all, name, property)
	{
		struct json_object *item = json_object_new_object();

		openapi_text(item, "name", name);
		openapi_text(
		    item, "description", text_at(property, "description"));
		set_bool(
		    item, "is_required", is_in(get(schema, "required"), name));
		set_kind(item, property);
		json_object_array_add(list, item);
	}
	return rows_of(list);
}

static struct json_object *
parameters(struct json_object *root, struct json_object *operation)
{
	struct json_object *from = get(operation, "parameters");
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < json_object_array_length(from); i++) {
		struct json_object *p =
		    resolve(root, json_object_array_get_idx(from, i));
		struct json_object *item = json_object_new_object();

		openapi_text(item, "name", text_at(p, "name"));
		openapi_text(item, "where", text_at(p, "in"));
		openapi_text(item, "description", text_at(p, "description"));
		set_bool(item, "is_required",
		    json_object_get_boolean(get(p, "required")));
		set_kind(item, get(p, "schema"));
		json_object_array_add(list, item);
	}
	return rows_of(list);
}

/* The schema under "content", with the items of one that takes many. */
static struct json_object *
content_schema(struct json_object *root, struct json_object *o)
{
	struct json_object *json =
	    get(get(get(o, "content"), "application/json"), "schema");
	struct json_object *either;

	json = resolve(root, json);
	either = get(json, "oneOf");
	if (either == NULL)
		return json;
	return resolve(root, json_object_array_get_idx(either, 0));
}

static void
add_answers(struct json_object *root, struct json_object *operation,
    struct json_object *out)
{
	struct json_object *list = json_object_new_array();

	json_object_object_foreach(get(operation, "responses"), status, answer)
	{
		struct json_object *item = json_object_new_object();

		answer = resolve(root, answer);
		openapi_text(item, "status", status);
		openapi_text(
		    item, "description", text_at(answer, "description"));
		json_object_array_add(list, item);
		if (status[0] == '2')
			json_object_object_add(out, "answer",
			    members(content_schema(root, answer)));
	}
	json_object_object_add(out, "responses", list);
}

static struct json_object *
operation_of(struct json_object *root, const char *path, const char *method,
    struct json_object *operation)
{
	struct json_object *o = json_object_new_object();

	openapi_text(o, "path", path);
	openapi_text(o, "method", method);
	openapi_text(o, "id", text_at(operation, "operationId"));
	openapi_text(o, "summary", text_at(operation, "summary"));
	openapi_text(o, "description", text_at(operation, "description"));
	json_object_object_add(o, "parameters", parameters(root, operation));
	json_object_object_add(o, "body",
	    members(content_schema(root, get(operation, "requestBody"))));
	add_answers(root, operation, o);
	return o;
}

/* Of "paths", or of "webhooks". */
static void
add_operations(struct json_object *root, const char *from, const char *tag,
    struct json_object *list)
{
	json_object_object_foreach(get(root, from), path, item)
	{
		json_object_object_foreach(item, method, operation)
		{
			if (is_in(get(operation, "tags"), tag))
				json_object_array_add(
				    list, operation_of(
					      root, path, method, operation));
		}
	}
}

static struct json_object *
groups_of(struct json_object *root)
{
	struct json_object *groups = json_object_new_array();
	struct json_object *tags = get(root, "tags");

	for (size_t i = 0; i < json_object_array_length(tags); i++) {
		struct json_object *tag = json_object_array_get_idx(tags, i);
		struct json_object *group = json_object_new_object();
		struct json_object *list = json_object_new_array();

		openapi_text(group, "name", text_at(tag, "name"));
		openapi_text(group, "description", text_at(tag, "description"));
		add_operations(root, "paths", text_at(tag, "name"), list);
		add_operations(root, "webhooks", text_at(tag, "name"), list);
		json_object_object_add(group, "operations", list);
		json_object_array_add(groups, group);
	}
	return groups;
}

enum rc
openapi_page(struct turn *t)
{
	struct json_object *root, *shown;
	enum rc rc = openapi_finish(t, &root);

	if (rc != RC_OK)
		return rc;
	shown = json_object_new_object();
	json_object_object_add(shown, "groups", groups_of(root));
	t->shown = value_json_parse(t->arena,
	    str_of(arena_strdup(t->arena, json_object_to_json_string(shown))));
	json_object_put(shown);
	return turn_page(t, 200, t->route->template);
}
