/* The document of the API: one path item for each row of the table. */
#include "api/openapi.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <json.h>

#include "api/openapi_example.h"
#include "api/openapi_noun.h"
#include "api/openapi_schema.h"
#include "core/file.h"
#include "core/log.h"
#include "dispatch/convention.h"

#define BASE_MAX ((size_t)1 << 20)
#define PATH_MAX_LEN 256

struct openapi {
	struct json_object *root;
	struct json_object *examples;
	const struct route *routes;
	struct json_object *nouns; /* of sql/functions/resource.sql */
	const char *text;	   /* of root; NULL until it is finished */
};

static struct json_object *
get(struct json_object *o, const char *key)
{
	struct json_object *found = NULL;

	(void)json_object_object_get_ex(o, key, &found);
	return found;
}

static struct json_object *
schema_of(const struct openapi *o, const char *name)
{
	return get(get(get(o->root, "components"), "schemas"), name);
}

/* The object at key, which is made when it is not there. */
static struct json_object *
enter(struct json_object *o, const char *key)
{
	struct json_object *found = get(o, key);

	if (found == NULL) {
		found = json_object_new_object();
		json_object_object_add(o, key, found);
	}
	return found;
}

static bool
is_documented(const struct route *r)
{
	return r->doc.id != NULL;
}

static bool
is_json_write(const struct route *r)
{
	return method_is_write(r->method) &&
	       (r->fields != NULL || r->takes_items);
}

/* Properties of what a route answers. */
static struct json_object *
properties(const struct openapi *o, const struct route *r)
{
	return r->doc.answer != NULL
		   ? get(schema_of(o, r->doc.answer), "properties")
		   : NULL;
}

static void
add_parameter(struct json_object *list, const char *where, const char *name,
    const char *text, bool is_required, struct json_object *schema)
{
	struct json_object *p = json_object_new_object();

	openapi_text(p, "name", name);
	openapi_text(p, "in", where);
	openapi_text(p, "description", text);
	json_object_object_add(
	    p, "required", json_object_new_boolean(is_required));
	json_object_object_add(p, "schema", schema);
	json_object_array_add(list, p);
}

static void
add_path_parameter(struct json_object *list, const char *name)
{
	struct json_object *schema = json_object_new_object();
	bool is_ref = strcmp(name, "ref") == 0;

	openapi_text(schema, "type", "string");
	if (is_ref)
		json_object_object_add(
		    schema, "maxLength", json_object_new_int(200));
	else
		openapi_text(schema, "format", "uuid");
	add_parameter(list, "path", name,
	    is_ref ? "Its id, or its external id (without a slash)."
		   : "Its id.",
	    true, schema);
}

/* "/a/:id" is "/a/{id}"; each name becomes a parameter. */
static void
write_path(const char *path, char out[PATH_MAX_LEN], struct json_object *list)
{
	size_t n = 0;

	out[0] = '\0';
	while (*path != '\0' && n < PATH_MAX_LEN) {
		size_t len = strcspn(path + 1, "/");
		bool is_name = path[1] == ':';
		char name[64];

		(void)snprintf(name, sizeof(name), "%.*s", (int)len - is_name,
		    path + 1 + is_name);
		n += (size_t)snprintf(
		    out + n, PATH_MAX_LEN - n, is_name ? "/{%s}" : "/%s", name);
		if (is_name)
			add_path_parameter(list, name);
		path += 1 + len;
	}
}

static bool
has_tag(const struct route *r)
{
	return r->doc.is_versioned || (r->method == GET && r->doc.type == NULL);
}

static bool
may_repeat(const struct route *r)
{
	return r->method == POST && r->needs != ANYONE;
}

static bool
may_be_stale(const struct route *r)
{
	return r->doc.is_versioned && method_is_write(r->method) &&
	       r->status != 201 && strstr(r->path, "/:") != NULL;
}

static void
add_conventions(const struct route *r, struct json_object *list)
{
	if (may_repeat(r))
		json_object_array_add(
		    list, openapi_ref("parameters", "IdempotencyKey"));
	if (has_tag(r) && r->method == GET)
		json_object_array_add(
		    list, openapi_ref("parameters", "IfNoneMatch"));
	if (may_be_stale(r))
		json_object_array_add(
		    list, openapi_ref("parameters", "IfMatch"));
}

