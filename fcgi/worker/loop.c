/* epoll, a short list of timers, and a signalfd. */
#include "worker/loop.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/log.h"

#define EVENTS_MAX 256

struct slot {
	loop_fd_fn fn; /* NULL: not watched */
	void *arg;
	uint32_t events;
};

struct loop_timer {
	struct loop_timer *next;
	uint64_t at_ms;
	loop_fn fn;
	void *arg;
};

struct loop {
	int epoll;
	int signals;
	bool is_over;
	struct slot *slots; /* by descriptor */
	size_t count;
	struct loop_timer *timers;
	loop_fn on_stop;
	void *on_stop_arg;
};

struct loop *
loop_new(void)
{
	struct loop *l = calloc(1, sizeof(*l));

	if (l == NULL)
		log_refuse("out of memory", NULL);
	l->signals = -1;
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (l->epoll < 0)
		log_refuse("epoll_create1", "error", strerror(errno), NULL);
	return l;
}

void
loop_free(struct loop *l)
{
	while (l->timers != NULL) {
		struct loop_timer *t = l->timers;

		l->timers = t->next;
		free(t);
	}
	if (l->signals >= 0)
		(void)close(l->signals);
	(void)close(l->epoll);
	free(l->slots);
	free(l);
}

static void
make_room(struct loop *l, size_t fd)
{
	size_t count = l->count == 0 ? 64 : l->count;
	struct slot *slots;

	while (count <= fd)
		count *= 2;
	if (count == l->count)
		return;
	slots = realloc(l->slots, count * sizeof(*slots));
	if (slots == NULL)
		log_refuse("out of memory", NULL);
	memset(slots + l->count, 0, (count - l->count) * sizeof(*slots));
	l->slots = slots;
	l->count = count;
}

void
loop_watch(struct loop *l, int fd, uint32_t events, loop_fd_fn fn, void *arg)
{
	struct epoll_event ev = { .events = events, .data.fd = fd };

	assert(fd >= 0);
	make_room(l, (size_t)fd);
	if (events == 0) {
		l->slots[fd] = (struct slot){ NULL, NULL, 0 };
		(void)epoll_ctl(l->epoll, EPOLL_CTL_DEL, fd, &ev);
		return;
	}
	l->slots[fd] = (struct slot){ fn, arg, events };
	if (epoll_ctl(l->epoll, EPOLL_CTL_MOD, fd, &ev) == 0)
		return;
	if (errno != ENOENT || epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &ev) != 0)
		log_event(
		    LOG_ERROR, "epoll_ctl", "error", strerror(errno), NULL);
}

struct loop_timer *
loop_timer_new(struct loop *l, loop_fn fn, void *arg)
{
	struct loop_timer *t = calloc(1, sizeof(*t));

	if (t == NULL)
		log_refuse("out of memory", NULL);
	*t = (struct loop_timer){ l->timers, LOOP_NEVER, fn, arg };
	l->timers = t;
	return t;
}

void
loop_timer_set(struct loop_timer *t, uint64_t delay_ms)
{
	t->at_ms = delay_ms == LOOP_NEVER ? LOOP_NEVER : clock_ms() + delay_ms;
}

void
loop_timer_hasten(struct loop_timer *t, uint64_t delay_ms)
{
	uint64_t at_ms = clock_ms() + delay_ms;

	if (at_ms < t->at_ms)
		t->at_ms = at_ms;
}

static void
on_signal(void *arg, int fd, uint32_t events)
{
	struct loop *l = arg;
	struct signalfd_siginfo info;

	(void)events;
	while (read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
		l->on_stop(l->on_stop_arg);
}

void
loop_on_stop(struct loop *l, loop_fn fn, void *arg)
{
	sigset_t set;

	l->on_stop = fn;
	l->on_stop_arg = arg;
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	l->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (l->signals < 0)
		log_refuse("signalfd", "error", strerror(errno), NULL);
	loop_watch(l, l->signals, EPOLLIN, on_signal, l);
}

/* Milliseconds until the next timer, for epoll_wait(). */
static int
wait_ms(const struct loop *l)
{
	uint64_t at = LOOP_NEVER, now = clock_ms();

	for (const struct loop_timer *t = l->timers; t != NULL; t = t->next)
		if (t->at_ms < at)
			at = t->at_ms;
	if (at == LOOP_NEVER)
		return -1;
	if (at <= now)
		return 0;
	return at - now > 60000 ? 60000 : (int)(at - now);
}

static void
fire_timers(struct loop *l)
{
	uint64_t now = clock_ms();

	for (struct loop_timer *t = l->timers; t != NULL; t = t->next) {
		if (t->at_ms > now)
			continue;
		t->at_ms = LOOP_NEVER;
		t->fn(t->arg);
	}
}

void
loop_run(struct loop *l, loop_fn step, void *arg)
{
	struct epoll_event events[EVENTS_MAX];

	while (!l->is_over) {
		int n = epoll_wait(l->epoll, events, EVENTS_MAX, wait_ms(l));

		for (int i = 0; i < n; i++) {
			int fd = events[i].data.fd;
			struct slot *s = &l->slots[fd];

			/* an earlier event of this round may have closed it */
			if (s->fn != NULL)
				s->fn(s->arg, fd, events[i].events);
		}
		fire_timers(l);
		step(arg);
	}
}

void
loop_end(struct loop *l)
{
	l->is_over = true;
}
