/* Collects results for a few milliseconds, or until a batch is full. */
#include "worker/record.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "worker/array.h"
#include "worker/metrics.h"
#include "worker/stmts.h"

#define BATCH_MAX ((size_t)128)
#define BATCH_GOOD ((size_t)64)
#define WAIT_MS 5
#define RETRY_MS 200
#define PARAM_MAX ((size_t)16 << 20)

/* The parameters of api.finish_webhooks(), in their order. */
enum param {
	WORKER,
	TENANT,
	ID,
	LEASE,
	KIND,
	HTTP,
	TOOK,
	RETRY_AFTER,
	ERROR,
	RESPONSE,
	PARAM__MAX
};

struct recorder {
	struct link *link;
	struct loop_timer *timer;
	void (*resting)(void *arg, struct str endpoint);
	void *resting_arg;
	struct delivery_list waiting;
	struct delivery_list sent; /* one batch, not acknowledged */
	uint64_t sent_ms;	   /* of that batch */
	struct buf params[PARAM__MAX];
	bool is_due;
	bool is_hurried;
	size_t one_by_one; /* so many more, after a batch was refused */
	bool is_bare;	   /* the next goes without the receiver's text */
};

static const char *const kind_names[] = {
	[DELIVERY_TRIED] = "tried",
	[DELIVERY_REFUSED] = "refused",
	[DELIVERY_RETURNED] = "returned",
};

static void
due(void *arg)
{
	struct recorder *r = arg;

	r->is_due = true;
}

struct recorder *
record_new(struct loop *loop, void (*resting)(void *arg, struct str endpoint),
    void *arg)
{
	struct recorder *r = calloc(1, sizeof(*r));

	if (r == NULL)
		log_refuse("out of memory", NULL);
	r->timer = loop_timer_new(loop, due, r);
	r->resting = resting;
	r->resting_arg = arg;
	for (size_t i = 0; i < PARAM__MAX; i++)
		buf_init(&r->params[i], PARAM_MAX);
	return r;
}

void
record_set_link(struct recorder *r, struct link *work)
{
	r->link = work;
}

static void
free_all(struct delivery_list *list)
{
	struct delivery *d;

	while ((d = delivery_pop(list)) != NULL)
		delivery_free(d);
}

void
record_free(struct recorder *r)
{
	free_all(&r->waiting);
	free_all(&r->sent);
	for (size_t i = 0; i < PARAM__MAX; i++)
		buf_free(&r->params[i]);
	free(r);
}

void
record_add(struct recorder *r, struct delivery *d)
{
	delivery_push(&r->waiting, d);
	if (r->waiting.count >= BATCH_GOOD)
		r->is_due = true;
	else
		loop_timer_hasten(r->timer, WAIT_MS);
}

size_t
record_left(const struct recorder *r)
{
	return r->waiting.count + r->sent.count;
}

void
record_list(const struct recorder *r, struct buf *ids)
{
	const struct delivery *d;

	for (d = r->waiting.first; d != NULL; d = d->next)
		array_text(ids, str_of(d->text[DELIVERY_ID]));
	for (d = r->sent.first; d != NULL; d = d->next)
		array_text(ids, str_of(d->text[DELIVERY_ID]));
}

void
record_hurry(struct recorder *r)
{
	r->is_hurried = true;
}

/* PostgreSQL takes neither NUL nor what is not UTF-8: such bytes become
 * question marks.  A character cut at the end goes as well. */
static void
clean_text(char *text, size_t len)
{
	size_t i = 0;

	if (str_is_text((struct str){ text, len }))
		return;
	while (i < len) {
		size_t n = 1;

		while (n <= 4 && i + n <= len &&
		       !str_is_text((struct str){ text + i, n }))
			n++;
		if (n > 4 || i + n > len) {
			text[i] = '?';
			n = 1;
		}
		i += n;
	}
}

static void
add_number(struct buf *b, bool is_known, long n)
{
	if (is_known)
		array_long(b, n);
	else
		array_null(b);
}

static void
add_text(struct buf *b, bool is_known, char *text, size_t len)
{
	if (!is_known) {
		array_null(b);
		return;
	}
	clean_text(text, len);
	array_text(b, (struct str){ text, len });
}

