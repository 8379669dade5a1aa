/* Examples of the document: sql/openapi_examples.json, by operation. */
#include "api/openapi_example.h"

#include <string.h>

#include <json.h>

#include "core/file.h"
#include "core/log.h"

#define EXAMPLES_MAX ((size_t)1 << 20)

struct json_object *
openapi_examples_new(struct arena *a, const char *share)
{
	const char *path =
	    arena_printf(a, "%s/sql/openapi_examples.json", share);
	struct json_object *all = NULL;
	struct str text;

	if (file_read(a, path, EXAMPLES_MAX, &text))
		all = json_tokener_parse(text.ptr);
	if (all == NULL)
		log_refuse(
		    "cannot read the examples of the API", "file", path, NULL);
	return all;
}

static struct json_object *
get(struct json_object *o, const char *key)
{
	struct json_object *found = NULL;

	(void)json_object_object_get_ex(o, key, &found);
	return found;
}

/* One becomes the example of each type of the content that is JSON. */
static void
add_to(struct json_object *holder, const char *key, struct json_object *value)
{
	struct json_object *content = get(holder, "content");

	if (content == NULL || value == NULL)
		return;
	json_object_object_foreach(content, type, media)
	{
		if (strstr(type, "json") != NULL)
			json_object_object_add(
			    media, key, json_object_get(value));
	}
}

void
openapi_example(struct json_object *all, struct json_object *operation)
{
	struct json_object *mine =
	    get(all, json_object_get_string(get(operation, "operationId")));

	if (mine == NULL)
		return;
	add_to(get(operation, "requestBody"), "example", get(mine, "request"));
	add_to(
	    get(operation, "requestBody"), "examples", get(mine, "requests"));
	json_object_object_foreach(get(operation, "responses"), status, answer)
	{
		if (status[0] == '2')
			add_to(answer, "example", get(mine, "answer"));
	}
}
