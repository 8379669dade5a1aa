/*
 * mainstay-mustache TEMPLATE DATA.json [PARTIALS_DIR]
 *
 * Renders one template through the engine that renders the pages, for
 * writing and testing templates.  A partial that is missing is empty here.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/file.h"
#include "core/log.h"
#include "view/mustache.h"
#include "view/value.h"

#define INPUT_MAX ((size_t)64 << 20)
#define OUTPUT_MAX ((size_t)256 << 20)

/* No tag can name it. */
#define MAIN_NAME "the template"

static enum rc
load(struct mustache_set *set, int argc, char **argv)
{
	struct mustache_error err;
	enum rc rc;

	rc = mustache_add_file(set, MAIN_NAME, argv[1], &err);
	if (rc == RC_OK && argc == 4)
		rc = mustache_add_dir(set, argv[3], &err);
	if (rc != RC_OK)
		(void)fprintf(stderr, "%s\n", err.text);
	return rc;
}

static enum rc
read_data(struct arena *a, const char *path, struct value *out)
{
	struct str text;

	if (!file_read(a, path, INPUT_MAX, &text)) {
		(void)fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return RC_ABSENT;
	}
	*out = value_json_parse(a, text);
	if (out->kind != VALUE_NONE)
		return RC_OK;
	(void)fprintf(stderr, "%s: this is not JSON\n", path);
	return RC_INVALID;
}

static enum rc
print(const struct buf *out)
{
	size_t done = fwrite(out->data, 1, out->len, stdout);

	if (done == out->len && fflush(stdout) == 0)
		return RC_OK;
	(void)fprintf(stderr, "standard output: %s\n", strerror(errno));
	return RC_BROKEN;
}

static enum rc
run(struct arena *a, struct mustache_set *set, int argc, char **argv)
{
	struct value root;
	struct buf out;
	enum rc rc;

	rc = load(set, argc, argv);
	if (rc != RC_OK)
		return rc;
	rc = read_data(a, argv[2], &root);
	if (rc != RC_OK)
		return rc;

	buf_init(&out, OUTPUT_MAX);
	rc = mustache_render(mustache_find(set, MAIN_NAME), a, root, &out);
	if (rc == RC_OK && out.len > 0)
		rc = print(&out);
	buf_free(&out);
	return rc;
}

int
main(int argc, char **argv)
{
	struct mustache_set *set;
	struct arena *a;
	enum rc rc;

	log_open("mainstay-mustache", LOG_INFO);
	if (argc < 3 || argc > 4) {
		(void)fprintf(stderr, "usage: mainstay-mustache TEMPLATE "
				      "DATA.json [PARTIALS_DIR]\n");
		return 2;
	}
	a = arena_new();
	set = mustache_set_new();
	rc = run(a, set, argc, argv);
	mustache_set_free(set);
	arena_free(a);
	return rc == RC_OK ? 0 : 1;
}
