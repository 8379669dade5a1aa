/* Hostile Cookie headers. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http/cookie.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Our cookie is found again behind whatever it was found in. */
static void
check_twice(const char *header, size_t size)
{
	static const char more[] = ";" COOKIE_NAME "=again";
	char *text = malloc(size + sizeof(more));
	struct str value;

	if (text == NULL)
		return;
	if (size > 0)
		memcpy(text, header, size);
	memcpy(text + size, more, sizeof(more));
	assert(cookie_find((struct str){ text, size + sizeof(more) - 1 },
	           &value) == RC_INVALID);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *exact = malloc(size + (size == 0));
	struct str value = { NULL, 0 };
	enum rc rc;

	if (exact == NULL)
		return 0;
	if (size > 0)
		memcpy(exact, data, size);
	rc = cookie_find((struct str){ exact, size }, &value);
	if (rc == RC_OK) {
		assert(value.ptr >= exact);
		assert(value.ptr + value.len <= exact + size);
		assert(memchr(value.ptr, ';', value.len) == NULL);
	}
	if (rc != RC_ABSENT)
		check_twice(exact, size);
	free(exact);
	return 0;
}
