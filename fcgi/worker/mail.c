/* Head, words, text. */
#include "worker/mail.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define WORD_MAX ((size_t)39) /* bytes in an encoded word of 64 characters */
#define LINE_MAX_CHARS 76

bool
mail_is_address(struct str s)
{
	const char *at;

	if (s.ptr == NULL || s.len > MAIL_ADDRESS_MAX)
		return false;
	at = memchr(s.ptr, '@', s.len);
	if (at == NULL || at == s.ptr || at + 1 == s.ptr + s.len)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] <= ' ' || s.ptr[i] > '~' ||
		    strchr("<>\"\\,;:()[]", s.ptr[i]) != NULL ||
		    (s.ptr[i] == '@' && s.ptr + i != at))
			return false;
	return true;
}

static bool
is_one_line(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] < ' ' || s.ptr[i] == 127)
			return false;
	return str_is_text(s);
}

static bool
read_line(struct mail_head *out, struct str line)
{
	const struct {
		const char *name;
		struct str *value;
	} names[] = {
		{ "to: ", &out->to },
		{ "name: ", &out->name },
		{ "subject: ", &out->subject },
		{ "from-name: ", &out->from_name },
		{ "reply-to: ", &out->reply_to },
		{ "unsubscribe: ", &out->unsubscribe },
		{ "opted-out: ", &out->opted_out },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t len = strlen(names[i].name);

		if (line.len < len || memcmp(line.ptr, names[i].name, len) != 0)
			continue;
		*names[i].value =
		    (struct str){ line.ptr + len, line.len - len };
		return is_one_line(line);
	}
	return false;
}

enum rc
mail_read_head(struct mail_head *out, struct str lines)
{
	*out = (struct mail_head){ .subject = str_of("") };
	while (lines.len > 0) {
		const char *end = memchr(lines.ptr, '\n', lines.len);
		size_t len =
		    end != NULL ? (size_t)(end - lines.ptr) : lines.len;
		size_t past = end != NULL ? len + 1 : len;

		if (!read_line(out, (struct str){ lines.ptr, len }))
			return RC_INVALID;
		lines = (struct str){ lines.ptr + past, lines.len - past };
	}
	if (!mail_is_address(out->to) ||
	    (out->reply_to.len > 0 && !mail_is_address(out->reply_to)))
		return RC_INVALID;
	return RC_OK;
}

static bool
is_plain(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < ' ' || s.ptr[i] > '~')
			return false;
	/* what looks encoded would be decoded */
	return s.len < 2 || memmem(s.ptr, s.len, "=?", 2) == NULL;
}

/* How much of s makes a word: no character may be cut. */
static size_t
word_len(struct str s)
{
	size_t n = WORD_MAX;

	if (s.len <= n)
		return s.len;
	while (n > 1 && ((unsigned char)s.ptr[n] & 0xc0) == 0x80)
		n--;
	return n;
}

static void
add_words(struct buf *out, struct str s)
{
	char word[WORD_MAX / 3 * 4 + 8];
	const char *before = "";

	while (s.len > 0) {
		size_t n = word_len(s);

		base64_encode(word, (const uint8_t *)s.ptr, n);
		buf_printf(out, "%s=?UTF-8?B?%s?=", before, word);
		s = (struct str){ s.ptr + n, s.len - n };
		before = "\r\n ";
	}
}

/* A name before an address. */
static void
add_mailbox(
    struct buf *out, const char *field, struct str name, struct str address)
{
	buf_printf(out, "%s: ", field);
	if (name.len > 0 && is_plain(name)) {
		buf_addc(out, '"');
		for (size_t i = 0; i < name.len; i++) {
			if (name.ptr[i] == '"' || name.ptr[i] == '\\')
				buf_addc(out, '\\');
			buf_addc(out, name.ptr[i]);
		}
		buf_adds(out, "\"\r\n ");
	} else if (name.len > 0) {
		add_words(out, name);
		buf_adds(out, "\r\n ");
	}
	buf_addc(out, '<');
	buf_add(out, address.ptr, address.len);
	buf_adds(out, ">\r\n");
}

static void
add_subject(struct buf *out, struct str subject)
{
	buf_adds(out, "Subject: ");
	if (is_plain(subject))
		buf_add(out, subject.ptr, subject.len);
	else
		add_words(out, subject);
	buf_adds(out, "\r\n");
}

static void
add_date(struct buf *out, int64_t now)
{
	static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu",
		"Fri", "Sat" };
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t at = (time_t)now;
	struct tm t;

	(void)gmtime_r(&at, &t);
	buf_printf(out, "Date: %s, %02d %s %04d %02d:%02d:%02d +0000\r\n",
	    days[t.tm_wday], t.tm_mday, months[t.tm_mon], t.tm_year + 1900,
	    t.tm_hour, t.tm_min, t.tm_sec);
}

static void
add_link(struct buf *out, const char *url, struct str token)
{
	buf_printf(out, "%s/unsubscribe/%.*s", url, (int)token.len, token.ptr);
}

/* Quoted-printable; *column is where the line stands. */
static void
add_text(struct buf *out, struct str s, int *column)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];
		bool ends = i + 1 == s.len || s.ptr[i + 1] == '\n' ||
			    s.ptr[i + 1] == '\r';
		bool raw =
		    (c > ' ' && c <= '~' && c != '=') || (c == ' ' && !ends);

		if (c == '\r' && i + 1 < s.len && s.ptr[i + 1] == '\n')
			continue;
		if (c == '\n') {
			buf_adds(out, "\r\n");
			*column = 0;
			continue;
		}
		if (*column + (raw ? 1 : 3) > LINE_MAX_CHARS - 1) {
			buf_adds(out, "=\r\n");
			*column = 0;
		}
		if (raw)
			buf_addc(out, (char)c);
		else
			buf_printf(out, "=%02X", c);
		*column += raw ? 1 : 3;
	}
}

static void
add_unsubscribe(struct buf *out, const char *url, struct str token)
{
	buf_adds(out, "List-Unsubscribe: <");
	add_link(out, url, token);
	buf_adds(
	    out, ">\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
}

static void
add_footer(struct buf *out, const char *url, struct str token, int *column)
{
	struct buf line;

	buf_init(&line, 1024);
	buf_adds(&line, "\n\n-- \nNo more mail like this: ");
	add_link(&line, url, token);
	add_text(out, (struct str){ line.data, line.len }, column);
	buf_free(&line);
}

void
mail_write(struct buf *out, const struct mail_head *head,
    const struct delivery *d, const char *from, const char *url, int64_t now)
{
	struct str body = { d->text[DELIVERY_BODY], d->body_len };
	int column = 0;

	add_date(out, now);
	add_mailbox(out, "From", head->from_name, str_of(from));
	add_mailbox(out, "To", head->name, head->to);
	if (head->reply_to.len > 0)
		add_mailbox(
		    out, "Reply-To", (struct str){ NULL, 0 }, head->reply_to);
	add_subject(out, head->subject);
	buf_printf(out, "Message-ID: <%s%s>\r\n", d->text[DELIVERY_ID],
	    strchr(from, '@'));
	if (head->unsubscribe.len > 0)
		add_unsubscribe(out, url, head->unsubscribe);
	buf_adds(out, "Auto-Submitted: auto-generated\r\n"
		      "MIME-Version: 1.0\r\n"
		      "Content-Type: text/plain; charset=utf-8\r\n"
		      "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
	add_text(out, body, &column);
	if (head->unsubscribe.len > 0)
		add_footer(out, url, head->unsubscribe, &column);
	buf_adds(out, "\r\n");
}
