#include "dispatch/route.h"

#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "routes.h"
#include "test.h"

#define ID "10000000-0000-0000-0000-000000000001"

static void
a_path_finds_its_row_and_its_values(void **state)
{
	struct arena *a = arena_new();
	struct route_match m;

	(void)state;
	route_find(a, routes, "app", GET, "/dashboard/accounts/" ID, &m);
	assert_non_null(m.route);
	assert_string_equal(m.route->path, "/dashboard/accounts/:id");
	assert_string_equal(input_get(&m.path, "id"), ID);
	arena_free(a);
}

static void
a_reference_is_an_id_or_any_text(void **state)
{
	static const char *const refs[] = { ID, "ACME-7", "\xc3\xa4 b" };
	static const char base[] = "/api/health/score/";
	struct arena *a = arena_new();
	struct route_match m;

	(void)state;
	for (size_t i = 0; i < N_OF(refs); i++) {
		route_find(a, routes, "app", GET,
		    arena_printf(a, "%s%s", base, refs[i]), &m);
		assert_non_null(m.route);
		assert_string_equal(input_get(&m.path, "ref"), refs[i]);
	}
	route_find(a, routes, "app", GET, base, &m);
	assert_null(m.route);
	route_find(
	    a, routes, "app", GET, arena_printf(a, "%s%0201d", base, 1), &m);
	assert_null(m.route);
	route_find(a, routes, "app", GET, "/api/health/score/a/b", &m);
	assert_null(m.route);
	arena_free(a);
}

static void
what_is_not_in_the_table_is_not_found(void **state)
{
	static const char *const paths[] = { "/dashboard/", "/dashboard/x",
		"/dashboard/accounts/1", "/dashboard/accounts/" ID "/",
		"/dashboard/accounts/" ID "/x", "//", "/login/x", "/login" };
	struct arena *a = arena_new();
	struct route_match m;

	(void)state;
	for (size_t i = 0; i < N_OF(paths); i++) {
		route_find(a, routes, "app", GET, paths[i], &m);
		assert_null(m.route);
		assert_int_equal(m.n_allowed, 0);
	}
	arena_free(a);
}

static void
another_method_is_told_which_are_allowed(void **state)
{
	struct arena *a = arena_new();
	struct route_match m;

	(void)state;
	route_find(a, routes, "app", DELETE, "/sessions", &m);
	assert_null(m.route);
	assert_int_equal(m.n_allowed, 1);
	assert_int_equal(m.allowed[0], GET);
	arena_free(a);
}

static void
each_pool_has_its_own_routes(void **state)
{
	struct arena *a = arena_new();
	struct route_match m;

	(void)state;
	route_find(a, routes, "auth", GET, "/login", &m);
	assert_non_null(m.route);
	route_find(a, routes, "auth", GET, "/sessions", &m);
	assert_null(m.route);
	arena_free(a);
}

static void
no_row_forgets_who_may_call_it(void **state)
{
	(void)state;
	for (const struct route *r = routes; r->path != NULL; r++) {
		assert_int_not_equal(r->needs, NEEDS_UNSET);
		assert_int_not_equal(r->method, METHOD_NONE);
		for (const struct route *o = routes; o != r; o++)
			assert_false(o->method == r->method &&
				     strcmp(o->path, r->path) == 0);
	}
}

static void
a_sort_picks_its_statement(void **state)
{
	static const struct stmt list[] = {
		{ .name = "list_arr" },
		{ .name = "list_arr_desc" },
	};
	const struct stmt_set set = { list, 2, NULL };
	struct input sort = { "sort", "-arr" };
	struct inputs in = { &sort, 1 };

	(void)state;
	assert_ptr_equal(route_stmt(&set, STR("list_{sort}"), &in), &list[1]);
	sort.text = "arr";
	assert_ptr_equal(route_stmt(&set, STR("list_{sort}"), &in), &list[0]);
	sort.text = "name";
	assert_null(route_stmt(&set, STR("list_{sort}"), &in));
}

static void
two_fields_pick_a_statement(void **state)
{
	static const struct stmt stmts[] = {
		{ .name = "list_arr" },
		{ .name = "list_found" },
		{ .name = "tree_found" },
	};
	const struct stmt_set set = { stmts, 3, NULL };
	const struct str name = STR("{layout}_{sort|found} page=x");
	const struct str first = { name.ptr, name.len - strlen(" page=x") };
	struct input list[] = { { "layout", "list" }, { "sort", "arr" } };
	struct inputs in = { list, 2 };

	(void)state;
	assert_ptr_equal(route_stmt(&set, first, &in), &stmts[0]);
	list[1].text = "-owner";
	assert_ptr_equal(route_stmt(&set, first, &in), &stmts[1]);
	list[0].text = "tree";
	assert_ptr_equal(route_stmt(&set, first, &in), &stmts[2]);
	in.count = 1;
	assert_null(route_stmt(&set, STR("{layout}_{sort}"), &in));
}

/* Whether the program starts with such a row. */
static bool
is_accepted(struct route row)
{
	static const struct stmt list[] = { { .name = "save" } };
	const struct stmt_set set = { list, 1, NULL };
	const struct route table[] = {
		{ GET, "/things/:id", ADMIN, .redirect = "/" },
		row,
		{ .path = NULL },
	};
	int status;
	pid_t pid = fork();

	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		(void)dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
		routes_check(table, "app", &set, NULL);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status) == 0;
}

static void
a_row_names_what_it_has(void **state)
{
	static const struct field fields[] = {
		{ .name = "kind", .type = FIELD_TEXT, .label = "Kind" },
		{ .name = NULL },
	};
	struct route right = { POST, "/things/:id", ADMIN, fields, "made=save",
		.redirect = "/things/{id}/{kind}/{made.id}", .faults = "made",
		.again = "/things/:id" };
	struct route row = right;

	(void)state;
	assert_true(is_accepted(right));
	row.faults = "other";
	assert_false(is_accepted(row));
	row = right;
	row.again = NULL;
	assert_false(is_accepted(row));
	row = right;
	row.redirect = "/things/{other}";
	assert_false(is_accepted(row));
	row.redirect = "/things/{other.id}";
	assert_false(is_accepted(row));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_finds_its_row_and_its_values),
		cmocka_unit_test(a_reference_is_an_id_or_any_text),
		cmocka_unit_test(what_is_not_in_the_table_is_not_found),
		cmocka_unit_test(another_method_is_told_which_are_allowed),
		cmocka_unit_test(each_pool_has_its_own_routes),
		cmocka_unit_test(no_row_forgets_who_may_call_it),
		cmocka_unit_test(a_sort_picks_its_statement),
		cmocka_unit_test(two_fields_pick_a_statement),
		cmocka_unit_test(a_row_names_what_it_has),
	};

	return cmocka_run_group_tests_name("route", tests, NULL, NULL);
}
