#include "core/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

static void
defaults_are_used_and_numbers_are_read(void **state)
{
	struct settings s;

	(void)state;
	(void)setenv("MAINSTAY_WORKERS", "7", 1);
	settings_load(&s);
	assert_int_equal(s.workers, 7);
	assert_int_equal(s.recycle, 50000);
	assert_string_equal(s.env, "production");
	assert_true(settings_is_production(&s));
	(void)unsetenv("MAINSTAY_WORKERS");
}

/* Exit status of settings_load() with one variable set. */
static int
status_with(const char *name, const char *value)
{
	struct settings s;
	int status;
	pid_t pid;

	pid = fork();
	if (pid == 0) {
		(void)close(STDERR_FILENO);
		(void)setenv(name, value, 1);
		settings_load(&s);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
bad_and_unknown_settings_stop_the_program(void **state)
{
	(void)state;
	assert_int_equal(status_with("MAINSTAY_WORKERS", "0"), 78);
	assert_int_equal(status_with("MAINSTAY_WORKERS", "many"), 78);
	assert_int_equal(status_with("MAINSTAY_ENV", "prod"), 78);
	assert_int_equal(status_with("MAINSTAY_POOL", "page"), 78);
	assert_int_equal(status_with("MAINSTAY_URL", "localhost"), 78);
	assert_int_equal(status_with("MAINSTAY_URL", "https://a.test/"), 78);
	assert_int_equal(status_with("MAINSTAY_WROKERS", "4"), 78);
	assert_int_equal(status_with("MAINSTAY_WORKERS", "4"), 0);
	assert_int_equal(status_with("MAINSTAY_STATE", "/x"), 0);
}

/* What settings_show() prints. */
static void
shown(const struct settings *s, char *out, size_t size)
{
	FILE *f = tmpfile();
	int saved = dup(STDOUT_FILENO);
	size_t n;

	assert_non_null(f);
	(void)fflush(stdout);
	(void)dup2(fileno(f), STDOUT_FILENO);
	settings_show(s);
	(void)fflush(stdout);
	(void)dup2(saved, STDOUT_FILENO);
	(void)close(saved);
	rewind(f);
	n = fread(out, 1, size - 1, f);
	out[n] = '\0';
	(void)fclose(f);
}

static void
a_password_is_not_shown(void **state)
{
	struct settings s;
	char text[4096];

	(void)state;
	(void)setenv("MAINSTAY_DB", "host=db password=canary", 1);
	settings_load(&s);
	shown(&s, text, sizeof(text));
	assert_null(strstr(text, "canary"));
	assert_non_null(strstr(text, "MAINSTAY_URL=https://localhost:8443"));
	(void)setenv("MAINSTAY_DB", "host=db", 1);
	(void)setenv("MAINSTAY_SMTP_URL", "smtp://me:canary@relay.test", 1);
	settings_load(&s);
	shown(&s, text, sizeof(text));
	assert_null(strstr(text, "canary"));
	(void)unsetenv("MAINSTAY_SMTP_URL");
	(void)unsetenv("MAINSTAY_DB");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_used_and_numbers_are_read),
		cmocka_unit_test(bad_and_unknown_settings_stop_the_program),
		cmocka_unit_test(a_password_is_not_shown),
	};

	(void)clearenv(); /* whoever runs the tests may have settings too */
	(void)setenv("CMOCKA_MESSAGE_OUTPUT", "TAP", 1);
	return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
