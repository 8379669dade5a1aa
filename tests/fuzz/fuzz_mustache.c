/*
 * Hostile templates and data.  Bytes 0 and 1 are the length of the page,
 * 2 and 3 that of the partial "p", low byte first; JSON follows them.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/log.h"
#include "view/mustache.h"

#define OUTPUT_MAX ((size_t)65536)

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *data;
	size_t size;
};

/* Reaching a limit is no news here. */
int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	log_open("fuzz_mustache", (enum log_level)(LOG_ERROR + 1));
	return 0;
}

/* In memory of just that size, so that reading beyond it is seen. */
static struct str
take(struct input *in, size_t len)
{
	struct str s;
	char *exact;

	s.len = len < in->size ? len : in->size;
	exact = malloc(s.len + 1);
	if (exact == NULL)
		abort();
	if (s.len > 0)
		memcpy(exact, in->data, s.len);
	exact[s.len] = '\0';
	in->data += s.len;
	in->size -= s.len;
	s.ptr = exact;
	return s;
}

static void
put(struct str s)
{
	union {
		const char *in;
		void *out;
	} p = { .in = s.ptr };

	free(p.out);
}

static size_t
take_length(struct input *in)
{
	size_t n = (size_t)in->data[0] | (size_t)in->data[1] << 8;

	in->data += 2;
	in->size -= 2;
	return n;
}

static enum rc
add(struct mustache_set *set, const char *name, struct str text)
{
	struct mustache_error err = { "" };
	enum rc rc;

	rc = mustache_add(set, name, text, &err);
	if (rc == RC_OK)
		return rc;
	assert(rc == RC_INVALID && strncmp(err.text, name, 1) == 0);
	assert(memchr(err.text, '\0', sizeof(err.text)) != NULL);
	assert(mustache_find(set, name) == NULL);
	return rc;
}

/* What is joined at start gives the same. */
static void
render_joined(struct mustache_set *set, struct arena *a, struct value root,
    const struct buf *expected)
{
	struct buf out;
	enum rc rc;

	buf_init(&out, OUTPUT_MAX);
	mustache_join(set, "m", value_text(STR("")));
	rc = mustache_render(mustache_find(set, "m"), a, root, &out);
	assert(rc == RC_OK);
	assert(out.len == expected->len);
	assert(out.len == 0 || memcmp(out.data, expected->data, out.len) == 0);
	buf_free(&out);
}

static void
render(struct mustache_set *set, struct str json)
{
	struct arena *a = arena_new();
	struct mustache_error err;
	struct value root;
	struct buf out;
	enum rc rc;

	root = value_json_parse(a, json);
	if (root.kind == VALUE_NONE)
		root = value_text(json);
	buf_init(&out, OUTPUT_MAX);
	rc = mustache_render(mustache_find(set, "m"), a, root, &out);
	assert(rc == RC_OK || rc == RC_BROKEN);
	assert(out.len <= OUTPUT_MAX);
	if (rc == RC_OK)
		render_joined(set, a, root, &out);
	rc = mustache_check(set, &err);
	assert(rc == RC_OK || rc == RC_INVALID);
	buf_free(&out);
	arena_free(a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct mustache_set *set;
	struct str page;
	struct str partial;
	struct str json;
	size_t lengths[2];

	if (size < 4)
		return 0;
	lengths[0] = take_length(&in);
	lengths[1] = take_length(&in);
	page = take(&in, lengths[0]);
	partial = take(&in, lengths[1]);
	json = take(&in, in.size);

	set = mustache_set_new();
	(void)add(set, "p", partial);
	if (add(set, "m", page) == RC_OK)
		render(set, json);
	mustache_set_free(set);
	put(page);
	put(partial);
	put(json);
	return 0;
}
