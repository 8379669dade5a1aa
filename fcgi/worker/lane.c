/* A ring of lanes, found by endpoint through a small hash table. */
#include "worker/lane.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "worker/array.h"

#define BUCKETS 256

struct lane {
	struct lane *next, *prev;  /* the ring */
	struct lane *next_in_hash; /* the bucket */
	char endpoint[37];
	size_t max_inflight;
	size_t inflight;
	bool is_full; /* the last claim could take no more */
	struct delivery_list waiting;
};

struct lanes {
	struct lane *turn; /* whose turn it is; NULL: there are none */
	struct lane *buckets[BUCKETS];
	size_t waiting;
	size_t inflight;
};

struct lanes *
lanes_new(void)
{
	struct lanes *all = calloc(1, sizeof(*all));

	if (all == NULL)
		log_refuse("out of memory", NULL);
	return all;
}

static struct lane **
bucket(struct lanes *all, const char *endpoint)
{
	unsigned hash = 2166136261u;

	for (const char *c = endpoint; *c != '\0'; c++)
		hash = (hash ^ (unsigned char)*c) * 16777619u;
	return &all->buckets[hash % BUCKETS];
}

static struct lane **
find(struct lanes *all, const char *endpoint)
{
	struct lane **at = bucket(all, endpoint);

	while (*at != NULL && strcmp((*at)->endpoint, endpoint) != 0)
		at = &(*at)->next_in_hash;
	return at;
}

static struct lane *
open_lane(struct lanes *all, const char *endpoint)
{
	struct lane **at = find(all, endpoint);
	struct lane *lane = *at;
	size_t len = strlen(endpoint);

	if (lane != NULL)
		return lane;
	lane = calloc(1, sizeof(*lane));
	if (lane == NULL)
		log_refuse("out of memory", NULL);
	assert(len < sizeof(lane->endpoint));
	memcpy(lane->endpoint, endpoint, len + 1);
	*at = lane;

	/* before the one whose turn it is: last in this round */
	lane->next = lane->prev = lane;
	if (all->turn != NULL) {
		lane->next = all->turn;
		lane->prev = all->turn->prev;
		lane->prev->next = lane;
		lane->next->prev = lane;
	} else {
		all->turn = lane;
	}
	return lane;
}

static void
close_if_empty(struct lanes *all, struct lane *lane)
{
	struct lane **at = find(all, lane->endpoint);

	if (lane->inflight > 0 || lane->waiting.count > 0)
		return;
	*at = lane->next_in_hash;
	if (all->turn == lane)
		all->turn = lane->next == lane ? NULL : lane->next;
	lane->next->prev = lane->prev;
	lane->prev->next = lane->next;
	free(lane);
}

static size_t
held(const struct lane *lane)
{
	return lane->inflight + lane->waiting.count;
}

/* As api.claim_webhooks() has it. */
static bool
is_full(const struct lane *lane)
{
	return held(lane) >= lane->max_inflight * 2;
}

void
lanes_add(struct lanes *all, struct delivery *d, int max_inflight)
{
	struct lane *lane = open_lane(all, d->text[DELIVERY_ENDPOINT]);

	lane->max_inflight = max_inflight > 0 ? (size_t)max_inflight : 1;
	d->lane = lane;
	delivery_push(&lane->waiting, d);
	lane->is_full = is_full(lane);
	all->waiting++;
}

struct delivery *
lanes_next(struct lanes *all)
{
	struct lane *lane = all->turn;

	if (all->waiting == 0)
		return NULL;
	do {
		if (lane->waiting.count > 0 &&
		    lane->inflight < lane->max_inflight) {
			all->turn = lane->next;
			all->waiting--;
			all->inflight++;
			lane->inflight++;
			return delivery_pop(&lane->waiting);
		}
		lane = lane->next;
	} while (lane != all->turn);
	return NULL;
}

bool
lanes_done(struct lanes *all, struct delivery *d)
{
	struct lane *lane = d->lane;
	bool has_room;

	assert(lane != NULL && lane->inflight > 0);
	d->lane = NULL;
	lane->inflight--;
	all->inflight--;
	has_room = lane->is_full && held(lane) <= lane->max_inflight;
	if (has_room)
		lane->is_full = false;
	close_if_empty(all, lane);
	return has_room;
}

static void
drain(struct lanes *all, struct lane *lane, struct delivery_list *out)
{
	struct delivery *d;

	while ((d = delivery_pop(&lane->waiting)) != NULL) {
		d->lane = NULL;
		delivery_push(out, d);
		all->waiting--;
	}
	close_if_empty(all, lane);
}

void
lanes_drain(struct lanes *all, struct delivery_list *out)
{
	struct lane *lane = all->turn;

	while (all->waiting > 0) {
		struct lane *next = lane->next;

		drain(all, lane, out);
		lane = next;
	}
}

void
lanes_drain_one(
    struct lanes *all, struct str endpoint, struct delivery_list *out)
{
	char name[sizeof(((struct lane *)NULL)->endpoint)] = "";
	struct lane *lane;

	if (endpoint.len >= sizeof(name))
		return;
	memcpy(name, endpoint.ptr, endpoint.len);
	lane = *find(all, name);
	if (lane != NULL)
		drain(all, lane, out);
}

void
lanes_free(struct lanes *all)
{
	struct delivery_list rest = { NULL, NULL, 0 };
	struct delivery *d;

	lanes_drain(all, &rest);
	while ((d = delivery_pop(&rest)) != NULL)
		delivery_free(d);
	assert(all->turn == NULL);
	free(all);
}

size_t
lanes_waiting(const struct lanes *all)
{
	return all->waiting;
}

size_t
lanes_inflight(const struct lanes *all)
{
	return all->inflight;
}

void
lanes_list(const struct lanes *all, struct buf *ids)
{
	const struct lane *lane = all->turn;

	while (lane != NULL) {
		const struct delivery *d = lane->waiting.first;

		for (; d != NULL; d = d->next)
			array_text(ids, str_of(d->text[DELIVERY_ID]));
		lane = lane->next == all->turn ? NULL : lane->next;
	}
}

void
lanes_held(struct lanes *all, struct buf *endpoints, struct buf *counts)
{
	struct lane *lane = all->turn;

	array_begin(endpoints);
	array_begin(counts);
	while (lane != NULL) {
		array_text(endpoints, str_of(lane->endpoint));
		array_long(counts, (long)held(lane));
		lane->is_full = is_full(lane);
		lane = lane->next == all->turn ? NULL : lane->next;
	}
	array_end(endpoints);
	array_end(counts);
}
