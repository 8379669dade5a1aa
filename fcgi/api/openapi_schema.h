/*
 * openapi_schema.h - JSON schemas of fields; a part of openapi.c.
 *
 * What is returned belongs to the caller.
 */
#ifndef API_OPENAPI_SCHEMA_H
#define API_OPENAPI_SCHEMA_H

#include <json.h>

#include "dispatch/route.h"

/* {"$ref": "#/components/<kind>/<name>"} */
struct json_object *openapi_ref(const char *kind, const char *name);

void openapi_text(struct json_object *o, const char *key, const char *text);

/* Of a field: is_nullable where null means that it is not given. */
struct json_object *openapi_field(const struct field *f, bool is_nullable);

/* The body that a route takes; properties of what it answers tell more. */
struct json_object *openapi_body(
    const struct route *r, struct json_object *properties);

#endif
