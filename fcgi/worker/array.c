/* {1,NULL,"a \" b"} */
#include "worker/array.h"

void
array_begin(struct buf *b)
{
	buf_clear(b);
	buf_addc(b, '{');
}

void
array_end(struct buf *b)
{
	buf_addc(b, '}');
}

static void
separate(struct buf *b)
{
	if (b->len > 1)
		buf_addc(b, ',');
}

void
array_null(struct buf *b)
{
	separate(b);
	buf_adds(b, "NULL");
}

void
array_long(struct buf *b, long n)
{
	separate(b);
	buf_printf(b, "%ld", n);
}

void
array_text(struct buf *b, struct str s)
{
	size_t from = 0;

	if (s.ptr == NULL) {
		array_null(b);
		return;
	}
	separate(b);
	buf_addc(b, '"');
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] != '"' && s.ptr[i] != '\\')
			continue;
		buf_add(b, s.ptr + from, i - from);
		buf_addc(b, '\\');
		from = i;
	}
	buf_add(b, s.ptr + from, s.len - from);
	buf_addc(b, '"');
}
