/* Blocks in a list; the first is kept over resets. */
#include "core/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"

#if defined(__has_feature)
#define HAS_ASAN __has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#else
#define HAS_ASAN 0
#endif

#if HAS_ASAN
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

#define BLOCK_SIZE ((size_t)32768)
#define ALIGN _Alignof(max_align_t)

struct block {
	struct block *next;
	size_t size;
	size_t used;
	_Alignas(max_align_t) char data[];
};

struct deferred {
	struct deferred *next;
	void (*fn)(void *);
	void *arg;
};

struct arena {
	struct block *blocks; /* the newest first */
	struct deferred *deferred;
};

static void *
must_malloc(size_t size)
{
	void *p;

	p = malloc(size);
	if (p == NULL) {
		log_event(LOG_ERROR, "out of memory", NULL);
		_Exit(1);
	}
	return p;
}

static struct block *
block_new(size_t size)
{
	struct block *b;

	b = must_malloc(sizeof(*b) + size);
	b->next = NULL;
	b->size = size;
	b->used = 0;
	ASAN_POISON_MEMORY_REGION(b->data, size);
	return b;
}

static void
block_free(struct block *b)
{
	ASAN_UNPOISON_MEMORY_REGION(b->data, b->size);
	free(b);
}

struct arena *
arena_new(void)
{
	struct arena *a;

	a = must_malloc(sizeof(*a));
	a->blocks = block_new(BLOCK_SIZE);
	a->deferred = NULL;
	return a;
}

void
arena_reset(struct arena *a)
{
	struct block *b;

	while (a->deferred != NULL) {
		struct deferred *d = a->deferred;

		a->deferred = d->next;
		d->fn(d->arg);
	}
	while (a->blocks->next != NULL) {
		b = a->blocks;
		a->blocks = b->next;
		block_free(b);
	}
	b = a->blocks;
	b->used = 0;
	ASAN_POISON_MEMORY_REGION(b->data, b->size);
}

void
arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	arena_reset(a);
	block_free(a->blocks);
	free(a);
}

void *
arena_alloc(struct arena *a, size_t size)
{
	struct block *b = a->blocks;
	void *p;

	if (size > SIZE_MAX / 2) {
		log_event(LOG_ERROR, "allocation too large", NULL);
		_Exit(1);
	}
	size = (size + ALIGN - 1) & ~(ALIGN - 1);
	if (size > b->size - b->used) {
		b = block_new(size > BLOCK_SIZE ? size : BLOCK_SIZE);
		b->next = a->blocks;
		a->blocks = b;
	}
	p = b->data + b->used;
	b->used += size;
	ASAN_UNPOISON_MEMORY_REGION(p, size);
	return memset(p, 0, size);
}

void *
arena_array(struct arena *a, size_t n, size_t size)
{
	if (size != 0 && n > SIZE_MAX / 2 / size) {
		log_event(LOG_ERROR, "allocation too large", NULL);
		_Exit(1);
	}
	return arena_alloc(a, n * size);
}

char *
arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *p;

	p = arena_alloc(a, len + 1);
	memcpy(p, s, len);
	return p;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (len < 0)
		return arena_strdup(a, "");

	p = arena_alloc(a, (size_t)len + 1);
	va_start(ap, fmt);
	(void)vsnprintf(p, (size_t)len + 1, fmt, ap);
	va_end(ap);
	return p;
}

void
arena_defer(struct arena *a, void (*fn)(void *), void *arg)
{
	struct deferred *d;

	d = arena_alloc(a, sizeof(*d));
	d->fn = fn;
	d->arg = arg;
	d->next = a->deferred;
	a->deferred = d;
}
