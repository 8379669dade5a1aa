/* Reads until the end, since a pipe or /proc has no size. */
#include "core/file.h"

#include <errno.h>
#include <stdio.h>

#include "core/buf.h"

bool
file_read(struct arena *a, const char *path, size_t max, struct str *out)
{
	char block[8192];
	struct buf b;
	FILE *f;
	size_t n;
	int error;

	f = fopen(path, "re");
	if (f == NULL)
		return false;
	buf_init(&b, max);
	while ((n = fread(block, 1, sizeof(block), f)) > 0)
		buf_add(&b, block, n);
	error = ferror(f) ? EIO : b.spoiled ? EFBIG : 0;
	(void)fclose(f);
	if (error == 0) {
		out->ptr =
		    arena_strndup(a, b.data != NULL ? b.data : "", b.len);
		out->len = b.len;
	}
	buf_free(&b);
	errno = error;
	return error == 0;
}
