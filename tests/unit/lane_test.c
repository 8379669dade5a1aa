/* Fairness and limits of the lanes, and the lists they are made of. */
#include "test.h"

#include <stdio.h>
#include <string.h>

#include "worker/array.h"
#include "worker/lane.h"

static struct delivery *
make(const char *endpoint, const char *id)
{
	char *room;
	struct delivery *d = delivery_new(1, &room);

	d->text[DELIVERY_ENDPOINT] = endpoint;
	d->text[DELIVERY_ID] = id;
	return d;
}

static void
add_three(struct lanes *all)
{
	lanes_add(all, make("a", "a1"), 1);
	lanes_add(all, make("a", "a2"), 1);
	lanes_add(all, make("b", "b1"), 1);
}

static void
expect_next(struct lanes *all, const char *id, struct delivery **out)
{
	*out = lanes_next(all);
	if (id == NULL) {
		assert_null(*out);
		return;
	}
	assert_non_null(*out);
	assert_string_equal((*out)->text[DELIVERY_ID], id);
}

static void
lanes_take_turns(void **state)
{
	struct lanes *all = lanes_new();
	static const char *const order[] = { "a1", "b1", "a2", "b2", "a3" };
	struct delivery *d;

	(void)state;
	lanes_add(all, make("a", "a1"), 9);
	lanes_add(all, make("a", "a2"), 9);
	lanes_add(all, make("a", "a3"), 9);
	lanes_add(all, make("b", "b1"), 9);
	lanes_add(all, make("b", "b2"), 9);
	for (size_t i = 0; i < N_OF(order); i++) {
		expect_next(all, order[i], &d);
		(void)lanes_done(all, d);
		delivery_free(d);
	}
	expect_next(all, NULL, &d);
	assert_int_equal(lanes_waiting(all), 0);
	assert_int_equal(lanes_inflight(all), 0);
	lanes_free(all);
}

static void
a_lane_keeps_its_limit(void **state)
{
	struct lanes *all = lanes_new();
	struct delivery *one, *two, *none;

	(void)state;
	add_three(all);
	expect_next(all, "a1", &one);
	expect_next(all, "b1", &two);
	expect_next(all, NULL, &none);
	assert_int_equal(lanes_inflight(all), 2);
	(void)lanes_done(all, two);
	delivery_free(two);
	expect_next(all, NULL, &none);
	(void)lanes_done(all, one);
	delivery_free(one);
	expect_next(all, "a2", &one);
	(void)lanes_done(all, one);
	delivery_free(one);
	lanes_free(all);
}

static void
a_full_lane_says_when_it_has_room(void **state)
{
	struct lanes *all = lanes_new();
	struct buf endpoints, counts;
	struct delivery *d[4];

	(void)state;
	buf_init(&endpoints, 1000);
	buf_init(&counts, 1000);
	for (size_t i = 0; i < 4; i++)
		lanes_add(all, make("a", "x"), 2);
	lanes_held(all, &endpoints, &counts);
	assert_string_equal(endpoints.data, "{\"a\"}");
	assert_string_equal(counts.data, "{4}");
	d[0] = lanes_next(all);
	d[1] = lanes_next(all);
	assert_false(lanes_done(all, d[0]));
	assert_true(lanes_done(all, d[1]));
	d[2] = lanes_next(all);
	assert_false(lanes_done(all, d[2]));
	for (size_t i = 0; i < 3; i++)
		delivery_free(d[i]);
	buf_free(&endpoints);
	buf_free(&counts);
	lanes_free(all); /* with one that waits */
}

static void
draining_leaves_what_is_in_flight(void **state)
{
	struct lanes *all = lanes_new();
	struct delivery_list list = { NULL, NULL, 0 };
	struct delivery *d, *flying;

	(void)state;
	add_three(all);
	flying = lanes_next(all);
	lanes_drain(all, &list);
	assert_int_equal(list.count, 2);
	assert_int_equal(lanes_waiting(all), 0);
	assert_int_equal(lanes_inflight(all), 1);
	while ((d = delivery_pop(&list)) != NULL)
		delivery_free(d);
	(void)lanes_done(all, flying);
	delivery_free(flying);
	lanes_free(all);
}

static void
one_lane_is_drained(void **state)
{
	struct lanes *all = lanes_new();
	struct delivery_list list = { NULL, NULL, 0 };
	struct delivery *d, *flying;

	(void)state;
	add_three(all);
	flying = lanes_next(all);
	lanes_drain_one(all, STR("a"), &list);
	lanes_drain_one(all, STR("none"), &list);
	lanes_drain_one(
	    all, STR("a name that is longer than any id can be"), &list);
	assert_int_equal(list.count, 1);
	assert_int_equal(lanes_waiting(all), 1);
	delivery_free(delivery_pop(&list));
	expect_next(all, "b1", &d);
	(void)lanes_done(all, d);
	delivery_free(d);
	(void)lanes_done(all, flying);
	delivery_free(flying);
	lanes_free(all);
}

static void
many_lanes_come_and_go(void **state)
{
	struct lanes *all = lanes_new();
	static char names[1000][37];
	struct delivery *d;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < 1000; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "%zu", i);
		lanes_add(all, make(names[i], names[i]), 1);
	}
	while ((d = lanes_next(all)) != NULL) {
		(void)lanes_done(all, d);
		delivery_free(d);
		n++;
	}
	assert_int_equal(n, 1000);
	lanes_free(all);
}

static void
a_list_in_front_comes_first(void **state)
{
	struct delivery_list list = { NULL, NULL, 0 };
	struct delivery_list front = { NULL, NULL, 0 };
	struct delivery *d;

	(void)state;
	delivery_prepend(&list, &front);
	assert_int_equal(list.count, 0);
	delivery_push(&front, make("a", "1"));
	delivery_prepend(&list, &front);
	delivery_push(&list, make("a", "2"));
	assert_int_equal(front.count, 0);
	delivery_push(&front, make("a", "0"));
	delivery_prepend(&list, &front);
	assert_int_equal(list.count, 3);
	for (int i = 0; i < 3; i++) {
		d = delivery_pop(&list);
		assert_int_equal(d->text[DELIVERY_ID][0], '0' + i);
		delivery_free(d);
	}
	assert_null(delivery_pop(&list));
	assert_null(list.last);
}

static void
arrays_are_quoted(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	array_begin(&b);
	array_end(&b);
	assert_string_equal(b.data, "{}");
	array_begin(&b);
	array_text(&b, STR("a\"b\\c,{}"));
	array_text(&b, STR("NULL"));
	array_null(&b);
	array_text(&b, (struct str){ NULL, 0 });
	array_text(&b, STR(""));
	array_long(&b, -7);
	array_end(&b);
	assert_string_equal(
	    b.data, "{\"a\\\"b\\\\c,{}\",\"NULL\",NULL,NULL,\"\",-7}");
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lanes_take_turns),
		cmocka_unit_test(a_lane_keeps_its_limit),
		cmocka_unit_test(a_full_lane_says_when_it_has_room),
		cmocka_unit_test(draining_leaves_what_is_in_flight),
		cmocka_unit_test(one_lane_is_drained),
		cmocka_unit_test(many_lanes_come_and_go),
		cmocka_unit_test(a_list_in_front_comes_first),
		cmocka_unit_test(arrays_are_quoted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
