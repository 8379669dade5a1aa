/* The Standard Webhooks headers, and the endpoint's own. */
#include "worker/headers.h"

#include <inttypes.h>
#include <string.h>

#include "core/log.h"
#include "worker/guard.h"
#include "worker/sign.h"

#define LINE_MAX_BYTES ((size_t)2048)

static void
append(struct curl_slist **list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(*list, line);

	if (longer == NULL)
		log_refuse("out of memory", NULL);
	*list = longer;
}

/* The endpoint's lines were checked when they were saved; a line that got
 * past that must still not be sent. */
static enum rc
append_own(struct curl_slist **list, const char *lines, struct buf *b)
{
	const char *at = lines != NULL ? lines : "";

	while (*at != '\0') {
		size_t len = strcspn(at, "\n");

		if (!guard_is_header((struct str){ at, len }))
			return RC_INVALID;
		buf_clear(b);
		buf_add(b, at, len);
		append(list, b->data);
		at += len;
		at += *at == '\n';
	}
	return RC_OK;
}

static enum rc
append_signature(
    struct curl_slist **list, struct delivery *d, int64_t now, struct buf *b)
{
	struct str body = { d->text[DELIVERY_BODY], d->body_len };
	enum rc rc;

	buf_clear(b);
	buf_printf(b, "webhook-id: %s", d->text[DELIVERY_ID]);
	append(list, b->data);
	buf_clear(b);
	buf_printf(b, "webhook-timestamp: %" PRId64, now);
	append(list, b->data);
	buf_clear(b);
	buf_adds(b, "webhook-signature: ");
	rc = sign_webhook(
	    b, d->text[DELIVERY_SECRETS], d->text[DELIVERY_ID], now, body);
	if (rc == RC_OK)
		append(list, b->data);
	return rc;
}

enum rc
headers_build(struct delivery *d, int64_t now, struct curl_slist **out)
{
	struct curl_slist *list = NULL;
	struct buf b;
	enum rc rc;

	buf_init(&b, LINE_MAX_BYTES);
	append(&list, "Content-Type: application/json");
	append(&list, "Expect:");
	rc = d->text[DELIVERY_SECRETS] == NULL
		 ? RC_OK /* Slack knows no signatures */
		 : append_signature(&list, d, now, &b);
	if (rc != RC_OK) {
		delivery_refuse(d, "refused: the signing key is not usable");
	} else {
		rc = append_own(&list, d->text[DELIVERY_HEADERS], &b);
		if (rc != RC_OK)
			delivery_refuse(d,
			    "refused: a header of the endpoint is not valid");
	}
	buf_free(&b);
	if (rc != RC_OK) {
		curl_slist_free_all(list);
		return rc;
	}
	*out = list;
	return RC_OK;
}

#define MASKED_MIN ((size_t)4) /* a shorter value is no secret */

static void
mask(struct buf *b, const char *secret, size_t len)
{
	char *at = b->data;

	while (len >= MASKED_MIN &&
	       (at = memmem(at, (size_t)(b->data + b->len - at), secret,
		    len)) != NULL) {
		memset(at, '*', len);
		at += len;
	}
}

void
headers_mask(struct delivery *d)
{
	const char *at = d->text[DELIVERY_HEADERS];

	while (d->response.len > 0 && at != NULL && *at != '\0') {
		size_t len = strcspn(at, "\n");
		const char *value = memchr(at, ' ', len);
		const char *last = memrchr(at, ' ', len);

		if (value != NULL) {
			/* as a whole, and without "Bearer" */
			mask(&d->response, value + 1,
			    (size_t)(at + len - value) - 1);
			mask(&d->response, last + 1,
			    (size_t)(at + len - last) - 1);
		}
		at += len;
		at += *at == '\n';
	}
}
