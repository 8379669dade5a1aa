#include "worker/mail.h"

#include <string.h>

#include "test.h"

#define HEAD "to: ada@customer.test\nname: Ada\nsubject: Hello\n"

static void
addresses_are_told_from_what_would_break_out(void **state)
{
	static const char *const bad[] = { "", "ada", "@x.test", "ada@",
		"a b@x.test", "a@b@x.test", "a@x.test>", "<a@x.test",
		"a@x.test\r\nRCPT TO:<b@x.test>", "zo\xc3\xab@x.test",
		"a,b@x.test" };

	(void)state;
	assert_true(mail_is_address(str_of("ada+1@x.test")));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(mail_is_address(str_of(bad[i])));
}

static void
a_head_has_known_lines_only(void **state)
{
	struct mail_head head;

	(void)state;
	assert_int_equal(mail_read_head(&head, str_of(HEAD)), RC_OK);
	assert_true(str_is(head.name, "Ada"));
	assert_int_equal(
	    mail_read_head(&head, str_of(HEAD "bcc: b@x.test")), RC_INVALID);
	assert_int_equal(
	    mail_read_head(&head, str_of("subject: Hello")), RC_INVALID);
	assert_int_equal(
	    mail_read_head(&head, str_of(HEAD "reply-to: b")), RC_INVALID);
	assert_int_equal(
	    mail_read_head(&head, str_of(HEAD "from-name: a\rb")), RC_INVALID);
}

/* The message to a text, in b. */
static void
written(struct buf *b, const char *lines, const char *text)
{
	struct delivery d = { .body_len = strlen(text) };
	struct mail_head head;

	d.text[DELIVERY_ID] = "id";
	d.text[DELIVERY_BODY] = text;
	assert_int_equal(mail_read_head(&head, str_of(lines)), RC_OK);
	buf_init(b, 100000);
	mail_write(b, &head, &d, "csm@m.test", "https://m.test", 1790000000);
}

static void
a_message_is_written(void **state)
{
	struct buf b;

	(void)state;
	written(&b, HEAD, "All = well. \nBye");
	assert_string_equal(b.data,
	    "Date: Mon, 21 Sep 2026 14:13:20 +0000\r\n"
	    "From: <csm@m.test>\r\n"
	    "To: \"Ada\"\r\n <ada@customer.test>\r\n"
	    "Subject: Hello\r\n"
	    "Message-ID: <id@m.test>\r\n"
	    "Auto-Submitted: auto-generated\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n"
	    "\r\n"
	    "All =3D well.=20\r\nBye\r\n");
	buf_free(&b);
}

static void
lines_are_short_and_no_character_is_cut(void **state)
{
	char lines[400] = "to: a@x.test\nsubject: ", text[400];
	struct buf b;

	(void)state;
	for (size_t i = 0; i < 60; i++)
		memcpy(lines + 22 + 4 * i, "\xf0\x9f\x9a\xa8", 5);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	written(&b, lines, text);
	for (const char *at = b.data; *at != '\0';) {
		size_t len = strcspn(at, "\r\n");

		assert_in_range(len, 0, 76);
		at += len;
		at += strspn(at, "\r\n");
	}
	/* 39 bytes hold nine characters of four */
	assert_non_null(strstr(b.data,
	    "Subject: =?UTF-8?B?8J+aqPCfmqjwn5qo8J+aqPCfmqjwn5qo8J+aqPCfmqjwn5"
	    "qo?=\r\n =?UTF-8?B?"));
	buf_free(&b);
}

static void
what_looks_encoded_is_encoded(void **state)
{
	struct buf b;

	(void)state;
	written(&b, "to: a@x.test\nsubject: =?UTF-8?Q?a?=", "x");
	assert_null(strstr(b.data, "?Q?"));
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_told_from_what_would_break_out),
		cmocka_unit_test(a_head_has_known_lines_only),
		cmocka_unit_test(a_message_is_written),
		cmocka_unit_test(lines_are_short_and_no_character_is_cut),
		cmocka_unit_test(what_looks_encoded_is_encoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