static void
add_query(
    const struct openapi *o, const struct route *r, struct json_object *list)
{
	for (const struct field *f = r->fields; f && f->name; f++) {
		struct json_object *known =
		    get(get(properties(o, r), f->name), "description");
		struct json_object *schema = openapi_field(f, false);

		if (r->noun != NULL)
			openapi_noun_field(
			    get(o->nouns, r->noun), f->name, schema);
		add_parameter(list, "query", f->name,
		    known != NULL ? json_object_get_string(known) : f->label,
		    f->is_required, schema);
	}
	if (r->takes_form)
		json_object_array_add(
		    list, openapi_ref("parameters", "Filter"));
}

/* {type: {"schema": schema}} */
static struct json_object *
content(const char *type, struct json_object *schema)
{
	struct json_object *all = json_object_new_object();

	json_object_object_add(enter(all, type), "schema", schema);
	return all;
}

static void
add_body(const struct openapi *o, const struct route *r,
    struct json_object *operation)
{
	struct json_object *body = enter(operation, "requestBody");

	json_object_object_add(body, "required", json_object_new_boolean(1));
	json_object_object_add(body, "content",
	    content("application/json",
		r->takes_items ? openapi_ref("schemas", r->doc.body)
			       : openapi_body(r, properties(o, r))));
	if (r->method == PATCH)
		json_object_object_add(
		    enter(get(body, "content"), "application/merge-patch+json"),
		    "schema", openapi_body(r, properties(o, r)));
}

/* What dispatch/convention.c sends. */
static void
add_headers(const struct route *r, struct json_object *headers)
{
	static const char *const rate[][2] = {
		{ "RateLimit", "RateLimit" },
		{ "RateLimit-Policy", "RateLimitPolicy" },
		{ "RateLimit-Limit", "RateLimitLimit" },
		{ "RateLimit-Remaining", "RateLimitRemaining" },
		{ "RateLimit-Reset", "RateLimitReset" },
	};

	json_object_object_add(
	    headers, "X-Request-Id", openapi_ref("headers", "RequestId"));
	if (has_tag(r))
		json_object_object_add(
		    headers, "ETag", openapi_ref("headers", "ETag"));
	if (r->doc.is_list)
		json_object_object_add(
		    headers, "Link", openapi_ref("headers", "Link"));
	if (r->location != NULL)
		json_object_object_add(
		    headers, "Location", openapi_ref("headers", "Location"));
	if (may_repeat(r))
		json_object_object_add(headers, "Idempotent-Replayed",
		    openapi_ref("headers", "IdempotentReplayed"));
	if (r->needs == ANYONE)
		return;
	for (size_t i = 0; i < sizeof(rate) / sizeof(rate[0]); i++)
		json_object_object_add(
		    headers, rate[i][0], openapi_ref("headers", rate[i][1]));
}

static int
good_status(const struct route *r)
{
	return r->status != 0 ? r->status : 200;
}

static void
add_answer(const struct route *r, struct json_object *all)
{
	struct json_object *o = json_object_new_object();
	char status[8];

	(void)snprintf(status, sizeof(status), "%d", good_status(r));
	openapi_text(o, "description", r->doc.summary);
	add_headers(r, enter(o, "headers"));
	if (r->doc.type != NULL)
		json_object_object_add(o, "content",
		    content(r->doc.type, json_object_new_object()));
	else if (r->doc.answer != NULL)
		json_object_object_add(o, "content",
		    content("application/json",
			openapi_ref("schemas", r->doc.answer)));
	json_object_object_add(all, status, o);
}

/* Which refusals a row can give: what dispatch.c does, as a table. */
enum when {
	ALWAYS,
	WHEN_KNOWN,  /* nobody is refused */
	WHEN_ROLE,   /* more than the least role is needed */
	WHEN_NAMED,  /* the path names something */
	WHEN_TAGGED, /* it has an ETag */
	WHEN_SEEN,   /* it may be another than the caller has seen */
	WHEN_AGAIN,  /* it may be sent again */
	WHEN_BODY,   /* there is one */
	WHEN_FIELDS, /* values can be wrong */
};

