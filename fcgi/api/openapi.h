/*
 * openapi.h - the document of the API, made from the table of routes.
 *
 * sql/openapi.json holds what no row says: names of the whole, tags,
 * errors, and schemas of answers.  A schema with x-table gets the comments
 * of that table's columns as descriptions of its properties, and a field
 * of a request that of the property it becomes.  The document is finished
 * at the first request, which reads the comments, and then kept.
 */
#ifndef API_OPENAPI_H
#define API_OPENAPI_H

#include "core/arena.h"
#include "dispatch/turn.h"

struct json_object;
struct openapi;

/* Exits when sql/openapi.json is missing, or lacks what a route names.
 * The arena must live as long as the process. */
struct openapi *openapi_new(
    struct arena *a, const char *share, const struct route *routes);

/* May be NULL. */
void openapi_free(struct openapi *o);

/* The whole of it, which stays ours. */
enum rc openapi_finish(struct turn *t, struct json_object **out) MUST_CHECK;

/* Handlers: the document, and a page that shows it. */
enum rc openapi_show(struct turn *t);
enum rc openapi_page(struct turn *t);

#endif
