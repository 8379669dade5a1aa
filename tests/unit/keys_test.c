/* The key folder: what is loaded, what is refused, rotation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/wait.h>

#include "auth/token.h"
#include "key_folder.h"

#define KEY_A "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define KEY_B "BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define SHORT "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define NOW 1700000000
#define USER "11111111-1111-4111-8111-111111111111"
#define TENANT "22222222-2222-4222-8222-222222222222"

struct file {
	const char *name;
	const char *text;
	mode_t mode; /* 0: 0640 */
};

struct bad_folder {
	const char *what;
	struct file files[6];
	const char *fault;
};

#define JWT { "jwt-k1.key", "sign " KEY_A "\n", 0 }
#define CSRF { "csrf.key", KEY_B "\n", 0 }
#define PEPPER { "pepper.key", KEY_A "\n", 0 }

static const struct bad_folder bad_folders[] = {
	{ "nothing at all", { { 0 } }, "no token key that signs" },
	{ "no csrf key", { JWT, PEPPER }, "csrf.key: No such file" },
	{ "no pepper", { JWT, CSRF }, "pepper.key: No such file" },
	{ "only verify", { { "jwt-k1.key", "verify " KEY_A, 0 }, CSRF, PEPPER },
	    "no token key that signs" },
	{ "two that sign", { JWT, { "jwt-k2.key", "sign " KEY_B, 0 }, CSRF,
	    PEPPER }, "two token keys that sign" },
	{ "four keys", { JWT, { "jwt-a.key", "verify " KEY_A, 0 },
	    { "jwt-b.key", "verify " KEY_A, 0 },
	    { "jwt-c.key", "verify " KEY_A, 0 }, CSRF, PEPPER },
	    "more than three" },
	{ "empty file", { { "jwt-k1.key", "", 0 }, CSRF, PEPPER },
	    "must hold one line" },
	{ "empty key", { { "jwt-k1.key", "sign ", 0 }, CSRF, PEPPER },
	    "32 bytes" },
	{ "31 bytes", { { "jwt-k1.key", "sign " SHORT, 0 }, CSRF, PEPPER },
	    "32 bytes" },
	{ "33 bytes", { { "jwt-k1.key", "sign " KEY_A "A", 0 }, CSRF,
	    PEPPER }, "32 bytes" },
	{ "loose last bits", { { "jwt-k1.key", "sign " SHORT "B", 0 }, CSRF,
	    PEPPER }, "32 bytes" },
	{ "standard base64", { { "jwt-k1.key", "sign " SHORT "=", 0 }, CSRF,
	    PEPPER }, "32 bytes" },
	{ "two lines", { { "jwt-k1.key", "sign " KEY_A "\nx\n", 0 }, CSRF,
	    PEPPER }, "32 bytes" },
	{ "carriage return", { { "jwt-k1.key", "sign " KEY_A "\r\n", 0 },
	    CSRF, PEPPER }, "32 bytes" },
	{ "two blanks", { { "jwt-k1.key", "sign  " KEY_A, 0 }, CSRF, PEPPER },
	    "32 bytes" },
	{ "other word", { { "jwt-k1.key", "Sign " KEY_A, 0 }, CSRF, PEPPER },
	    "must begin with" },
	{ "a bare key", { { "jwt-k1.key", KEY_A, 0 }, CSRF, PEPPER },
	    "must begin with" },
	{ "very long", { { "jwt-k1.key", "sign " KEY_A KEY_A KEY_A, 0 }, CSRF,
	    PEPPER }, "one line" },
	{ "kid in capitals", { { "jwt-K1.key", "sign " KEY_A, 0 }, CSRF,
	    PEPPER }, "the name must be" },
	{ "kid too long", { { "jwt-aaaaaaaaaaaaaaaaa.key", "sign " KEY_A, 0 },
	    CSRF, PEPPER }, "the name must be" },
	{ "kid with a quote", { { "jwt-a\"b.key", "sign " KEY_A, 0 }, CSRF,
	    PEPPER }, "the name must be" },
	{ "others may read", { { "jwt-k1.key", "sign " KEY_A, 0644 }, CSRF,
	    PEPPER }, "others may use" },
	{ "others may write", { JWT, { "csrf.key", KEY_B, 0642 }, PEPPER },
	    "others may use" },
	{ "group may write", { JWT, CSRF, { "pepper.key", KEY_B, 0660 } },
	    "group may write" },
	{ "pepper too short", { JWT, CSRF, { "pepper.key", SHORT, 0 } },
	    "pepper.key: the key must be 32 bytes" },
	{ "csrf with a word", { JWT, { "csrf.key", "sign " KEY_A, 0 },
	    PEPPER }, "csrf.key: the key must be 32 bytes" },
};

static void
put_files(const struct key_folder *f, const struct file *files, size_t n)
{
	for (size_t i = 0; i < n && files[i].name != NULL; i++)
		folder_put(f, files[i].name, files[i].text,
		    strlen(files[i].text),
		    files[i].mode == 0 ? 0640 : files[i].mode);
}