static bool
may_refuse(const struct route *r, enum when when)
{
	switch (when) {
	case ALWAYS:
		return true;
	case WHEN_KNOWN:
		return r->needs != ANYONE;
	case WHEN_ROLE:
		return r->needs > VIEWER;
	case WHEN_NAMED:
		return strstr(r->path, "/:") != NULL;
	case WHEN_TAGGED:
		return has_tag(r) && r->method == GET;
	case WHEN_SEEN:
		return may_be_stale(r);
	case WHEN_AGAIN:
		return may_repeat(r);
	case WHEN_BODY:
		return is_json_write(r);
	case WHEN_FIELDS:
		return r->fields != NULL || r->takes_items;
	}
	return false;
}

static void
add_refusals(const struct route *r, struct json_object *all)
{
	static const struct {
		const char *status, *name;
		enum when when;
	} table[] = {
		{ "304", "NotModified", WHEN_TAGGED },
		{ "400", "BadRequest", ALWAYS },
		{ "401", "Unauthorized", WHEN_KNOWN },
		{ "403", "Forbidden", WHEN_ROLE },
		{ "404", "NotFound", WHEN_NAMED },
		{ "409", "Conflict", WHEN_AGAIN },
		{ "412", "Stale", WHEN_SEEN },
		{ "413", "TooLarge", WHEN_BODY },
		{ "415", "UnsupportedType", WHEN_BODY },
		{ "422", "Unusable", WHEN_FIELDS },
		{ "429", "TooMany", ALWAYS },
		{ "503", "Unavailable", ALWAYS },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (may_refuse(r, table[i].when) ||
		    (r->doc.also != NULL &&
			strstr(r->doc.also, table[i].status) != NULL))
			json_object_object_add(all, table[i].status,
			    openapi_ref("responses", table[i].name));
}

static const char *
lower(const char *name, char out[8])
{
	size_t n = 0;

	for (; n < 7 && name[n] != '\0'; n++)
		out[n] = (char)(name[n] | 0x20);
	out[n] = '\0';
	return out;
}

/* What can be filtered, in words. */
static const char *
filters(const struct openapi *o, const struct route *r, char *out, size_t size)
{
	struct json_object *list = get(get(o->nouns, r->noun), "filters");
	size_t n = list != NULL ? json_object_array_length(list) : 0, at;

	if (!r->takes_form || n == 0)
		return "";
	at = (size_t)snprintf(out, size, "Filters: ");
	for (size_t i = 0; i < n && at < size; i++)
		at += (size_t)snprintf(out + at, size - at, "%s%s",
		    json_object_get_string(json_object_array_get_idx(list, i)),
		    i + 1 < n ? ", " : ". ");
	return out;
}

/* What a caller needs, for people and for programs. */
static void
add_needs(const struct openapi *o, const struct route *r,
    struct json_object *operation)
{
	const char *role = needs_role(r->needs);
	char text[2048], names[1024];

	if (role == NULL)
		json_object_object_add(
		    operation, "security", json_object_new_array());
	else
		openapi_text(operation, "x-role", role);
	(void)snprintf(text, sizeof(text), "%s%s%sNeeds %s%s.",
	    r->doc.detail != NULL ? r->doc.detail : "",
	    r->doc.detail != NULL ? "\n\n" : "",
	    r->noun != NULL ? filters(o, r, names, sizeof(names)) : "",
	    role != NULL ? "the role " : "no role", role != NULL ? role : "");
	openapi_text(operation, "description", text);
}

static void
add_operation(struct openapi *o, const struct route *r)
{
	struct json_object *operation = json_object_new_object();
	struct json_object *tags = json_object_new_array();
	struct json_object *parameters = json_object_new_array();
	struct json_object *responses = json_object_new_object();
	char path[PATH_MAX_LEN], method[8];

	openapi_text(operation, "operationId", r->doc.id);
	openapi_text(operation, "summary", r->doc.summary);
	add_needs(o, r, operation);
	json_object_array_add(tags, json_object_new_string(r->doc.tag));
	json_object_object_add(operation, "tags", tags);
	write_path(r->path, path, parameters);
	if (!method_is_write(r->method))
		add_query(o, r, parameters);
	add_conventions(r, parameters);
	json_object_object_add(operation, "parameters", parameters);
	if (is_json_write(r))
		add_body(o, r, operation);
	add_answer(r, responses);
	add_refusals(r, responses);
	json_object_object_add(operation, "responses", responses);
	openapi_example(o->examples, operation);
	json_object_object_add(enter(enter(o->root, "paths"), path),
	    lower(method_name(r->method), method), operation);
}

static void
finish_webhooks(struct openapi *o)
{
	json_object_object_foreach(get(o->root, "webhooks"), name, item)
	{
		(void)name;
		openapi_example(o->examples, get(item, "post"));
	}
}

/* Comments of the table's columns, where nothing else is said. */
static void
describe_schema(struct json_object *schema, struct json_object *comments)
{
	const char *table = json_object_get_string(get(schema, "x-table"));
	struct json_object *all = get(schema, "properties");

	if (table == NULL || all == NULL)
		return;
	json_object_object_foreach(all, name, property)
	{
		char key[160];

		(void)snprintf(key, sizeof(key), "%s.%s", table, name);
		if (get(property, "description") == NULL)
			openapi_text(property, "description",
			    json_object_get_string(get(comments, key)));
	}
}

static void
describe(struct openapi *o, struct json_object *comments)
{
	struct json_object *all = get(get(o->root, "components"), "schemas");

	json_object_object_foreach(all, name, schema)
	{
		(void)name;
		describe_schema(schema, comments);
		openapi_noun_schema(o->nouns, all, schema);
	}
	json_object_object_foreach(all, again, done)
	{
		(void)again;
		json_object_object_del(done, "x-table");
	}
}

static struct json_object *
json_of(struct turn *t, const char *alias)
{
	struct str text = rows_text(turn_rows(t, alias), 0, 0);

	return text.ptr != NULL ? json_tokener_parse(text.ptr) : NULL;
}

enum rc
openapi_finish(struct turn *t, struct json_object **out)
{
	struct openapi *o = t->app->openapi;
	struct json_object *comments;
	enum rc rc;

	*out = o->root;
	if (o->text != NULL)
		return RC_OK;
	rc = turn_run(
	    t, DB_READ, "comments=openapi_comments nouns=openapi_nouns");
	if (rc != RC_OK)
		return rc;
	comments = json_of(t, "comments");
	o->nouns = json_of(t, "nouns");
	describe(o, comments);
	json_object_put(comments);
	for (const struct route *r = o->routes; r->path != NULL; r++)
		if (is_documented(r))
			add_operation(o, r);
	finish_webhooks(o);
	o->text =
	    json_object_to_json_string_ext(o->root, JSON_C_TO_STRING_PLAIN);
	return o->text != NULL ? RC_OK : RC_BROKEN;
}

static void
check_names(const struct openapi *o, const struct route *r)
{
	const char *const names[] = { r->doc.answer, r->doc.body };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i] != NULL && schema_of(o, names[i]) == NULL)
			log_refuse("sql/openapi.json has no such schema",
			    "schema", names[i], "operation", r->doc.id, NULL);
	if (r->takes_items && r->doc.body == NULL)
		log_refuse("a route that takes items names no schema",
		    "operation", r->doc.id, NULL);
}

