/* The only file that sees libfcgi. */
#include "http/fcgi.h"

#include <limits.h>
#include <string.h>

#include <fcgiapp.h>

#include "core/log.h"

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

void
fcgi_write(struct fcgi *f, const char *data, size_t len)
{
	if (len <= INT_MAX)
		(void)FCGX_PutStr(data, (int)len, f->request.out);
}

void
fcgi_finish(struct fcgi *f)
{
	FCGX_Finish_r(&f->request);
}
