/* Words that are added to atomically. */
#include "dispatch/tally.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/figures.h"
#include "core/log.h"

#define PROCESSES_MAX 512 /* twice the most: a reload has both generations */
#define CLASSES 6	  /* of status: its first digit */

typedef _Atomic uint64_t counter;

struct times {
	counter counts[FIGURES_BUCKETS];
	counter sum_us;
};

struct route_tally {
	counter requests[CLASSES];
	counter us;
	counter db_us;
};

struct process {
	_Atomic pid_t pid; /* 0: the place is free */
	atomic_bool is_busy;
};

struct tally {
	const struct route *routes;
	size_t n_routes;
	struct times requests;
	struct times database;
	counter trips;
	counter processes; /* that ever joined */
	struct process process[PROCESSES_MAX];
	struct route_tally route[]; /* one more, for no route */
};

static struct process *own; /* of this process; NULL: there was no place */

struct tally *
tally_new(const struct route *routes)
{
	struct tally *t;
	size_t n = 0;

	while (routes[n].path != NULL)
		n++;
	t = mmap(NULL, sizeof(*t) + (n + 1) * sizeof(t->route[0]),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (t == MAP_FAILED)
		log_refuse("no memory to count requests", NULL);
	t->routes = routes;
	t->n_routes = n;
	return t;
}

/* One that was killed has left its place as it was. */
static bool
is_alive(pid_t pid)
{
	return pid != 0 && (kill(pid, 0) == 0 || errno == EPERM);
}

void
tally_join(struct tally *t)
{
	atomic_fetch_add(&t->processes, 1);
	for (size_t i = 0; i < PROCESSES_MAX; i++) {
		struct process *p = &t->process[i];
		pid_t pid = atomic_load(&p->pid);

		if (!is_alive(pid) &&
		    atomic_compare_exchange_strong(&p->pid, &pid, getpid())) {
			atomic_store(&p->is_busy, false);
			own = p;
			return;
		}
	}
}

void
tally_leave(struct tally *t)
{
	(void)t;
	if (own != NULL)
		atomic_store(&own->pid, 0);
	own = NULL;
}

void
tally_begin(struct tally *t)
{
	(void)t;
	if (own != NULL)
		atomic_store(&own->is_busy, true);
}

static void
add(counter *c, uint64_t n)
{
	(void)atomic_fetch_add_explicit(c, n, memory_order_relaxed);
}

static void
observe(struct times *t, uint64_t us)
{
	add(&t->counts[figures_bucket((us + 999) / 1000)], 1);
	add(&t->sum_us, us);
}

void
tally_end(struct tally *t, const struct route *route, int status, uint64_t us,
    const struct db_cost *cost)
{
	struct route_tally *r =
	    &t->route[route != NULL ? (size_t)(route - t->routes)
				    : t->n_routes];
	int class = status / 100;

	add(&r->requests[class > 0 && class < CLASSES ? class : 0], 1);
	add(&r->us, us);
	add(&r->db_us, cost->us);
	add(&t->trips, cost->trips);
	observe(&t->requests, us);
	if (cost->trips > 0)
		observe(&t->database, cost->us);
	if (own != NULL)
		atomic_store(&own->is_busy, false);
}

static void
add_labels(struct buf *b, const struct tally *t, size_t i, const char *name)
{
	bool is_none = i == t->n_routes;

	buf_printf(b, "%s{method=\"%s\",route=\"%s\"", name,
	    is_none ? "" : method_name(t->routes[i].method),
	    is_none ? "(none)" : t->routes[i].path);
}

static void
write_requests(const struct tally *t, struct buf *b)
{
	static const char *const classes[CLASSES] = { "other", "1xx", "2xx",
		"3xx", "4xx", "5xx" };

	figures_head(b, "mainstay_requests_total", "counter",
	    "Requests by route and class of the status.");
	for (size_t i = 0; i <= t->n_routes; i++)
		for (size_t c = 0; c < CLASSES; c++) {
			uint64_t n = atomic_load(&t->route[i].requests[c]);

			if (n == 0)
				continue;
			add_labels(b, t, i, "mainstay_requests_total");
			buf_printf(
			    b, ",status=\"%s\"} %" PRIu64 "\n", classes[c], n);
		}
}

static bool
was_asked(const struct route_tally *r)
{
	for (size_t c = 0; c < CLASSES; c++)
		if (atomic_load(&r->requests[c]) > 0)
			return true;
	return false;
}

static void
write_seconds(const struct tally *t, struct buf *b, const char *name,
    const char *help, bool is_database)
{
	figures_head(b, name, "counter", help);
	for (size_t i = 0; i <= t->n_routes; i++) {
		const struct route_tally *r = &t->route[i];
		uint64_t us = atomic_load(is_database ? &r->db_us : &r->us);

		if (!was_asked(r))
			continue;
		add_labels(b, t, i, name);
		buf_printf(b, "} %" PRIu64 ".%06" PRIu64 "\n", us / 1000000,
		    us % 1000000);
	}
}

static void
write_times(
    const struct times *t, struct buf *b, const char *name, const char *help)
{
	uint64_t counts[FIGURES_BUCKETS];

	for (size_t i = 0; i < FIGURES_BUCKETS; i++)
		counts[i] = atomic_load(&t->counts[i]);
	figures_histogram(b, name, help, counts, atomic_load(&t->sum_us));
}

/* Pages of the process in memory, and those that others share. */
static bool
read_memory(pid_t pid, uint64_t *resident, uint64_t *shared)
{
	char path[64], line[128] = "", *at;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%ld/statm", (long)pid);
	f = fopen(path, "re");
	if (f == NULL)
		return false;
	if (fgets(line, sizeof(line), f) == NULL)
		line[0] = '\0';
	(void)fclose(f);
	at = strchr(line, ' ');
	if (at == NULL)
		return false;
	*resident = strtoull(at, &at, 10);
	*shared = strtoull(at, &at, 10);
	return *at == ' ';
}

static void
write_processes(const struct tally *t, struct buf *b)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t n = 0, busy = 0, most = 0, sum = 0;

	for (size_t i = 0; i < PROCESSES_MAX; i++) {
		const struct process *p = &t->process[i];
		pid_t pid = atomic_load(&p->pid);
		uint64_t resident = 0, shared = 0, private;

		if (!is_alive(pid))
			continue;
		n++;
		busy += atomic_load(&p->is_busy) && p != own;
		if (!read_memory(pid, &resident, &shared) || shared > resident)
			continue;
		private = (resident - shared) * page;
		sum += private;
		most = private > most ? private : most;
	}
	figures_number(
	    b, "mainstay_page_workers", "gauge", "Page workers that live.", n);
	figures_number(b, "mainstay_page_workers_busy", "gauge",
	    "Page workers with a request, but for the one that answers this.",
	    busy);
	figures_number(b, "mainstay_page_workers_started_total", "counter",
	    "Page workers that were ever started.", atomic_load(&t->processes));
	figures_number(b, "mainstay_page_workers_private_bytes", "gauge",
	    "Memory that page workers share with nobody, together.", sum);
	figures_number(b, "mainstay_page_worker_private_bytes_max", "gauge",
	    "The same of the largest.", most);
}

void
tally_write(const struct tally *t, struct buf *b)
{
	write_requests(t, b);
	write_seconds(t, b, "mainstay_route_seconds_total",
	    "Time that requests took, by route.", false);
	write_seconds(t, b, "mainstay_route_database_seconds_total",
	    "The part of it that was spent waiting for the database.", true);
	write_times(&t->requests, b, "mainstay_request_seconds",
	    "From the first byte of a request to the last of its answer.");
	write_times(&t->database, b, "mainstay_database_seconds",
	    "What a request waited for the database.");
	figures_number(b, "mainstay_database_trips_total", "counter",
	    "Round trips to the database.", atomic_load(&t->trips));
	write_processes(t, b);
}
