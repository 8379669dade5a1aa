#include "core/arena.h"

#include <stdbool.h>
#include <string.h>

#include "test.h"

static void
memory_is_zeroed_and_aligned(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (size_t size = 1; size < 5000; size += 37) {
			unsigned char *p = arena_alloc(a, size);

			assert_int_equal((uintptr_t)p % sizeof(void *), 0);
			for (size_t i = 0; i < size; i++)
				assert_int_equal(p[i], 0);
			memset(p, 0xff, size);
		}
		arena_reset(a);
	}
	arena_free(a);
}

static void
large_blocks_and_text_survive_until_reset(void **state)
{
	struct arena *a = arena_new();
	char *text = arena_strndup(a, "GlobalTech Corporation", 10);
	char *big = arena_array(a, 1000, 1000);

	(void)state;
	big[999999] = 'x';
	assert_string_equal(text, "GlobalTech");
	assert_string_equal(arena_printf(a, "%s/%d", text, 7), "GlobalTech/7");
	arena_free(a);
}

static int order[4];
static int n_calls;

static void
note(void *arg)
{
	order[n_calls++] = *(int *)arg;
}

static void
deferred_calls_run_once_the_last_first(void **state)
{
	struct arena *a = arena_new();
	static int one = 1, two = 2;

	(void)state;
	arena_defer(a, note, &one);
	arena_defer(a, note, &two);
	arena_reset(a);
	assert_int_equal(n_calls, 2);
	assert_int_equal(order[0], 2);
	assert_int_equal(order[1], 1);
	arena_free(a);
	assert_int_equal(n_calls, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_and_aligned),
		cmocka_unit_test(large_blocks_and_text_survive_until_reset),
		cmocka_unit_test(deferred_calls_run_once_the_last_first),
	};

	return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
