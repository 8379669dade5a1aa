/* What a field takes, as JSON Schema. */
#include "api/openapi_schema.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

struct json_object *
openapi_ref(const char *kind, const char *name)
{
	struct json_object *o = json_object_new_object();
	char text[128];

	(void)snprintf(text, sizeof(text), "#/components/%s/%s", kind, name);
	openapi_text(o, "$ref", text);
	return o;
}

void
openapi_text(struct json_object *o, const char *key, const char *text)
{
	if (text != NULL)
		json_object_object_add(o, key, json_object_new_string(text));
}

static void
set_int(struct json_object *o, const char *key, long n)
{
	json_object_object_add(o, key, json_object_new_int64(n));
}

/* "string", or ["string", "null"]. */
static void
set_type(struct json_object *o, const char *type, bool is_nullable)
{
	struct json_object *list;

	if (!is_nullable) {
		openapi_text(o, "type", type);
		return;
	}
	list = json_object_new_array();
	json_object_array_add(list, json_object_new_string(type));
	json_object_array_add(list, json_object_new_string("null"));
	json_object_object_add(o, "type", list);
}

static void
set_choices(struct json_object *o, const char *choices, bool is_nullable)
{
	struct json_object *list = json_object_new_array();

	for (const char *at = choices; *at != '\0'; at += strspn(at, "|")) {
		size_t len = strcspn(at, "|");

		json_object_array_add(
		    list, json_object_new_string_len(at, (int)len));
		at += len;
	}
	if (is_nullable)
		json_object_array_add(list, NULL);
	json_object_object_add(o, "enum", list);
}

static void
set_length(struct json_object *o, const struct field *f)
{
	if (f->min > 0 || f->is_required)
		set_int(o, "minLength", f->min > 0 ? f->min : 1);
	if (f->max > 0)
		set_int(o, "maxLength", f->max);
}

static void
set_range(struct json_object *o, const struct field *f)
{
	set_int(o, "minimum", f->min);
	if (f->max < LONG_MAX)
		set_int(o, "maximum", f->max);
}

static void
set_limits(struct json_object *o, const struct field *f, bool is_nullable)
{
	switch (f->type) {
	case FIELD_TEXT:
		openapi_text(o, "pattern", "^[^\\u0000-\\u001f\\u007f]*$");
		set_length(o, f);
		break;
	case FIELD_SECRET:
		openapi_text(o, "format", "password");
		set_length(o, f);
		break;
	case FIELD_NOTE:
		set_length(o, f);
		break;
	case FIELD_INT:
		set_range(o, f);
		break;
	case FIELD_UUID:
		openapi_text(o, "format", "uuid");
		break;
	case FIELD_EMAIL:
		openapi_text(o, "format", "email");
		set_int(o, "maxLength", 254);
		break;
	case FIELD_CHOICE:
		set_choices(o, f->choices, is_nullable);
		break;
	case FIELD_LOCAL:
		openapi_text(o, "pattern", "^/");
		set_int(o, "maxLength", 512);
		break;
	case FIELD_HEX:
		openapi_text(o, "pattern", "^[0-9A-Fa-f]*$");
		set_length(o, f);
		break;
	case FIELD_MONEY:
		openapi_text(o, "pattern", "^[0-9]{1,12}([.][0-9]{1,2})?$");
		break;
	case FIELD_LIST:
		json_object_object_add(o, "items",
		    f->of != NULL ? openapi_ref("schemas", f->of)
				  : json_object_new_object());
		break;
	case FIELD_DATE:
		openapi_text(o, "format", "date");
		break;
	case FIELD_BOOL:
	case FIELD_OBJECT:
	case FIELD_UNSET:
	case FIELD__MAX:
		break;
	}
}

static const char *
type_of(const struct field *f)
{
	switch (f->type) {
	case FIELD_INT:
		return "integer";
	case FIELD_BOOL:
		return "boolean";
	case FIELD_OBJECT:
		return "object";
	case FIELD_LIST:
		return "array";
	case FIELD_TEXT:
	case FIELD_NOTE:
	case FIELD_SECRET:
	case FIELD_UUID:
	case FIELD_EMAIL:
	case FIELD_CHOICE:
	case FIELD_LOCAL:
	case FIELD_HEX:
	case FIELD_MONEY:
	case FIELD_DATE:
	case FIELD_UNSET:
	case FIELD__MAX:
		break;
	}
	return "string";
}

/* A value of a field, written as text in a table. */
static struct json_object *
value_of(const struct field *f, const char *text)
{
	return strcmp(type_of(f), "string") == 0 ? json_object_new_string(text)
						 : json_tokener_parse(text);
}

struct json_object *
openapi_field(const struct field *f, bool is_nullable)
{
	struct json_object *o = json_object_new_object();

	is_nullable = is_nullable && !f->is_required;
	set_type(o, type_of(f), is_nullable);
	set_limits(o, f, is_nullable);
	if (f->fallback != NULL)
		json_object_object_add(o, "default", value_of(f, f->fallback));
	if (f->example != NULL) {
		struct json_object *list = json_object_new_array();

		json_object_array_add(list, value_of(f, f->example));
		json_object_object_add(o, "examples", list);
	}
	return o;
}

/* What the answer says of a property of that name; else the label. */
static const char *
description(const struct field *f, struct json_object *properties)
{
	struct json_object *property, *text;

	if (json_object_object_get_ex(properties, f->name, &property) &&
	    json_object_object_get_ex(property, "description", &text))
		return json_object_get_string(text);
	return f->label;
}

struct json_object *
openapi_body(const struct route *r, struct json_object *properties)
{
	struct json_object *o = json_object_new_object();
	struct json_object *all = json_object_new_object();
	struct json_object *required = json_object_new_array();

	openapi_text(o, "type", "object");
	json_object_object_add(
	    o, "additionalProperties", json_object_new_boolean(0));
	for (const struct field *f = r->fields; f->name != NULL; f++) {
		struct json_object *field = openapi_field(f, true);

		openapi_text(field, "description", description(f, properties));
		json_object_object_add(all, f->name, field);
		if (f->is_required && !method_is_partial(r->method))
			json_object_array_add(
			    required, json_object_new_string(f->name));
	}
	if (json_object_array_length(required) > 0)
		json_object_object_add(o, "required", required);
	else
		json_object_put(required);
	json_object_object_add(o, "properties", all);
	return o;
}
