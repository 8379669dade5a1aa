/* Slots in shared memory, each two words that are changed atomically. */
#include "http/rate.h"

#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>

#include "core/log.h"

#define SLOTS 8192
#define PROBES 8
#define WINDOW_US ((uint64_t)RATE_SECONDS * 1000000)

struct slot {
	_Atomic uint64_t who;
	_Atomic uint64_t paid_us; /* when all it used is paid back */
};

struct rate {
	long quota;
	struct slot slots[SLOTS];
};

struct rate *
rate_new(long quota)
{
	struct rate *r;

	if (quota <= 0)
		return NULL;
	r = mmap(NULL, sizeof(*r), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (r == MAP_FAILED)
		log_refuse("no memory to count requests", NULL);
	r->quota = quota;
	return r;
}

/* Two callers that meet here cost a count, never a crash. */
static struct slot *
find(struct rate *r, uint64_t who)
{
	struct slot *first = NULL;
	uint64_t least = UINT64_MAX;

	for (size_t i = 0; i < PROBES; i++) {
		struct slot *s = &r->slots[(who + i) % SLOTS];
		uint64_t paid = atomic_load(&s->paid_us);

		if (atomic_load(&s->who) == who)
			return s;
		if (paid < least) {
			least = paid;
			first = s;
		}
	}
	atomic_store(&first->who, who);
	atomic_store(&first->paid_us, 0);
	return first;
}

static long
seconds(uint64_t us)
{
	return (long)((us + 999999) / 1000000);
}

bool
rate_take(struct rate *r, uint64_t who, uint64_t now_us, struct rate_state *out)
{
	struct slot *s = find(r, who);
	uint64_t price = WINDOW_US / (uint64_t)r->quota;
	uint64_t paid = atomic_load(&s->paid_us), next;

	do {
		next = (paid > now_us ? paid : now_us) + price;
		if (next > now_us + WINDOW_US) {
			*out = (struct rate_state){ r->quota, 0,
				seconds(paid - now_us),
				seconds(next - now_us - WINDOW_US) };
			return false;
		}
	} while (!atomic_compare_exchange_weak(&s->paid_us, &paid, next));
	*out = (struct rate_state){ r->quota,
		(long)((now_us + WINDOW_US - next) / price),
		seconds(next - now_us), 0 };
	return true;
}
