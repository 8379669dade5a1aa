#include "core/buf.h"

#include <string.h>

#include "test.h"

static void
html_leaves_nothing_that_ends_a_text_or_attribute(void **state)
{
	static const char in[] = "<a href='x' title=\"y\">&amp;</a>";
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	buf_html(&b, in, strlen(in));
	assert_string_equal(b.data, "&lt;a href=&#39;x&#39; "
				    "title=&quot;y&quot;&gt;&amp;amp;&lt;/a&gt;");
	buf_free(&b);
}

static void
json_escapes_quotes_backslashes_and_control_bytes(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	buf_json(&b, "a\"b\\c\n\r\x1b\x7f", 9);
	assert_string_equal(b.data,
	    "\"a\\\"b\\\\c\\n\\u000d\\u001b\\u007f\"");
	buf_free(&b);
}

static void
url_values_are_percent_encoded(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	buf_url(&b, "a b&c=d/\xc3\xa4\0", 11);
	assert_string_equal(b.data, "a%20b%26c%3Dd%2F%C3%A4%00");
	buf_free(&b);
}

static void
a_full_buffer_is_spoiled_and_stays_so(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 8);
	buf_adds(&b, "12345678");
	assert_false(b.spoiled);
	buf_addc(&b, '9');
	assert_true(b.spoiled);
	assert_string_equal(b.data, "12345678");
	buf_clear(&b);
	buf_printf(&b, "%d", 42);
	assert_false(b.spoiled);
	assert_string_equal(b.data, "42");
	buf_free(&b);
}

static void
entities_count_towards_the_limit(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 8);
	buf_html(&b, "<<", 2);
	assert_false(b.spoiled);
	assert_string_equal(b.data, "&lt;&lt;");
	buf_clear(&b);
	buf_html(&b, "12345<", 6);
	assert_true(b.spoiled);
	assert_string_equal(b.data, "12345");
	buf_free(&b);
}

static void
long_text_grows(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 20);
	for (int i = 0; i < 10000; i++)
		buf_printf(&b, "%d,", i);
	assert_false(b.spoiled);
	assert_int_equal(b.len, strlen(b.data));
	assert_string_equal(b.data + b.len - 5, "9999,");
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    html_leaves_nothing_that_ends_a_text_or_attribute),
		cmocka_unit_test(
		    json_escapes_quotes_backslashes_and_control_bytes),
		cmocka_unit_test(url_values_are_percent_encoded),
		cmocka_unit_test(a_full_buffer_is_spoiled_and_stays_so),
		cmocka_unit_test(entities_count_towards_the_limit),
		cmocka_unit_test(long_text_grows),
	};

	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
