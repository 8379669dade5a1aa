/* From FastCGI parameters to a request. */
#include "http/request.h"

#include <string.h>

static const char *const names[METHOD__MAX] = {
	[METHOD_NONE] = "",
	[GET] = "GET",
	[POST] = "POST",
	[PUT] = "PUT",
	[PATCH] = "PATCH",
	[DELETE] = "DELETE",
};

const char *
method_name(enum method m)
{
	return m < METHOD__MAX ? names[m] : "";
}

static enum method
method_of(const char *name)
{
	for (enum method m = GET; m < METHOD__MAX; m++)
		if (strcmp(name, names[m]) == 0)
			return m;
	return METHOD_NONE;
}

static const char *
param(struct fcgi *f, struct arena *a, const char *name)
{
	const char *value = fcgi_param(f, name);

	return value != NULL && *value != '\0' ? arena_strdup(a, value) : NULL;
}

static struct str
header(struct fcgi *f, struct arena *a, const char *name)
{
	return str_of(param(f, a, name));
}

/* nginx passes each of two equal headers on; a library would take the
 * first, a proxy in front perhaps the last. */
static const char *
twice(struct fcgi *f)
{
	static const char *const single[] = { "HTTP_AUTHORIZATION",
		"HTTP_X_API_KEY", "HTTP_COOKIE", "HTTP_ORIGIN",
		"HTTP_SEC_FETCH_SITE", "HTTP_X_CSRF_TOKEN", "HTTP_CONTENT_TYPE",
		"HTTP_IDEMPOTENCY_KEY", "HTTP_IF_MATCH", "CONTENT_TYPE",
		"CONTENT_LENGTH" };

	for (size_t i = 0; i < sizeof(single) / sizeof(single[0]); i++)
		if (fcgi_param_count(f, single[i]) > 1)
			return single[i];
	return NULL;
}

/* The trace of "00-<32 digits>-<16 digits>-<2 digits>", all lower case; what
 * is written otherwise is not heard, as the standard says. */
static const char *
trace_of(struct arena *a, const char *text)
{
	static const char form[] =
	    "00-tttttttttttttttttttttttttttttttt-pppppppppppppppp-ff";

	if (text == NULL || strlen(text) != sizeof(form) - 1)
		return NULL;
	for (size_t i = 0; form[i] != '\0'; i++) {
		bool is_digit = strchr("0123456789abcdef", text[i]) != NULL;

		if (strchr("tpf", form[i]) != NULL ? !is_digit
						   : text[i] != form[i])
			return NULL;
	}
	if (strspn(text + 3, "0") >= 32 || strspn(text + 36, "0") >= 16)
		return NULL;
	return arena_strndup(a, text + 3, 32);
}

/* Media type, perhaps with a charset, which must then be UTF-8. */
static bool
is_type(const char *type, const char *want)
{
	size_t len = strlen(want);

	if (strncasecmp(type, want, len) != 0)
		return false;
	type += len;
	while (*type == ' ')
		type++;
	if (*type == '\0')
		return true;
	if (*type++ != ';')
		return false;
	while (*type == ' ')
		type++;
	return strcasecmp(type, "charset=utf-8") == 0;
}

static enum rc
fail(int *status_out, const char **why, int status, const char *text)
{
	*status_out = status;
	*why = text;
	return RC_INVALID;
}

enum rc
request_read_body(struct fcgi *f, struct arena *a, struct request *q,
    size_t max, bool takes_form, int *status, const char **why)
{
	const char *length = fcgi_param(f, "CONTENT_LENGTH");
	const char *type = fcgi_param(f, "CONTENT_TYPE");
	long len = 0;

	if (length != NULL && *length != '\0' &&
	    (!str_to_long(str_of(length), &len) || len < 0))
		return fail(
		    status, why, 400, "Content-Length is not a number.");
	if ((size_t)len > max)
		return fail(status, why, 413,
		    arena_printf(a, "The body is larger than %zu,%03zu bytes.",
			max / 1000, max % 1000));
	if (len == 0 || !method_is_write(q->method))
		return RC_OK;

	if (type == NULL)
		type = "";
	q->is_json = is_type(type, "application/json") ||
		     (q->method == PATCH &&
			 is_type(type, "application/merge-patch+json"));
	if (!q->is_json &&
	    (!takes_form ||
		!is_type(type, "application/x-www-form-urlencoded")))
		return fail(status, why, 415,
		    arena_printf(a, "The body must be application/json%s%s.",
			q->method == PATCH ? " or application/merge-patch+json"
					   : "",
			takes_form ? " or application/x-www-form-urlencoded"
				   : ""));
	if (!fcgi_body(f, a, (size_t)len, &q->body))
		return fail(status, why, 400, "The body ended early.");
	return RC_OK;
}

enum rc
request_read(struct fcgi *f, struct arena *a, struct request *q, int *status,
    const char **why)
{
	const char *method = fcgi_param(f, "REQUEST_METHOD");

	*q = (struct request){ .path = param(f, a, "DOCUMENT_URI"),
		.id = param(f, a, "REQUEST_ID"),
		.ip = param(f, a, "REMOTE_ADDR"),
		.user_agent = param(f, a, "HTTP_USER_AGENT"),
		.query = header(f, a, "QUERY_STRING"),
		.cookie = header(f, a, "HTTP_COOKIE"),
		.authorization = header(f, a, "HTTP_AUTHORIZATION"),
		.api_key = header(f, a, "HTTP_X_API_KEY"),
		.origin = header(f, a, "HTTP_ORIGIN"),
		.sec_fetch_site = header(f, a, "HTTP_SEC_FETCH_SITE"),
		.csrf = header(f, a, "HTTP_X_CSRF_TOKEN"),
		.idempotency_key = header(f, a, "HTTP_IDEMPOTENCY_KEY"),
		.if_match = header(f, a, "HTTP_IF_MATCH"),
		.if_none_match = header(f, a, "HTTP_IF_NONE_MATCH"),
		.trace_id = trace_of(a, param(f, a, "HTTP_TRACEPARENT")) };
	if (q->path == NULL || method == NULL || q->path[0] != '/' ||
	    !str_is_text(str_of(q->path)))
		return fail(status, why, 400, "The address is malformed.");
	q->is_local = fcgi_param(f, "MAINSTAY_LOCAL") != NULL;
	q->is_api = strncmp(q->path, "/api/", 5) == 0;
	if (q->user_agent != NULL && !str_is_text(str_of(q->user_agent)))
		q->user_agent = NULL;
	q->is_head = strcmp(method, "HEAD") == 0;
	q->method = q->is_head ? GET : method_of(method);
	if (q->method == METHOD_NONE)
		return fail(status, why, 405, "That method is not known here.");
	if (twice(f) != NULL)
		return fail(status, why, 400,
		    arena_printf(a, "%s was sent twice.", twice(f)));
	return RC_OK;
}
