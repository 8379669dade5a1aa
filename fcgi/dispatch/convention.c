/* Headers of the API, read and written in one place. */
#include "dispatch/convention.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/secret.h"
#include "core/clock.h"
#include "http/rate.h"

#define NAME_MAX_LEN 255

static void
set_number(struct turn *t, const char *name, long n)
{
	response_header(t->resp, name, arena_printf(t->arena, "%ld", n));
}

enum rc
convention_count(struct turn *t, const char *who)
{
	struct rate_state s;
	char digits[17];

	if (t->app->rate == NULL || !t->req->is_api)
		return RC_OK;
	(void)snprintf(digits, sizeof(digits), "%.16s",
	    strncmp(who, "\\x", 2) == 0 ? who + 2 : who);
	(void)rate_take(
	    t->app->rate, strtoull(digits, NULL, 16), clock_us(), &s);
	response_header(t->resp, "RateLimit-Policy",
	    arena_printf(
		t->arena, "\"default\";q=%ld;w=%d", s.quota, RATE_SECONDS));
	response_header(t->resp, "RateLimit",
	    arena_printf(
		t->arena, "\"default\";r=%ld;t=%ld", s.remaining, s.reset));
	set_number(t, "RateLimit-Limit", s.quota);
	set_number(t, "RateLimit-Remaining", s.remaining);
	set_number(t, "RateLimit-Reset", s.reset);
	if (s.retry == 0)
		return RC_OK;
	set_number(t, "Retry-After", s.retry);
	t->detail = "Too many requests: wait as long as Retry-After says.";
	return RC_LIMIT;
}

static const char *
hash_text(struct turn *t, struct str text)
{
	uint8_t hash[SECRET_MAC_SIZE];
	char *out = arena_alloc(t->arena, 2 * sizeof(hash) + 1);

	secret_hash(text, hash);
	hex_encode(out, hash, sizeof(hash));
	return out;
}

/* The same request again has the same. */
static const char *
fingerprint(struct turn *t)
{
	const struct request *q = t->req;
	struct buf b;
	const char *hash;

	buf_init(&b, q->body.len + 4096);
	buf_printf(&b, "%s\n%s\n", method_name(q->method), q->path);
	if (q->body.len > 0)
		buf_add(&b, q->body.ptr, q->body.len);
	hash = hash_text(t, (struct str){ b.data, b.len });
	buf_free(&b);
	return arena_printf(t->arena, "\\x%s", hash);
}

/* A structured-field string, or bare. */
static bool
read_name(struct turn *t, struct str text, const char **out)
{
	if (text.len >= 2 && text.ptr[0] == '"' &&
	    text.ptr[text.len - 1] == '"') {
		text.ptr++;
		text.len -= 2;
	}
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] <= ' ' || text.ptr[i] > '~' ||
		    text.ptr[i] == '"' || text.ptr[i] == '\\')
			return false;
	*out = arena_strndup(t->arena, text.ptr, text.len);
	return text.len > 0 && text.len <= NAME_MAX_LEN;
}

enum rc
convention_name(struct turn *t)
{
	const struct request *q = t->req;

	if (q->idempotency_key.ptr == NULL || !q->is_api || q->method != POST ||
	    t->route->needs == ANYONE)
		return RC_OK;
	if (!read_name(t, q->idempotency_key, &t->name)) {
		t->detail = "Idempotency-Key must be 1 to 255 characters, "
			    "without blanks.";
		return RC_INVALID;
	}
	turn_set(t, "idempotency_key", t->name);
	turn_set(t, "fingerprint", fingerprint(t));
	return RC_OK;
}

