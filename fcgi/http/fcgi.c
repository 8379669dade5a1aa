/* The only file that sees libfcgi. */
#include "http/fcgi.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sys/uio.h>

#include <fastcgi.h>
#include <fcgiapp.h>

#include "core/log.h"

/* Content of one record; a multiple of eight needs no padding. */
#define RECORD_MAX ((size_t)65528)

struct fcgi {
	FCGX_Request request;
};

struct fcgi *
fcgi_open(int listener)
{
	static struct fcgi f; /* a process serves one request at a time */

	if (FCGX_Init() != 0 || FCGX_InitRequest(&f.request, listener,
				    FCGI_FAIL_ACCEPT_ON_INTR) != 0)
		log_refuse("cannot set up FastCGI", NULL);
	return &f;
}

bool
fcgi_accept(struct fcgi *f)
{
	return FCGX_Accept_r(&f->request) >= 0;
}

void
fcgi_stop(void)
{
	FCGX_ShutdownPending();
}

/* The next "name=value" from here on, or NULL. */
static char **
find(char **e, const char *name, size_t len)
{
	for (; e != NULL && *e != NULL; e++)
		if (**e == *name && strncmp(*e, name, len) == 0 &&
		    (*e)[len] == '=')
			return e;
	return NULL;
}

const char *
fcgi_param(const struct fcgi *f, const char *name)
{
	size_t len = strlen(name);
	char **e = find(f->request.envp, name, len);

	return e != NULL ? *e + len + 1 : NULL;
}

size_t
fcgi_param_count(const struct fcgi *f, const char *name)
{
	size_t len = strlen(name), n = 0;
	char **e = f->request.envp;

	while ((e = find(e, name, len)) != NULL) {
		n++;
		e++;
	}
	return n;
}

bool
fcgi_body(struct fcgi *f, struct arena *a, size_t len, struct str *out)
{
	char *data;
	int n;

	if (len > INT_MAX)
		return false;
	data = arena_alloc(a, len + 1);
	n = FCGX_GetStr(data, (int)len, f->request.in);
	*out = (struct str){ data, len };
	return n >= 0 && (size_t)n == len;
}

/* All of the parts, however often the kernel takes only some. */
static bool
send_all(int fd, struct iovec *part, int n)
{
	while (n > 0) {
		ssize_t sent = writev(fd, part, n);

		if (sent < 0 && errno != EINTR)
			return false;
		for (; n > 0 && sent >= (ssize_t)part->iov_len; n--, part++)
			sent -= (ssize_t)part->iov_len;
		if (n > 0 && sent > 0) {
			part->iov_base = (char *)part->iov_base + sent;
			part->iov_len -= (size_t)sent;
		}
	}
	return true;
}

static FCGI_Header
record_head(const struct fcgi *f, unsigned char type, size_t len)
{
	unsigned id = (unsigned)f->request.requestId;

	return (FCGI_Header){ .version = FCGI_VERSION_1,
		.type = type,
		.requestIdB1 = (unsigned char)(id >> 8),
		.requestIdB0 = (unsigned char)id,
		.contentLengthB1 = (unsigned char)(len >> 8),
		.contentLengthB0 = (unsigned char)len };
}

/* Both pieces in as few records as they need, and the end of the request. */
static bool
send_answer(const struct fcgi *f, struct str head, struct str body)
{
	struct {
		FCGI_Header stream;
		FCGI_EndRequestRecord request;
	} end = { record_head(f, FCGI_STDOUT, 0),
		{ .header = record_head(
		      f, FCGI_END_REQUEST, sizeof(FCGI_EndRequestBody)) } };
	assert(head.len <= RECORD_MAX);
	do {
		size_t room = RECORD_MAX - head.len;
		bool is_last = body.len <= room;
		size_t n = is_last ? body.len : room;
		FCGI_Header record = record_head(f, FCGI_STDOUT, head.len + n);
		struct iovec parts[] = { { &record, sizeof(record) },
			{ (void *)(uintptr_t)head.ptr, head.len },
			{ (void *)(uintptr_t)body.ptr, n },
			{ &end, is_last ? sizeof(end) : 0 } };

		if (!send_all(f->request.ipcFd, parts, 4))
			return false;
		head.len = 0;
		body.ptr += n;
		body.len -= n;
	} while (body.len > 0);
	return true;
}

/*
 * libfcgi's own writer sends 8 kB at a time, and each piece wakes nginx;
 * it then ends the request in one more, and waits until nginx has hung up.
 * The wait is needed only when nginx may still be sending a body.
 */
bool
fcgi_answer(struct fcgi *f, struct str head, struct str body)
{
	const char *length = fcgi_param(f, "CONTENT_LENGTH");
	bool is_sent;

	is_sent = send_answer(f, head, body);
	if (length == NULL || *length == '\0')
		(void)FCGX_Detach(&f->request);
	FCGX_Free(&f->request, 1);
	return is_sent;
}
