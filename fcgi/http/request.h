/*
 * request.h - what came in, checked for form but not for sense.
 *
 * Everything lives in the request's arena.
 */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include <stdbool.h>

#include "core/arena.h"
#include "core/rc.h"
#include "core/str.h"
#include "http/fcgi.h"

enum method {
	METHOD_NONE,
	GET,
	POST,
	PUT,
	PATCH,
	DELETE,
	METHOD__MAX
};

#define BODY_MAX ((size_t)65536)       /* of an ordinary route */
#define FORM_BODY_MAX ((size_t)524288) /* of one that takes any form */

struct request {
	enum method method;
	bool is_head;	  /* a GET whose body is not sent */
	bool is_api;	  /* below /api/: errors are RFC 9457 documents */
	const char *path; /* decoded and normalised by nginx */
	struct str query; /* as sent */
	struct str body;
	bool is_json;	/* by its content type; else a form */
	bool is_local;	/* from the server that nginx has for figures */
	const char *id; /* made by nginx, also in its log */
	const char *ip;
	const char *user_agent;
	struct str cookie; /* headers: ptr NULL when not sent */
	struct str authorization;
	struct str api_key;
	struct str origin;
	struct str sec_fetch_site;
	struct str csrf;
	struct str idempotency_key;
	struct str if_match;
	struct str if_none_match;
	const char *trace_id; /* of traceparent (W3C); NULL: none */
};

const char *method_name(enum method m);

static inline bool
method_is_write(enum method m)
{
	return m != GET;
}

/* What is not sent stays: PATCH, and PUT as the programme has it. */
static inline bool
method_is_partial(enum method m)
{
	return m == PATCH || m == PUT;
}

/*
 * All but the body.  RC_INVALID: malformed, or a header that matters to
 * security came twice; why says so in a sentence.  status_out is then 400
 * or 405.
 */
enum rc request_read(struct fcgi *f, struct arena *a, struct request *out,
    int *status_out, const char **why) MUST_CHECK;

/* The body, of at most max bytes, in JSON or as a form: 400, 413 or 415. */
enum rc request_read_body(struct fcgi *f, struct arena *a, struct request *q,
    size_t max, bool takes_form, int *status_out, const char **why) MUST_CHECK;

#endif
