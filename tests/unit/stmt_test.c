#include "db/stmt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

static char dir[] = "/tmp/stmt_test.XXXXXX";

static void
write_file(const char *name, const char *text)
{
	char path[128];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
	assert_int_equal(fclose(f), 0);
}

static void
remove_file(const char *name)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	(void)unlink(path);
}

static void
names_become_numbers_and_the_rest_stays(void **state)
{
	const struct stmt *s;
	struct stmt_set set;

	(void)state;
	write_file("a.sql",
	    "-- About this file: :nothing here counts.\n"
	    "-- name: first\n"
	    "-- :neither does this\n"
	    "select :id::uuid, ':text', \":name\", x::int\n"
	    "  from t where a = :id and b = :other;\n"
	    "\n-- name: second\nselect 1;\n");
	write_file("b.sql", "-- pool: auth\n-- name: third\nselect :a\n");
	stmt_load(&set, dir);
	assert_int_equal(set.count, 3);
	s = stmt_find(&set, STR("first"));
	assert_non_null(s);
	assert_non_null(strstr(s->sql, "select $1::uuid, ':text', \":name\", "
				       "x::int\n  from t where a = $1 and "
				       "b = $2"));
	assert_int_equal(s->params, 2);
	assert_string_equal(s->param[0], "id");
	assert_string_equal(s->param[1], "other");
	assert_string_equal(s->pool, "app");
	assert_string_equal(stmt_find(&set, STR("third"))->pool, "auth");
	assert_null(stmt_find(&set, STR("fourth")));
	stmt_free(&set);
	remove_file("b.sql");
}

/* The program must not start: status 78. */
static void
refuses(const char *text)
{
	struct stmt_set set;
	int status;
	pid_t pid;

	write_file("a.sql", text);
	pid = fork();
	if (pid == 0) {
		(void)fclose(stderr);
		(void)close(STDERR_FILENO);
		stmt_load(&set, dir);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 78);
}

static void
what_is_wrong_stops_the_program(void **state)
{
	(void)state;
	refuses("-- name: twice\nselect 1\n-- name: twice\nselect 2\n");
	refuses("-- name:\nselect 1\n");
	refuses("-- name: empty\n-- nothing follows\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_become_numbers_and_the_rest_stays),
		cmocka_unit_test(what_is_wrong_stops_the_program),
	};
	int failed;

	if (mkdtemp(dir) == NULL)
		return 1;
	failed = cmocka_run_group_tests_name("stmt", tests, NULL, NULL);
	remove_file("a.sql");
	(void)rmdir(dir);
	return failed;
}
