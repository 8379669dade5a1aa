/*
 * arena.h - memory that lives as long as one request.
 *
 * Callers allocate here and never free: the dispatcher resets the arena
 * after the response is sent.  Objects owned by other libraries join the
 * same lifetime through arena_defer().
 *
 * Allocation never returns NULL.  When the system is out of memory the
 * process logs and exits; the master starts another.  What reaches an
 * arena is bounded first: by the body limit in http/ and by LIMIT in SQL.
 */
#ifndef CORE_ARENA_H
#define CORE_ARENA_H

#include <stddef.h>

struct arena;

struct arena *arena_new(void);

/* Runs the deferred calls and keeps one block for the next request. */
void arena_reset(struct arena *a);
void arena_free(struct arena *a);

/* Zeroed and aligned for any type. */
void *arena_alloc(struct arena *a, size_t size);

/* A zeroed array; exits when n * size overflows. */
void *arena_array(struct arena *a, size_t n, size_t size);

char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t len);
char *arena_printf(struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Call fn(arg) at reset; the last registered runs first. */
void arena_defer(struct arena *a, void (*fn)(void *), void *arg);

#endif
