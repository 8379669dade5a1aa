/*
 * clock.h - monotonic time for deadlines, wall time for tokens.
 */
#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t
clock_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static inline uint64_t
clock_ms(void)
{
	return clock_us() / 1000;
}

/* Seconds since 1970. */
static inline int64_t
clock_now(void)
{
	return (int64_t)time(NULL);
}

#endif