static void
bad_folders_are_refused(void **state)
{
	size_t n = sizeof(bad_folders) / sizeof(bad_folders[0]);
	struct keys_fault fault;
	struct key_folder f;
	struct keys k;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		const struct bad_folder *c = &bad_folders[i];

		folder_make(&f);
		put_files(&f, c->files, 6);
		fault.text[0] = '\0';
		if (keys_read(f.path, true, &k, &fault) != RC_INVALID ||
		    strstr(fault.text, c->fault) == NULL)
			fail_msg("%s: \"%s\"", c->what, fault.text);
		if (strstr(fault.text, "AAAA") != NULL)
			fail_msg("%s: the fault shows the key", c->what);
		folder_remove(&f);
	}
}

static const struct file good_files[] = {
	{ "jwt-old.key", "verify " KEY_B, 0 }, JWT, CSRF, PEPPER,
	{ "README", "not a key", 0644 },
};

static void
a_good_folder_is_loaded(void **state)
{
	struct keys_fault fault;
	struct key_folder f;
	struct keys k;

	(void)state;
	folder_make(&f);
	put_files(&f, good_files, 5);
	assert_int_equal(keys_read(f.path, true, &k, &fault), RC_OK);
	assert_int_equal(k.jwt_count, 2);
	assert_string_equal(k.jwt[0].kid, "k1");
	assert_true(k.jwt[0].may_sign);
	assert_string_equal(k.jwt[1].kid, "old");
	assert_false(k.jwt[1].may_sign);
	assert_int_equal(k.jwt[1].bytes[0], 4);
	assert_int_equal(k.csrf[0], 4);
	assert_true(k.has_pepper);
	folder_remove(&f);
}

static void
the_page_pool_needs_no_pepper(void **state)
{
	struct keys_fault fault;
	struct key_folder f;
	struct keys k;

	(void)state;
	folder_make(&f);
	put_files(&f, good_files, 3);
	assert_int_equal(keys_read(f.path, false, &k, &fault), RC_OK);
	assert_false(k.has_pepper);
	folder_remove(&f);
}

static void
a_link_is_not_a_key(void **state)
{
	struct keys_fault fault;
	struct key_folder f;
	char path[160];
	struct keys k;

	(void)state;
	folder_make(&f);
	put_files(&f, good_files, 4);
	folder_path(&f, "csrf.key", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("pepper.key", path), 0);
	assert_int_equal(keys_read(f.path, true, &k, &fault), RC_INVALID);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(keys_read(f.path, true, &k, &fault), RC_INVALID);
	assert_non_null(strstr(fault.text, "not a regular file"));
	assert_int_equal(rmdir(path), 0);
	folder_remove(&f);
}

static void
a_folder_others_may_write_is_refused(void **state)
{
	static const mode_t modes[] = { 0770, 0702 };
	struct keys_fault fault;
	struct key_folder f;
	struct keys k;

	(void)state;
	folder_make(&f);
	put_files(&f, good_files, 4);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(chmod(f.path, modes[i]), 0);
		assert_int_equal(keys_read(f.path, true, &k, &fault),
		    RC_INVALID);
		assert_non_null(strstr(fault.text, "only its owner"));
	}
	folder_remove(&f);
}

static void
a_zero_byte_is_refused(void **state)
{
	struct keys_fault fault;
	struct key_folder f;
	struct keys k;

	(void)state;
	folder_make(&f);
	put_files(&f, good_files, 4);
	folder_put(&f, "csrf.key", KEY_A "\0x", 45, 0600);
	assert_int_equal(keys_read(f.path, true, &k, &fault), RC_INVALID);
	assert_non_null(strstr(fault.text, "zero byte"));
	folder_remove(&f);
}

/* What an operator meets: status 78. */
static void
loading_a_bad_folder_ends_the_process(void **state)
{
	struct keys k;
	int status;
	pid_t pid;

	(void)state;
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)close(STDERR_FILENO);
		keys_load("/nonexistent", true, &k);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 78);
}