/* Location and ETag, as a JSON object. */
static const char *
kept_headers(struct turn *t)
{
	struct buf b;
	const char *text, *before = "{";

	buf_init(&b, 4096);
	for (int i = 0; i < t->resp->n_headers; i++) {
		const char *name = t->resp->headers[i].name;
		const char *value = t->resp->headers[i].value;

		if (strcmp(name, "Location") != 0 && strcmp(name, "ETag") != 0)
			continue;
		buf_printf(&b, "%s\"%s\":", before, name);
		buf_json(&b, value, strlen(value));
		before = ",";
	}
	buf_adds(&b, *before == '{' ? "{}" : "}");
	text = arena_strndup(t->arena, b.data, b.len);
	buf_free(&b);
	return text;
}

void
convention_keep(struct turn *t)
{
	struct str body = { t->resp->body->data, t->resp->body->len };
	struct str kept = { NULL, 0 };

	if (t->route->json != NULL)
		kept = turn_get(t, t->route->json, "kept");
	if (kept.ptr != NULL)
		body = kept;

	turn_set(
	    t, "answer_status", arena_printf(t->arena, "%d", t->resp->status));
	turn_set(t, "answer_headers", kept_headers(t));
	turn_set(t, "answer_body", arena_strndup(t->arena, body.ptr, body.len));
}

static void
set_header(struct turn *t, const char *name, struct str value)
{
	if (value.ptr != NULL)
		response_header(t->resp, name,
		    arena_strndup(t->arena, value.ptr, value.len));
}

enum rc
convention_replay(struct turn *t)
{
	struct str body;
	long status;
	enum rc rc;

	t->name = NULL;
	t->errors.count = 0;
	t->detail = NULL;
	rc = turn_run(t, DB_READ, "kept=idempotency_answer");
	if (rc != RC_OK)
		return rc;
	if (!str_to_long(turn_get(t, "kept", "status"), &status))
		return RC_CONFLICT;
	body = turn_get(t, "kept", "body");
	t->resp->status = (int)status;
	t->resp->content_type = "application/json";
	buf_clear(t->resp->body);
	buf_add(t->resp->body, body.ptr, body.len);
	set_header(t, "Location", turn_get(t, "kept", "location"));
	set_header(t, "ETag", turn_get(t, "kept", "etag"));
	response_header(t->resp, "Idempotent-Replayed", "true");
	t->is_answered = true;
	return RC_OK;
}

/* One of "a", W/"b": nginx makes a tag weak when it compresses. */
static bool
has_tag(struct str list, const char *tag)
{
	/* Terminated: request_read() copied it. */
	return str_is(list, "*") || strstr(list.ptr, tag) != NULL;
}

void
convention_tag(struct turn *t, struct str version)
{
	struct response *p = t->resp;
	const char *tag;

	if (version.ptr == NULL)
		version = str_of(arena_printf(t->arena, "%.32s",
		    hash_text(t, (struct str){ p->body->data, p->body->len })));
	tag = arena_printf(t->arena, "\"%.*s\"", (int)version.len, version.ptr);
	response_header(p, "ETag", tag);
	if (t->req->method != GET || t->req->if_none_match.ptr == NULL ||
	    !has_tag(t->req->if_none_match, tag))
		return;
	p->status = 304;
	buf_clear(p->body);
}

void
convention_link(struct turn *t, struct str cursor)
{
	struct str query = t->req->query;
	const char *at = query.ptr, *end = query.ptr + query.len;
	struct buf b;

	if (cursor.ptr == NULL)
		return;
	buf_init(&b, 8192);
	buf_printf(&b, "<%s?", t->req->path);
	while (at != NULL && at < end) {
		const char *stop = memchr(at, '&', (size_t)(end - at));
		size_t len = (size_t)((stop != NULL ? stop : end) - at);

		if (len > 0 && strncmp(at, "cursor=", 7) != 0) {
			buf_add(&b, at, len);
			buf_addc(&b, '&');
		}
		at += len + 1;
	}
	buf_adds(&b, "cursor=");
	buf_add(&b, cursor.ptr, cursor.len);
	buf_adds(&b, ">; rel=\"next\"");
	if (!b.spoiled)
		response_header(
		    t->resp, "Link", arena_strndup(t->arena, b.data, b.len));
	buf_free(&b);
}