static void
add_result(struct recorder *r, struct delivery *d)
{
	struct buf *p = r->params;
	size_t error_len = strlen(d->error);

	array_long(&p[WORKER], d->worker);
	array_text(&p[TENANT], str_of(d->text[DELIVERY_TENANT]));
	array_text(&p[ID], str_of(d->text[DELIVERY_ID]));
	array_long(&p[LEASE], d->lease);
	array_text(&p[KIND], str_of(kind_names[d->kind]));
	add_number(&p[HTTP], d->http > 0, d->http);
	array_long(&p[TOOK], (long)d->took_ms);
	add_number(&p[RETRY_AFTER], d->retry_after > 0, d->retry_after);
	add_text(&p[ERROR], error_len > 0, d->error, error_len);
	add_text(&p[RESPONSE], d->response.len > 0 && !r->is_bare,
	    d->response.data, d->response.len);
}

/* The database will not have this batch: find out which of them it is by
 * sending each alone, then without its text, and let that one go. */
static void
refused(struct recorder *r)
{
	struct delivery *d = r->sent.first;

	if (r->sent.count > 1) {
		r->one_by_one = r->sent.count;
	} else if (!r->is_bare) {
		r->is_bare = true;
		r->one_by_one++;
	} else {
		log_event(LOG_ERROR, "a result cannot be recorded", "delivery",
		    d->text[DELIVERY_ID], NULL);
		r->is_bare = false;
		free_all(&r->sent);
	}
	delivery_prepend(&r->waiting, &r->sent);
	r->is_due = true;
}

/* Ids between spaces. */
static void
tell_resting(struct recorder *r, struct str ids)
{
	while (ids.len > 0) {
		const char *end = memchr(ids.ptr, ' ', ids.len);
		size_t len = end != NULL ? (size_t)(end - ids.ptr) : ids.len;
		size_t past = end != NULL ? len + 1 : len;

		r->resting(r->resting_arg, (struct str){ ids.ptr, len });
		ids = (struct str){ ids.ptr + past, ids.len - past };
	}
}

static void
recorded(void *arg, enum rc rc, const struct async_rows *rows)
{
	struct recorder *r = arg;
	size_t too_late;
	long count;

	if (rc == RC_BUSY) {
		delivery_prepend(&r->waiting, &r->sent);
		r->is_due = false;
		loop_timer_hasten(r->timer, RETRY_MS);
		return;
	}
	if (rc != RC_OK) {
		refused(r);
		return;
	}
	count = async_long(rows, 0, 0, 0);
	too_late = count >= 0 && (size_t)count < r->sent.count
		       ? r->sent.count - (size_t)count
		       : 0;
	metrics_recorded(
	    clock_ms() - r->sent_ms, r->sent.count - too_late, too_late);
	if (too_late > 0)
		log_event(LOG_WARN, "results came too late", "first",
		    r->sent.first->text[DELIVERY_ID], NULL);
	r->is_bare = false;
	free_all(&r->sent);
	tell_resting(r, async_text(rows, 0, 1));
	if (r->waiting.count > 0)
		loop_timer_hasten(r->timer, WAIT_MS);
}

static void
send_batch(struct recorder *r)
{
	const char *args[PARAM__MAX];
	size_t max = r->one_by_one > 0 ? 1 : BATCH_MAX;

	if (r->one_by_one > 0)
		r->one_by_one--;
	for (size_t i = 0; i < PARAM__MAX; i++)
		array_begin(&r->params[i]);
	while (r->sent.count < max && r->waiting.count > 0) {
		struct delivery *d = delivery_pop(&r->waiting);

		add_result(r, d);
		delivery_push(&r->sent, d);
	}
	for (size_t i = 0; i < PARAM__MAX; i++) {
		array_end(&r->params[i]);
		args[i] = r->params[i].data;
	}
	r->sent_ms = clock_ms();
	(void)link_send(r->link, WORK_FINISH, args, recorded, r);
}

void
record_step(struct recorder *r)
{
	bool is_due = r->is_due || r->is_hurried || r->one_by_one > 0;

	if (!is_due || r->waiting.count == 0 || r->sent.count > 0 ||
	    !link_is_up(r->link))
		return;
	r->is_due = r->waiting.count > BATCH_MAX;
	send_batch(r);
}
