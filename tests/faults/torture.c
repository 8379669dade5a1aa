/*
 * What goes wrong inside a worker of mainstay-fcgi, one thing at a time:
 * LD_PRELOAD it.  TORTURE names a file of five numbers, shared with the test:
 * how many calls until an allocation, a query, a write to the database or a
 * read from it fails (0: none), and how many blocks are allocated now.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum fault {
	ALLOCATION,
	QUERY,
	WRITE,
	READ,
	LIVE,
	FAULT__MAX
};

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void __libc_free(void *);

static _Atomic long *shared;

__attribute__((constructor)) static void
map_shared(void)
{
	const char *file = getenv("TORTURE");
	int fd = file != NULL ? open(file, O_RDWR | O_CLOEXEC) : -1;
	void *p = MAP_FAILED;

	if (fd >= 0)
		p = mmap(NULL, FAULT__MAX * sizeof(*shared),
		    PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p != MAP_FAILED)
		shared = p;
	(void)close(fd);
}

/* The nth call has come. */
static int
is_due(enum fault f)
{
	return shared != NULL && shared[f] > 0 &&
	       atomic_fetch_sub(&shared[f], 1) == 1;
}

static void *
count(void *p)
{
	if (shared != NULL && p != NULL)
		atomic_fetch_add(&shared[LIVE], 1);
	return p;
}

static void *
refuse(void)
{
	errno = ENOMEM;
	return NULL;
}

void *
malloc(size_t size)
{
	return is_due(ALLOCATION) ? refuse() : count(__libc_malloc(size));
}

void *
calloc(size_t n, size_t size)
{
	return is_due(ALLOCATION) ? refuse() : count(__libc_calloc(n, size));
}

void *
realloc(void *old, size_t size)
{
	if (is_due(ALLOCATION))
		return refuse();
	return old != NULL ? __libc_realloc(old, size)
			   : count(__libc_malloc(size));
}

void
free(void *p)
{
	if (shared != NULL && p != NULL)
		atomic_fetch_sub(&shared[LIVE], 1);
	__libc_free(p);
}

/* As if the server had gone: what is broken stays so. */
static int
break_off(int fd, int error)
{
	(void)shutdown(fd, SHUT_RDWR);
	errno = error;
	return -1;
}

/* Only libpq speaks to sockets by these; libfcgi reads and writes. */
ssize_t
send(int fd, const void *data, size_t size, int flags)
{
	ssize_t (*real)(int, const void *, size_t, int) =
	    (ssize_t(*)(int, const void *, size_t, int))dlsym(
		RTLD_NEXT, "send");

	if (is_due(WRITE))
		return break_off(fd, EPIPE);
	return real(fd, data, size, flags);
}

ssize_t
recv(int fd, void *data, size_t size, int flags)
{
	ssize_t (*real)(int, void *, size_t, int) =
	    (ssize_t(*)(int, void *, size_t, int))dlsym(RTLD_NEXT, "recv");

	if (is_due(READ))
		return break_off(fd, ECONNRESET);
	return real(fd, data, size, flags);
}

struct pg_conn;

int
PQsendQueryPrepared(struct pg_conn *c, const char *name, int n,
    const char *const *values, const int *lengths, const int *formats,
    int result)
{
	int (*real)(struct pg_conn *, const char *, int, const char *const *,
	    const int *, const int *, int) =
	    (int (*)(struct pg_conn *, const char *, int, const char *const *,
		const int *, const int *, int))dlsym(
		RTLD_NEXT, "PQsendQueryPrepared");

	return is_due(QUERY)
		   ? 0
		   : real(c, name, n, values, lengths, formats, result);
}