struct openapi *
openapi_new(struct arena *a, const char *share, const struct route *routes)
{
	const char *path = arena_printf(a, "%s/sql/openapi.json", share);
	struct openapi *o = arena_alloc(a, sizeof(*o));
	struct str text;

	if (!file_read(a, path, BASE_MAX, &text))
		log_refuse("cannot read the document of the API", "file", path,
		    "error", strerror(errno), NULL);
	o->root = json_tokener_parse(text.ptr);
	if (o->root == NULL)
		log_refuse(
		    "the document of the API is no JSON", "file", path, NULL);
	o->examples = openapi_examples_new(a, share);
	o->routes = routes;
	for (const struct route *r = routes; r->path != NULL; r++)
		if (is_documented(r))
			check_names(o, r);
	return o;
}

void
openapi_free(struct openapi *o)
{
	if (o == NULL)
		return;
	json_object_put(o->root);
	json_object_put(o->examples);
	json_object_put(o->nouns);
}

enum rc
openapi_show(struct turn *t)
{
	struct json_object *root;
	enum rc rc = openapi_finish(t, &root);

	if (rc != RC_OK)
		return rc;
	t->resp->content_type = "application/json";
	buf_adds(t->resp->body, t->app->openapi->text);
	convention_tag(t, (struct str){ NULL, 0 });
	return RC_OK;
}
