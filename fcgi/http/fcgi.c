/* The only file that sees libfcgi. */
#include "http/fcgi.h"

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

const char *
fcgi_param(const struct fcgi *f, const char *name)
{
	return FCGX_GetParam(name, f->request.envp);
}

size_t
fcgi_param_count(const struct fcgi *f, const char *name)
{
	size_t len = strlen(name), n = 0;

	for (char **e = f->request.envp; e != NULL && *e != NULL; e++)
		if (strncmp(*e, name, len) == 0 && (*e)[len] == '=')
			n++;
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

/*
 * libfcgi sends 8 kB at a time, and each piece wakes nginx: a page of 50
 * rows cost seven switches between the two.  A record holds 64 kB, so the
 * answer goes out in as few as possible; libfcgi then ends the request.
 */
bool
fcgi_write(struct fcgi *f, const char *data, size_t len)
{
	while (len > 0) {
		size_t n = len < RECORD_MAX ? len : RECORD_MAX;
		FCGI_Header head = { .version = FCGI_VERSION_1,
			.type = FCGI_STDOUT,
			.requestIdB1 =
			    (unsigned char)(f->request.requestId >> 8),
			.requestIdB0 = (unsigned char)f->request.requestId,
			.contentLengthB1 = (unsigned char)(n >> 8),
			.contentLengthB0 = (unsigned char)n };
		struct iovec parts[] = { { &head, sizeof(head) },
			{ (void *)(uintptr_t)data, n } };

		if (!send_all(f->request.ipcFd, parts, 2))
			return false;
		data += n;
		len -= n;
	}
	return true;
}

void
fcgi_finish(struct fcgi *f)
{
	FCGX_Finish_r(&f->request);
}