static void
create_makes_a_set_that_loads(void **state)
{
	struct keys_fault fault;
	struct key_folder f;
	struct keys k, again;
	char path[160];
	struct stat st;

	(void)state;
	folder_make(&f);
	assert_int_equal(keys_create(f.path, &fault), RC_OK);
	assert_int_equal(keys_read(f.path, true, &k, &fault), RC_OK);
	assert_int_equal(k.jwt_count, 2);
	assert_memory_not_equal(k.csrf, k.pepper, KEY_SIZE);
	folder_path(&f, "pepper.key", path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	folder_path(&f, "csrf.key", path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);

	assert_int_equal(keys_create(f.path, &fault), RC_CONFLICT);
	assert_int_equal(keys_read(f.path, true, &again, &fault), RC_OK);
	assert_memory_equal(&k, &again, sizeof(k));
	folder_remove(&f);
}

static void
create_leaves_a_lone_pepper_alone(void **state)
{
	struct keys_fault fault;
	struct key_folder f;
	char path[160];

	(void)state;
	folder_make(&f);
	folder_put(&f, "pepper.key", KEY_A, 43, 0600);
	assert_int_equal(keys_create(f.path, &fault), RC_CONFLICT);
	folder_path(&f, "csrf.key", path);
	assert_int_not_equal(access(path, F_OK), 0);
	folder_remove(&f);
}

static const char *
signer(const struct keys *k)
{
	for (size_t i = 0; i < k->jwt_count; i++)
		if (k->jwt[i].may_sign)
			return k->jwt[i].kid;
	return "";
}

/* Processes that have not reloaded must read tokens of the new key. */
static void
rotation_signs_nobody_out(void **state)
{
	struct keys before, after;
	struct keys_fault fault;
	char kid[KEYS_KID_MAX + 1], text[TOKEN_SIZE], old[TOKEN_SIZE];
	struct key_folder f;
	struct token t, got;

	(void)state;
	folder_make(&f);
	assert_int_equal(keys_create(f.path, &fault), RC_OK);
	assert_int_equal(token_new(USER, TENANT, NOW, &t), RC_OK);
	for (int i = 2; i < 14; i++) {
		char want[24];

		(void)snprintf(want, sizeof(want), "k%d", i);
		assert_int_equal(keys_read(f.path, true, &before, &fault),
		    RC_OK);
		assert_int_equal(token_sign(&before, &t, old), RC_OK);
		assert_int_equal(keys_rotate(f.path, kid, &fault), RC_OK);
		assert_string_equal(kid, want);
		assert_int_equal(keys_read(f.path, true, &after, &fault),
		    RC_OK);
		assert_string_equal(signer(&after), want);
		assert_int_equal(after.jwt_count, 3);
		assert_int_equal(token_sign(&after, &t, text), RC_OK);
		assert_int_equal(token_verify(&before, str_of(text), NOW,
		    &got), RC_OK);
		assert_int_equal(token_verify(&after, str_of(old), NOW, &got),
		    RC_OK);
	}
	folder_remove(&f);
}

static void
a_key_ends_with_the_second_rotation(void **state)
{
	char kid[KEYS_KID_MAX + 1], text[TOKEN_SIZE];
	struct keys_fault fault;
	struct key_folder f;
	struct token t;
	struct keys k;

	(void)state;
	folder_make(&f);
	assert_int_equal(keys_create(f.path, &fault), RC_OK);
	assert_int_equal(keys_read(f.path, true, &k, &fault), RC_OK);
	assert_int_equal(token_new(USER, TENANT, NOW, &t), RC_OK);
	assert_int_equal(token_sign(&k, &t, text), RC_OK);
	assert_int_equal(keys_rotate(f.path, kid, &fault), RC_OK);
	assert_int_equal(keys_rotate(f.path, kid, &fault), RC_OK);
	assert_int_equal(keys_read(f.path, true, &k, &fault), RC_OK);
	assert_int_equal(token_verify(&k, str_of(text), NOW, &t), RC_NOBODY);
	folder_remove(&f);
}

static const struct file lone_files[] = { JWT, CSRF, PEPPER };
static const struct file cut_files[] = {
	{ "jwt-k3.key", "verify " KEY_A, 0 },
	{ "jwt-k4.key", "verify " KEY_B, 0 }, CSRF, PEPPER,
};

/* A folder made by hand, and one whose rotation was interrupted. */
static void
rotation_mends_an_odd_folder(void **state)
{
	char kid[KEYS_KID_MAX + 1];
	struct keys_fault fault;
	struct key_folder f;
	struct keys k;

	(void)state;
	folder_make(&f);
	put_files(&f, lone_files, 3);
	assert_int_equal(keys_rotate(f.path, kid, &fault), RC_OK);
	assert_string_equal(kid, "k2");
	assert_int_equal(keys_read(f.path, true, &k, &fault), RC_OK);
	assert_string_equal(signer(&k), "k2");
	folder_remove(&f);

	folder_make(&f);
	put_files(&f, cut_files, 4);
	assert_int_equal(keys_read(f.path, true, &k, &fault), RC_INVALID);
	assert_int_equal(keys_rotate(f.path, kid, &fault), RC_OK);
	assert_string_equal(kid, "k4");
	assert_int_equal(keys_read(f.path, true, &k, &fault), RC_OK);
	assert_int_equal(k.jwt_count, 3);
	folder_remove(&f);

	folder_make(&f);
	assert_int_equal(keys_rotate(f.path, kid, &fault), RC_INVALID);
	folder_remove(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_folders_are_refused),
		cmocka_unit_test(a_good_folder_is_loaded),
		cmocka_unit_test(the_page_pool_needs_no_pepper),
		cmocka_unit_test(a_link_is_not_a_key),
		cmocka_unit_test(a_folder_others_may_write_is_refused),
		cmocka_unit_test(a_zero_byte_is_refused),
		cmocka_unit_test(loading_a_bad_folder_ends_the_process),
		cmocka_unit_test(create_makes_a_set_that_loads),
		cmocka_unit_test(create_leaves_a_lone_pepper_alone),
		cmocka_unit_test(rotation_signs_nobody_out),
		cmocka_unit_test(a_key_ends_with_the_second_rotation),
		cmocka_unit_test(rotation_mends_an_odd_folder),
	};

	return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
