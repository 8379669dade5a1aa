/*
 * response.h - what goes out: status, a few headers, one body.
 *
 * The body buffer belongs to the process and is reused; header values
 * live in the request's arena.  Security headers are nginx's part
 * (nginx/headers.conf), so that its own error pages carry them as well.
 */
#ifndef HTTP_RESPONSE_H
#define HTTP_RESPONSE_H

#include <stdbool.h>

#include "core/buf.h"
#include "http/fcgi.h"

#define RESPONSE_HEADERS_MAX 20
#define PAGE_MAX ((size_t)4 << 20)

struct response {
	int status;
	const char *content_type;
	struct {
		const char *name;
		const char *value;
	} headers[RESPONSE_HEADERS_MAX];
	int n_headers;
	struct buf *body;
};

void response_init(struct response *p, struct buf *body);
void response_header(struct response *p, const char *name, const char *value);

/* 303: a form was accepted, look there. */
void response_see_other(struct response *p, const char *url);
void response_send(struct response *p, struct fcgi *f, bool is_head);

#endif
