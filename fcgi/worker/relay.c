/* Settings of the relay, the transfer of a letter, what the answers mean. */
#include "worker/relay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/clock.h"
#include "core/file.h"
#include "core/log.h"
#include "worker/mail.h"
#include "worker/pool.h"

#define LETTER_MAX ((size_t)1 << 20)
#define PASSWORD_MAX ((size_t)1024)

struct relay {
	const char *url; /* empty: there is none */
	const char *user;
	const char *ca;
	const char *from;
	const char *origin; /* our public address */
	char *password;
	char sender[MAIL_ADDRESS_MAX + 3]; /* in angle brackets */
	bool is_near;			   /* on this machine */
};

static const char *const near_hosts[] = { "localhost", "127.0.0.1", "[::1]" };

static void
refuse(const char *name, const char *expected)
{
	log_refuse("bad setting", "name", name, "expected", expected, NULL);
}

/* True when the host of the address is one of near_hosts. */
static bool
is_near(const char *host)
{
	for (size_t i = 0; i < sizeof(near_hosts) / sizeof(near_hosts[0]);
	     i++) {
		size_t len = strlen(near_hosts[i]);

		if (strncmp(host, near_hosts[i], len) == 0 &&
		    strchr(":/", host[len]) != NULL)
			return true; /* also at the end of the text */
	}
	return false;
}

static void
read_password(struct relay *r, const char *path)
{
	struct arena *a = arena_new();
	struct str text;
	size_t len;

	if (!file_read(a, path, PASSWORD_MAX, &text))
		refuse("MAINSTAY_SMTP_PASSWORD_FILE",
		    "a file that can be read, of at most 1,024 bytes");
	len = strcspn(text.ptr, "\r\n");
	r->password = strndup(text.ptr, len);
	if (r->password == NULL)
		log_refuse("out of memory", NULL);
	arena_free(a);
}

static void
check(struct relay *r, const struct settings *s)
{
	const char *host = strstr(r->url, "://");

	if (host == NULL || strchr(r->url, '@') != NULL ||
	    (strncmp(r->url, "smtp://", 7) != 0 &&
		strncmp(r->url, "smtps://", 8) != 0))
		refuse("MAINSTAY_SMTP_URL",
		    "smtp://host:port or smtps://host:port, without a user");
	if (!mail_is_address(str_of(r->from)))
		refuse("MAINSTAY_SMTP_FROM", "an address like csm@acme.test");
	if (strcmp(s->smtp_bounce, "<>") != 0 && *s->smtp_bounce != '\0' &&
	    !mail_is_address(str_of(s->smtp_bounce)))
		refuse("MAINSTAY_SMTP_BOUNCE", "an address, or <>");
	if ((*r->user != '\0') != (*s->smtp_password_file != '\0'))
		refuse("MAINSTAY_SMTP_USER",
		    "both it and MAINSTAY_SMTP_PASSWORD_FILE, or none");
	r->is_near = is_near(host + 3);
	if (*r->user != '\0')
		read_password(r, s->smtp_password_file);
}

struct relay *
relay_new(const struct settings *s)
{
	struct relay *r = calloc(1, sizeof(*r));
	const char *bounce = s->smtp_bounce;

	if (r == NULL)
		log_refuse("out of memory", NULL);
	r->url = s->smtp_url;
	r->user = s->smtp_user;
	r->ca = s->smtp_ca;
	r->from = s->smtp_from;
	r->origin = s->url;
	if (*r->url == '\0')
		return r;
	check(r, s);
	if (strcmp(bounce, "<>") == 0)
		bounce = "";
	else if (*bounce == '\0')
		bounce = r->from;
	(void)snprintf(r->sender, sizeof(r->sender), "<%s>", bounce);
	return r;
}

void
relay_free(struct relay *r)
{
	free(r->password);
	free(r);
}

bool
relay_is_for(const struct delivery *d)
{
	return str_is(str_of(d->text[DELIVERY_URL]), "mailto:");
}

/* Without a relay it is as if it did not answer: mail waits for it. */
static enum rc
put_off(struct delivery *d)
{
	d->kind = DELIVERY_TRIED;
	(void)snprintf(d->error, sizeof(d->error),
	    "no mail relay is set up (MAINSTAY_SMTP_URL)");
	return RC_BUSY;
}

