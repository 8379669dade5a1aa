/* Nouns of the database in the document of the API. */
#include "api/openapi_noun.h"

#include <stdio.h>
#include <string.h>

#include "api/openapi_schema.h"

#define PREFIX "resource."

static struct json_object *
get(struct json_object *o, const char *key)
{
	struct json_object *found = NULL;

	(void)json_object_object_get_ex(o, key, &found);
	return found;
}

static const char *
text_of(struct json_object *o, const char *key)
{
	return json_object_get_string(get(o, key));
}

/* NULL when the schema is of no noun. */
static const char *
noun_of(struct json_object *schema)
{
	const char *table = text_of(schema, "x-table");

	return table != NULL && strncmp(table, PREFIX, strlen(PREFIX)) == 0
		   ? table + strlen(PREFIX)
		   : NULL;
}

/* The schema of a noun, by its name. */
static const char *
schema_name(struct json_object *schemas, const char *noun)
{
	json_object_object_foreach(schemas, name, schema)
	{
		const char *known = noun_of(schema);

		if (known != NULL && strcmp(known, noun) == 0)
			return name;
	}
	return NULL;
}

/* {"anyOf": [{"$ref": …}, {"type": "null"}]}, or a list of them. */
static struct json_object *
embedded(const char *name, bool is_one)
{
	struct json_object *o = json_object_new_object();
	struct json_object *ref = openapi_ref("schemas", name);
	struct json_object *any, *none;

	if (!is_one) {
		openapi_text(o, "type", "array");
		json_object_object_add(o, "items", ref);
		return o;
	}
	any = json_object_new_array();
	none = json_object_new_object();
	openapi_text(none, "type", "null");
	json_object_array_add(any, ref);
	json_object_array_add(any, none);
	json_object_object_add(o, "anyOf", any);
	return o;
}

static void
add_includes(struct json_object *noun, struct json_object *schemas,
    struct json_object *properties)
{
	json_object_object_foreach(get(noun, "includes"), name, how)
	{
		const char *schema = schema_name(schemas, text_of(how, "noun"));
		struct json_object *o;
		char text[160];

		if (schema == NULL || get(properties, name) != NULL)
			continue;
		o = embedded(schema, get(how, "by") != NULL);
		(void)snprintf(
		    text, sizeof(text), "There with include=%s.", name);
		openapi_text(o, "description", text);
		json_object_object_add(properties, name, o);
	}
}

/* Those of the noun in their order, each as the schema says, if it does. */
static void
add_properties(struct json_object *noun, struct json_object *schemas,
    struct json_object *schema)
{
	struct json_object *own = get(schema, "properties");
	struct json_object *all = json_object_new_object();

	json_object_object_foreach(get(noun, "properties"), name, property)
	{
		struct json_object *given = get(own, name);

		if (given != NULL && get(given, "description") == NULL)
			openapi_text(given, "description",
			    text_of(property, "description"));
		json_object_object_add(all, name,
		    json_object_get(given != NULL ? given : property));
	}
	if (own != NULL) {
		json_object_object_foreach(own, more, o)
		{
			if (get(all, more) == NULL)
				json_object_object_add(
				    all, more, json_object_get(o));
		}
	}
	add_includes(noun, schemas, all);
	json_object_object_add(schema, "properties", all);
}

static void
make_list(struct json_object *schema)
{
	static const char text[] =
	    "{\"data\":{\"type\":\"array\",\"maxItems\":200,"
	    "\"description\":\"In the order of sort.\"},"
	    "\"next_cursor\":{\"type\":[\"string\",\"null\"],"
	    "\"description\":\"The cursor of the next page; null on the "
	    "last.\"},"
	    "\"has_more\":{\"type\":\"boolean\",\"description\":"
	    "\"Whether there is a next page.\"}}";
	struct json_object *properties = json_tokener_parse(text);

	json_object_object_add(get(properties, "data"), "items",
	    openapi_ref("schemas", text_of(schema, "x-list")));
	openapi_text(schema, "type", "object");
	json_object_object_add(schema, "required",
	    json_tokener_parse("[\"data\",\"next_cursor\",\"has_more\"]"));
	json_object_object_add(schema, "properties", properties);
	json_object_object_del(schema, "x-list");
}

void
openapi_noun_schema(struct json_object *nouns, struct json_object *schemas,
    struct json_object *schema)
{
	const char *name = noun_of(schema);

	if (get(schema, "x-list") != NULL) {
		make_list(schema);
		return;
	}
	if (name == NULL || get(nouns, name) == NULL)
		return;
	openapi_text(schema, "type", "object");
	add_properties(get(nouns, name), schemas, schema);
}

/* "^(account|contacts)?(,(account|contacts))*$" */
static struct json_object *
pattern_of(struct json_object *names)
{
	struct json_object *o;
	char list[1024], text[2200];
	size_t n = 0;

	json_object_object_foreach(names, name, value)
	{
		(void)value;
		if (n < sizeof(list))
			n += (size_t)snprintf(list + n, sizeof(list) - n,
			    "%s%s", n > 0 ? "|" : "", name);
	}
	(void)snprintf(text, sizeof(text), "^(%s)(,(%s))*$", list, list);
	o = json_object_new_string(text);
	return o;
}

void
openapi_noun_field(
    struct json_object *noun, const char *name, struct json_object *schema)
{
	struct json_object *names =
	    strcmp(name, "include") == 0  ? get(noun, "includes")
	    : strcmp(name, "fields") == 0 ? get(noun, "properties")
					  : NULL;

	if (names != NULL && json_object_object_length(names) > 0)
		json_object_object_add(schema, "pattern", pattern_of(names));
	if (strcmp(name, "sort") != 0 || get(schema, "enum") != NULL ||
	    get(noun, "sorts") == NULL)
		return;
	json_object_object_add(
	    schema, "enum", json_object_get(get(noun, "sorts")));
	openapi_text(schema, "default", text_of(noun, "sort"));
}
