/*
 * openapi_noun.h - what the database says of a noun (app.resources() of
 * sql/functions/resource.sql), laid into the document of the API.
 */
#ifndef API_OPENAPI_NOUN_H
#define API_OPENAPI_NOUN_H

#include <json.h>

/*
 * Of a schema with "x-table": "resource.NOUN" the properties, where it does
 * not give its own, and what can be embedded; of one with "x-list": "Name" a
 * page of that schema.  Schemas are all there are.
 */
void openapi_noun_schema(struct json_object *nouns, struct json_object *schemas,
    struct json_object *schema);

/* Of a parameter what the noun knows: the values of sort, the names of
 * include and fields. */
void openapi_noun_field(
    struct json_object *noun, const char *name, struct json_object *schema);

#endif