enum rc
relay_write(const struct relay *r, struct letter *l, struct delivery *d)
{
	struct mail_head head;
	char to[MAIL_ADDRESS_MAX + 3];

	if (*r->url == '\0')
		return put_off(d);
	if (mail_read_head(&head, str_of(d->text[DELIVERY_HEADERS])) != RC_OK) {
		delivery_refuse(d, "refused: this is not mail");
		return RC_INVALID;
	}
	if (head.opted_out.len > 0) {
		delivery_refuse(d, "refused: the address has opted out");
		return RC_DENIED;
	}
	buf_init(&l->text, LETTER_MAX);
	mail_write(&l->text, &head, d, r->from, r->origin, clock_now());
	(void)snprintf(to, sizeof(to), "<%.*s>", (int)head.to.len, head.to.ptr);
	l->to = curl_slist_append(NULL, to);
	if (l->to == NULL)
		log_refuse("out of memory", NULL);
	l->d = d;
	l->said = 0;
	if (l->text.spoiled) {
		letter_clear(l);
		delivery_refuse(d, "refused: the text is too long");
		return RC_INVALID;
	}
	return RC_OK;
}

static size_t
say(char *out, size_t size, size_t n, void *arg)
{
	struct letter *l = arg;
	size_t left = l->text.len - l->said;
	size_t len = size * n < left ? size * n : left;

	memcpy(out, l->text.data + l->said, len);
	l->said += len;
	return len;
}

/* libcurl gives each line of the relay to the function for headers. */
static size_t
hear(char *data, size_t size, size_t n, void *arg)
{
	struct letter *l = arg;
	size_t len = size * n;
	size_t room = RESPONSE_KEEP - l->d->response.len;

	buf_add(&l->d->response, data, len < room ? len : room);
	return len;
}

void
relay_prepare(const struct relay *r, CURL *e, struct letter *l)
{
	bool must_encrypt = !r->is_near;

	l->said = 0;
	curl_must(curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "smtp,smtps"));
	curl_must(curl_easy_setopt(e, CURLOPT_URL, r->url));
	curl_must(curl_easy_setopt(e, CURLOPT_USE_SSL,
	    (long)(must_encrypt ? CURLUSESSL_ALL : CURLUSESSL_NONE)));
	if (*r->ca != '\0')
		curl_must(curl_easy_setopt(e, CURLOPT_CAINFO, r->ca));
	if (r->password != NULL) {
		curl_must(curl_easy_setopt(e, CURLOPT_USERNAME, r->user));
		curl_must(curl_easy_setopt(e, CURLOPT_PASSWORD, r->password));
	}
	curl_must(curl_easy_setopt(e, CURLOPT_MAIL_FROM, r->sender));
	curl_must(curl_easy_setopt(e, CURLOPT_MAIL_RCPT, l->to));
	curl_must(curl_easy_setopt(e, CURLOPT_UPLOAD, 1L));
	curl_must(curl_easy_setopt(
	    e, CURLOPT_INFILESIZE_LARGE, (curl_off_t)l->text.len));
	curl_must(curl_easy_setopt(e, CURLOPT_READFUNCTION, say));
	curl_must(curl_easy_setopt(e, CURLOPT_READDATA, l));
	curl_must(curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, hear));
	curl_must(curl_easy_setopt(e, CURLOPT_HEADERDATA, l));
}

/* The last line with this code; afterwards the relay may say good-bye. */
static struct str
line_with(const struct buf *b, long code)
{
	struct str found = str_of("");
	size_t at = 0;

	while (at < b->len) {
		size_t len = strcspn(b->data + at, "\r\n");

		if (strtol(b->data + at, NULL, 10) == code)
			found = (struct str){ b->data + at, len };
		at += len + 1;
	}
	return found;
}

/* The relay will never take this mail: it said so of the address or the
 * text.  530 is about how we came, not about what we brought. */
static bool
is_final(const struct letter *l, CURLcode code)
{
	return l->d->http >= 500 && l->d->http != 530 &&
	       (code == CURLE_SEND_ERROR ||
		   (code == CURLE_WEIRD_SERVER_REPLY && l->said > 0));
}

void
relay_explain(struct letter *l, CURLcode code, const char *error)
{
	struct delivery *d = l->d;
	struct str said;

	if (code == CURLE_OK)
		return;
	if (d->http < 400) {
		d->http = 0;
		(void)snprintf(d->error, sizeof(d->error), "%s",
		    *error != '\0' ? error : curl_easy_strerror(code));
		return;
	}
	said = line_with(&d->response, d->http);
	(void)snprintf(d->error, sizeof(d->error), "answered %.*s",
	    (int)said.len, said.ptr);
	if (is_final(l, code))
		d->kind = DELIVERY_REFUSED;
}

void
letter_clear(struct letter *l)
{
	buf_free(&l->text);
	curl_slist_free_all(l->to);
	*l = (struct letter){ 0 };
}
