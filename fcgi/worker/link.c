/* Joins db/async to the loop. */
#include "worker/link.h"

#include <stdlib.h>
#include <sys/epoll.h>

#include "core/log.h"

struct link {
	struct loop *loop;
	struct loop_timer *timer;
	struct async *async;
	struct link_events events;
	int fd; /* -1: none */
};

static void
ready(void *arg, int fd, uint32_t events)
{
	struct link *k = arg;

	(void)fd;
	(void)events;
	async_ready(k->async);
}

static void
alarm_fires(void *arg)
{
	struct link *k = arg;

	async_alarm(k->async);
}

static void
watch(void *arg, int fd, bool reads, bool writes)
{
	struct link *k = arg;
	uint32_t wants =
	    (reads ? (uint32_t)EPOLLIN : 0) | (writes ? (uint32_t)EPOLLOUT : 0);

	if (k->fd >= 0 && k->fd != fd)
		loop_watch(k->loop, k->fd, 0, NULL, NULL);
	if (fd >= 0)
		loop_watch(k->loop, fd, wants, ready, k);
	k->fd = fd;
}

static void
set_alarm(void *arg, uint64_t delay_ms)
{
	struct link *k = arg;

	loop_timer_set(k->timer, delay_ms);
}

static void
up(void *arg)
{
	struct link *k = arg;

	if (k->events.up != NULL)
		k->events.up(k->events.arg);
}

static void
down(void *arg)
{
	struct link *k = arg;

	if (k->events.down != NULL)
		k->events.down(k->events.arg);
}

static void
notify(void *arg)
{
	struct link *k = arg;

	if (k->events.notify != NULL)
		k->events.notify(k->events.arg);
}

struct link *
link_new(struct loop *loop, const struct async_config *config,
    const struct link_events *events)
{
	struct link *k = calloc(1, sizeof(*k));
	struct async_hooks hooks = { watch, set_alarm, up, down, notify, k };

	if (k == NULL)
		log_refuse("out of memory", NULL);
	k->loop = loop;
	k->events = *events;
	k->fd = -1;
	k->timer = loop_timer_new(loop, alarm_fires, k);
	k->async = async_new(config, &hooks);
	return k;
}

void
link_free(struct link *k)
{
	async_free(k->async);
	free(k);
}

bool
link_is_up(const struct link *k)
{
	return async_is_up(k->async);
}

bool
link_send(struct link *k, size_t stmt, const char *const *args, async_done done,
    void *arg)
{
	return async_send(k->async, stmt, args, done, arg);
}
