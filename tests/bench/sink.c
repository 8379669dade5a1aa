/*
 * A receiver that answers POSTs after some milliseconds, those below /hang
 * never: sink PORT MS.  GET /count says how many it has answered.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PEERS 65536

struct peer {
	char data[8192];
	size_t len;
	unsigned life; /* a socket's number is used again */
};

struct answer {
	int fd;
	unsigned life;
	uint64_t due_ms;
};

static struct peer *peers[PEERS];
static struct answer answers[PEERS]; /* a ring, in order of time */
static unsigned first, last;
static unsigned long answered;

static uint64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void
say(int fd, const char *text, int len)
{
	if (write(fd, text, (size_t)len) != len)
		(void)shutdown(fd, SHUT_RDWR);
}

static void
answer(const struct answer *a)
{
	static const char ok[] = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

	if (peers[a->fd] == NULL || peers[a->fd]->life != a->life)
		return;
	answered++;
	say(a->fd, ok, sizeof(ok) - 1);
}

static void
count(int fd)
{
	char body[32], text[128];
	int len = snprintf(body, sizeof(body), "%lu", answered);

	len = snprintf(text, sizeof(text),
	    "HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s", len, body);
	say(fd, text, len);
}

/* The whole request is there: head and as much body as it announces. */
static bool
take(struct peer *p, int fd, uint64_t delay)
{
	char *end = memmem(p->data, p->len, "\r\n\r\n", 4), *at;
	size_t size;
	struct answer a = { fd, p->life, now_ms() + delay };

	if (end == NULL)
		return false;
	*end = '\0';
	at = strcasestr(p->data, "\r\ncontent-length:");
	size = (size_t)(end - p->data) + 4 +
	       (at != NULL ? strtoul(at + 17, NULL, 10) : 0);
	if (p->len < size) {
		*end = '\r';
		return false;
	}
	if (strncmp(p->data, "GET /count", 10) == 0)
		count(fd);
	else if (strncmp(p->data, "POST /hang", 10) == 0)
		;
	else if (delay == 0)
		answer(&a);
	else
		answers[last++ % PEERS] = a;
	p->len -= size;
	memmove(p->data, p->data + size, p->len);
	return true;
}

static void
hear(int fd, uint64_t delay)
{
	struct peer *p = peers[fd];
	ssize_t n = read(fd, p->data + p->len, sizeof(p->data) - 1 - p->len);

	if (n <= 0) {
		p->life++;
		p->len = 0;
		(void)close(fd);
		return;
	}
	p->len += (size_t)n;
	p->data[p->len] = '\0';
	while (take(p, fd, delay))
		;
}

static void
welcome(int listener, int poll)
{
	struct epoll_event e = { .events = EPOLLIN };
	int fd = accept(listener, NULL, NULL);
	int on = 1;

	if (fd < 0 || fd >= PEERS)
		return;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (peers[fd] == NULL && (peers[fd] = calloc(1, sizeof(**peers))) == NULL)
		exit(1);
	e.data.fd = fd;
	(void)epoll_ctl(poll, EPOLL_CTL_ADD, fd, &e);
}

int
main(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct epoll_event e = { .events = EPOLLIN }, events[256];
	uint64_t delay = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	int poll = epoll_create1(0), on = 1;

	(void)signal(SIGPIPE, SIG_IGN);
	a.sin_port = htons((uint16_t)strtoul(argc > 1 ? argv[1] : "0", NULL, 10));
	(void)setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(listener, (struct sockaddr *)&a, sizeof(a)) != 0 ||
	    listen(listener, 4096) != 0) {
		perror("sink");
		return 1;
	}
	e.data.fd = listener;
	(void)epoll_ctl(poll, EPOLL_CTL_ADD, listener, &e);
	for (;;) {
		int n = epoll_wait(poll, events, 256, first == last ? -1 : 1);

		for (int i = 0; i < n; i++) {
			if (events[i].data.fd == listener)
				welcome(listener, poll);
			else
				hear(events[i].data.fd, delay);
		}
		while (first != last &&
		       answers[first % PEERS].due_ms <= now_ms())
			answer(&answers[first++ % PEERS]);
	}
}
