#include "http/rate.h"

#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

#define START ((uint64_t)1000000000)

static void
a_quota_is_used_up_and_comes_back_steadily(void **state)
{
	struct rate *r = rate_new(60);
	struct rate_state s;

	(void)state;
	for (long i = 59; i >= 0; i--) {
		assert_true(rate_take(r, 7, START, &s));
		assert_int_equal(s.remaining, i);
	}
	assert_int_equal(s.quota, 60);
	assert_int_equal(s.reset, 60);
	assert_false(rate_take(r, 7, START, &s));
	assert_int_equal(s.remaining, 0);
	assert_int_equal(s.retry, 1);
	assert_false(rate_take(r, 7, START + 999999, &s));
	assert_true(rate_take(r, 7, START + 1000000, &s));
	assert_false(rate_take(r, 7, START + 1000000, &s));
	assert_true(rate_take(r, 7, START + 90000000, &s));
	assert_int_equal(s.remaining, 59);
	assert_int_equal(s.retry, 0);
}

static void
callers_do_not_share_a_quota(void **state)
{
	struct rate *r = rate_new(1);
	struct rate_state s;

	(void)state;
	for (uint64_t who = 1; who <= 8; who++)
		assert_true(rate_take(r, who * 8192, START, &s));
	for (uint64_t who = 1; who <= 8; who++)
		assert_false(rate_take(r, who * 8192, START, &s));
}

static void
a_full_table_forgets_who_was_paid_back_first(void **state)
{
	struct rate *r = rate_new(1);
	struct rate_state s;

	(void)state;
	for (uint64_t who = 1; who <= 8; who++)
		assert_true(rate_take(r, who * 8192, START + who, &s));
	assert_true(rate_take(r, 9 * 8192, START + 9, &s));
	assert_false(rate_take(r, 2 * 8192, START + 9, &s));
	assert_true(rate_take(r, 8192, START + 9, &s));
}

static void
processes_count_together(void **state)
{
	struct rate *r = rate_new(2);
	struct rate_state s;
	int status = -1;
	pid_t child = fork();

	(void)state;
	if (child == 0)
		_exit(rate_take(r, 7, START, &s) ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_true(rate_take(r, 7, START, &s));
	assert_false(rate_take(r, 7, START, &s));
}

static void
no_quota_is_no_limit(void **state)
{
	(void)state;
	assert_null(rate_new(0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_quota_is_used_up_and_comes_back_steadily),
		cmocka_unit_test(callers_do_not_share_a_quota),
		cmocka_unit_test(a_full_table_forgets_who_was_paid_back_first),
		cmocka_unit_test(processes_count_together),
		cmocka_unit_test(no_quota_is_no_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
