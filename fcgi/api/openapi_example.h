/*
 * openapi_example.h - examples of requests and answers.
 *
 * They were recorded from an installation (tests/http/openapi_record.mjs)
 * and are kept in sql/openapi_examples.json by operationId: "request" and
 * "answer", or "requests" with a name for each.
 */
#ifndef API_OPENAPI_EXAMPLE_H
#define API_OPENAPI_EXAMPLE_H

#include "core/arena.h"

struct json_object;

/* Exits when the file is missing.  The caller puts it. */
struct json_object *openapi_examples_new(struct arena *a, const char *share);

void openapi_example(struct json_object *all, struct json_object *operation);

#endif
