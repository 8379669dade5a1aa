/* Names, help, samples. */
#include "core/figures.h"

#include <inttypes.h>

static const unsigned bounds_ms[FIGURES_BUCKETS - 1] = { 1, 2, 5, 10, 25, 50,
	100, 250, 500, 1000, 2500, 5000, 10000, 15000 };

size_t
figures_bucket(uint64_t ms)
{
	size_t i = 0;

	while (i < FIGURES_BUCKETS - 1 && ms > bounds_ms[i])
		i++;
	return i;
}

void
figures_head(
    struct buf *b, const char *name, const char *type, const char *help)
{
	buf_printf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void
figures_number(struct buf *b, const char *name, const char *type,
    const char *help, uint64_t value)
{
	figures_head(b, name, type, help);
	buf_printf(b, "%s %" PRIu64 "\n", name, value);
}

void
figures_histogram(struct buf *b, const char *name, const char *help,
    const uint64_t counts[FIGURES_BUCKETS], uint64_t sum_us)
{
	uint64_t count = 0;

	figures_head(b, name, "histogram", help);
	for (size_t i = 0; i < FIGURES_BUCKETS - 1; i++) {
		count += counts[i];
		buf_printf(b, "%s_bucket{le=\"%u.%03u\"} %" PRIu64 "\n", name,
		    bounds_ms[i] / 1000, bounds_ms[i] % 1000, count);
	}
	count += counts[FIGURES_BUCKETS - 1];
	buf_printf(b, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n", name, count);
	buf_printf(b, "%s_sum %" PRIu64 ".%06" PRIu64 "\n", name,
	    sum_us / 1000000, sum_us % 1000000);
	buf_printf(b, "%s_count %" PRIu64 "\n", name, count);
}
