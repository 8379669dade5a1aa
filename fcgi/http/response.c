/* Writes a CGI response. */
#include "http/response.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "core/log.h"

#define HEAD_MAX ((size_t)8192)

void
response_init(struct response *p, struct buf *body)
{
	*p = (struct response){ .status = 200,
		.body = body,
		.content_type = "text/html; charset=utf-8" };
	buf_clear(body);
}

void
response_header(struct response *p, const char *name, const char *value)
{
	assert(p->n_headers < RESPONSE_HEADERS_MAX);
	assert(strpbrk(value, "\r\n") == NULL);
	p->headers[p->n_headers].name = name;
	p->headers[p->n_headers].value = value;
	p->n_headers++;
}

void
response_see_other(struct response *p, const char *url)
{
	p->status = 303;
	buf_clear(p->body);
	response_header(p, "Location", url);
}

void
response_send(struct response *p, struct fcgi *f, bool is_head)
{
	struct str body = STR("");
	struct buf b;

	buf_init(&b, HEAD_MAX);
	buf_printf(&b, "Status: %d\r\nCache-Control: no-store\r\n", p->status);
	if (p->body->len > 0)
		buf_printf(&b, "Content-Type: %s\r\nContent-Length: %zu\r\n",
		    p->content_type, p->body->len);
	for (int i = 0; i < p->n_headers; i++)
		buf_printf(
		    &b, "%s: %s\r\n", p->headers[i].name, p->headers[i].value);
	buf_adds(&b, "\r\n");
	if (!is_head && p->body->len > 0)
		body = (struct str){ p->body->data, p->body->len };
	if (!fcgi_answer(f, (struct str){ b.data, b.len }, body))
		log_event(LOG_INFO, "nginx went away", NULL);
	buf_free(&b);
}
