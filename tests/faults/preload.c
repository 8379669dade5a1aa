/*
 * What a test changes of the world that mainstay-worker sees: LD_PRELOAD it.
 *
 *	FAULT_NAMES	file of lines "name seconds address …": the name
 *			resolves to one address after the other, slowly
 *	FAULT_CONNECTS	file that gets a line for each address connected to;
 *			what is not this machine refuses, no packet leaves
 *	FAULT_CLOCK	file with a number: seconds that the wall clock is off
 *	FAULT_CA	file of the authorities that TLS trusts
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define REAL(type, name, ...) \
	type (*real)(__VA_ARGS__) = \
	    (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static long
seconds_off(void)
{
	const char *file = getenv("FAULT_CLOCK");
	char text[32] = "0";
	int fd = file != NULL ? open(file, O_RDONLY | O_CLOEXEC) : -1;

	if (fd >= 0) {
		ssize_t n = read(fd, text, sizeof(text) - 1);

		text[n > 0 ? n : 0] = '\0';
		(void)close(fd);
	}
	return strtol(text, NULL, 10);
}

int
clock_gettime(clockid_t id, struct timespec *t)
{
	REAL(int, "clock_gettime", clockid_t, struct timespec *);
	int rc = real(id, t);

	if (rc == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
		t->tv_sec += seconds_off();
	return rc;
}

int
gettimeofday(struct timeval *restrict t, void *restrict zone)
{
	REAL(int, "gettimeofday", struct timeval *, void *);
	int rc = real(t, zone);

	if (rc == 0)
		t->tv_sec += seconds_off();
	return rc;
}

time_t
time(time_t *out)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	if (out != NULL)
		*out = t.tv_sec;
	return t.tv_sec;
}

/* The address of the name's turn; false: it is not in the file. */
static int
look_up(const char *name, char *address, size_t size)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static unsigned turn;
	const char *file = getenv("FAULT_NAMES");
	FILE *names = file != NULL ? fopen(file, "re") : NULL;
	char line[512], *list[8], *save;
	int is_found = 0;

	while (names != NULL && fgets(line, sizeof(line), names) != NULL) {
		char *word = strtok_r(line, " \n", &save);
		char *wait = strtok_r(NULL, " \n", &save);
		unsigned n = 0;

		if (word == NULL || wait == NULL || strcasecmp(word, name) != 0)
			continue;
		while (n < 8 && (list[n] = strtok_r(NULL, " \n", &save)))
			n++;
		(void)usleep((useconds_t)(strtod(wait, NULL) * 1e6));
		(void)pthread_mutex_lock(&lock);
		(void)snprintf(address, size, "%s", list[turn++ % n]);
		(void)pthread_mutex_unlock(&lock);
		is_found = 1;
		break;
	}
	if (names != NULL)
		(void)fclose(names);
	return is_found;
}

int
getaddrinfo(const char *restrict name, const char *restrict service,
    const struct addrinfo *restrict hints, struct addrinfo **restrict out)
{
	REAL(int, "getaddrinfo", const char *, const char *,
	    const struct addrinfo *, struct addrinfo **);
	char address[64];

	if (name != NULL && look_up(name, address, sizeof(address)))
		return real(address, service, hints, out);
	return real(name, service, hints, out);
}

int
connect(int fd, const struct sockaddr *a, socklen_t len)
{
	REAL(int, "connect", int, const struct sockaddr *, socklen_t);
	const char *file = getenv("FAULT_CONNECTS");
	char ip[INET6_ADDRSTRLEN] = "";

	if (a->sa_family == AF_INET)
		(void)inet_ntop(AF_INET,
		    &((const struct sockaddr_in *)a)->sin_addr, ip, sizeof(ip));
	else if (a->sa_family == AF_INET6)
		(void)inet_ntop(AF_INET6,
		    &((const struct sockaddr_in6 *)a)->sin6_addr, ip,
		    sizeof(ip));
	if (file != NULL && ip[0] != '\0') {
		int log = open(
		    file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);

		(void)dprintf(log, "%s\n", ip);
		(void)close(log);
		if (strncmp(ip, "127.", 4) != 0) {
			errno = ECONNREFUSED;
			return -1;
		}
	}
	return real(fd, a, len);
}

/* libcurl names the authorities of the system; the test has its own. */
struct x509_store_st;

int
X509_STORE_load_file(struct x509_store_st *store, const char *file)
{
	REAL(int, "X509_STORE_load_file", struct x509_store_st *, const char *);
	const char *ours = getenv("FAULT_CA");

	return real(store, ours != NULL ? ours : file);
}
