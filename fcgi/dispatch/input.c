/* From path, query, form or JSON to checked inputs. */
#include <errno.h>
#include <string.h>

#include <json.h>

#include "dispatch/turn.h"
#include "http/form.h"
#include "http/json_gate.h"
#include "http/json_items.h"

/* Every page may be told what was just done. */
static const struct field common[] = {
	{ .name = "done", .type = FIELD_TEXT, .max = 32, .label = "Done" },
	{ .name = NULL },
};

/* The token against forged requests is the dispatcher's, not a field. */
#define CSRF_NAME "_csrf"

static void
unknown(struct turn *t, struct str name)
{
	const char *text = arena_strndup(t->arena, name.ptr, name.len);

	field_fail(t->arena, &t->errors, text, "unknown",
	    arena_printf(t->arena, "%s is not known here.", text));
}

static bool
is_known(const struct turn *t, struct str name)
{
	if (t->route->takes_form || field_find(t->route->fields, name) != NULL)
		return true;
	if (t->route->method == GET)
		return t->route->template != NULL &&
		       field_find(common, name) != NULL;
	return !t->req->is_json && str_is(name, CSRF_NAME);
}

/* Names may repeat where the database knows them, a field never. */
static bool
is_again(const struct route *r, const struct form *form, size_t at)
{
	struct str name = form->fields[at].name;

	if (field_find(r->fields, name) == NULL)
		return false;
	for (size_t i = 0; i < at; i++)
		if (str_eq(form->fields[i].name, name))
			return true;
	return false;
}

static enum rc
parse(struct turn *t, struct str text, struct form *out)
{
	const char *why = NULL;
	enum rc rc;

	rc = form_parse_multi(
	    t->arena, text, t->route->may_repeat ? form_any : NULL, out, &why);
	if (rc != RC_OK) {
		t->detail = why;
		field_fail(t->arena, &t->errors, "form", "malformed", why);
	}
	return rc;
}

enum rc
turn_form(struct turn *t, const struct form **out)
{
	struct form *form;
	enum rc rc;

	*out = t->sent;
	if (t->sent != NULL)
		return RC_OK;
	form = arena_alloc(t->arena, sizeof(*form));
	rc = parse(t, t->req->body, form);
	if (rc == RC_OK)
		*out = t->sent = form;
	return rc;
}

static enum rc
read_form(struct turn *t, struct form *out)
{
	const struct form *sent;
	enum rc rc;

	if (!method_is_write(t->req->method)) {
		rc = parse(t, t->req->query, out);
	} else {
		rc = turn_form(t, &sent);
		if (rc == RC_OK)
			*out = *sent;
	}
	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < out->count; i++) {
		struct str name = out->fields[i].name;

		if (!is_known(t, name))
			unknown(t, name);
		else if (is_again(t->route, out, i))
			field_fail(t->arena, &t->errors, name.ptr, "malformed",
			    arena_printf(
				t->arena, "%s is given twice.", name.ptr));
	}
	return RC_OK;
}

static bool
is_kept(const struct turn *t, struct str name)
{
	const struct field *f = field_find(t->route->fields, name);

	return !str_is(name, CSRF_NAME) &&
	       (f == NULL || f->type != FIELD_SECRET);
}

/* {"name": "text", …} of all that was typed, but for secrets. */
static enum rc
keep_form(struct turn *t, const struct form *form)
{
	struct buf b;
	const char *before = "{";
	enum rc rc = RC_BROKEN;

	buf_init(&b, 8 * FORM_BODY_MAX);
	for (size_t i = 0; i < form->count; i++) {
		const struct form_field *f = &form->fields[i];

		if (!is_kept(t, f->name))
			continue;
		buf_adds(&b, before);
		buf_json(&b, f->name.ptr, f->name.len);
		buf_addc(&b, ':');
		buf_json(&b, f->value.ptr, f->value.len);
		before = ",";
	}
	buf_adds(&b, *before == '{' ? "{}" : "}");
	if (!b.spoiled) {
		t->form = arena_strndup(t->arena, b.data, b.len);
		rc = RC_OK;
	}
	buf_free(&b);
	return rc;
}

/* JSON has types: a number is no text and a text is no number.  NULL when
 * it is right; else what would be. */
static const char *
text_of_json(const struct field *f, struct json_object *v, struct str *out)
{
	static const struct {
		enum json_type type;
		const char *sentence;
	} table[FIELD__MAX] = {
		[FIELD_INT] = { json_type_int, "This must be a whole number." },
		[FIELD_BOOL] = { json_type_boolean,
		    "This must be true or false." },
		[FIELD_OBJECT] = { json_type_object,
		    "This must be an object." },
		[FIELD_LIST] = { json_type_array, "This must be a list." },
	};
	bool is_text = table[f->type].sentence == NULL;
	enum json_type type = json_object_get_type(v);

	*out = (struct str){ NULL, 0 };
	if (type == json_type_null)
		return NULL;
	if (type != (is_text ? json_type_string : table[f->type].type))
		return is_text ? "This must be a text."
			       : table[f->type].sentence;
	*out = str_of(is_text ? json_object_get_string(v)
			      : json_object_to_json_string_ext(
				    v, JSON_C_TO_STRING_PLAIN));
	return NULL;
}

static enum rc
refuse_json(struct turn *t, const struct json_fault *fault)
{
	t->detail = fault->why;
	field_fail(t->arena, &t->errors,
	    fault->pointer[0] == '/'
		? arena_strdup(t->arena, fault->pointer + 1)
		: "",
	    "malformed", fault->why);
	return RC_INVALID;
}

/* The database judges each item; the parameters are its own. */
static enum rc
read_items(struct turn *t)
{
	struct json_fault fault = { 0 };
	struct json_items items;
	enum rc rc;

	if (!t->req->is_json) {
		t->detail = "The body must be application/json.";
		return RC_INVALID;
	}
	rc = json_items_parse(t->arena, t->req->body, &items, &fault);
	if (rc == RC_INVALID)
		return refuse_json(t, &fault);
	if (rc != RC_OK)
		return rc;
	turn_set(t, "items", items.text);
	turn_set(t, "item_faults", items.faults);
	return RC_OK;
}

static enum rc
read_json(struct turn *t, struct form *out)
{
	struct json_fault fault = { 0 };
	struct json_object *body;
	struct json_object_iterator it, end;
	enum rc rc;

	rc = json_gate_parse(t->arena, t->req->body, BODY_MAX, &body, &fault);
	if (rc == RC_INVALID)
		return refuse_json(t, &fault);
	if (rc != RC_OK)
		return rc;
	errno = 0;
	out->fields = arena_array(t->arena,
	    (size_t)json_object_object_length(body) + 1, sizeof(*out->fields));
	it = json_object_iter_begin(body);
	end = json_object_iter_end(body);
	for (; !json_object_iter_equal(&it, &end); json_object_iter_next(&it)) {
		struct str name = str_of(json_object_iter_peek_name(&it));
		const struct field *f = field_find(t->route->fields, name);
		const char *wrong;
		struct str value;

		if (f == NULL) {
			unknown(t, name);
			continue;
		}
		wrong =
		    text_of_json(f, json_object_iter_peek_value(&it), &value);
		if (wrong != NULL)
			field_fail(
			    t->arena, &t->errors, f->name, "type", wrong);
		else
			out->fields[out->count++] =
			    (struct form_field){ name, value };
	}
	return errno == ENOMEM ? RC_BROKEN : RC_OK; /* texts are made late */
}

static bool
has_failed(const struct turn *t, const char *name)
{
	for (size_t i = 0; i < t->errors.count; i++)
		if (strcmp(t->errors.list[i].name, name) == 0)
			return true;
	return false;
}

static bool
is_given(const struct form *form, const char *name)
{
	for (size_t i = 0; i < form->count; i++)
		if (str_is(form->fields[i].name, name))
			return true;
	return false;
}

/* {name,arr}: a change leaves alone what is not in it. */
static void
note_given(struct turn *t, const struct form *form)
{
	const char *list = "", *before = "";

	for (const struct field *f = t->route->fields; f && f->name; f++) {
		if (!is_given(form, f->name))
			continue;
		list = arena_printf(t->arena, "%s%s%s", list, before, f->name);
		before = ",";
	}
	t->given = arena_printf(t->arena, "{%s}", list);
}

static bool
is_text(const struct field *f)
{
	return f->type != FIELD_INT && f->type != FIELD_BOOL &&
	       f->type != FIELD_OBJECT && f->type != FIELD_LIST;
}

/* {"name":"x","is_primary":true} of what was sent and is right. */
static enum rc
note_values(struct turn *t, const struct form *form)
{
	const char *before = "{";
	struct buf b;

	buf_init(&b, 8 * BODY_MAX);
	for (const struct field *f = t->route->fields; f && f->name; f++) {
		const char *text = input_get(&t->inputs, f->name);

		if (!is_given(form, f->name))
			continue;
		buf_printf(&b, "%s\"%s\":", before, f->name);
		if (text != NULL && is_text(f))
			buf_json(&b, text, strlen(text));
		else
			buf_adds(&b, text != NULL ? text : "null");
		before = ",";
	}
	buf_adds(&b, *before == '{' ? "{}" : "}");
	if (!b.spoiled)
		t->values = arena_strndup(t->arena, b.data, b.len);
	buf_free(&b);
	return t->values != NULL ? RC_OK : RC_BROKEN;
}

static void
check(struct turn *t, const struct field *f, const struct form *form)
{
	struct str given = form_get(form, f->name);
	const char *value = NULL, *code = NULL, *message;

	if (given.ptr != NULL && f->type != FIELD_SECRET)
		t->echo.list[t->echo.count++] = (struct input){ f->name,
			arena_strndup(t->arena, given.ptr, given.len) };
	if (has_failed(t, f->name))
		return;
	if (method_is_partial(t->req->method) && !is_given(form, f->name))
		return;
	message = field_check(t->arena, f, given, &value, &code);
	if (message != NULL)
		field_fail(t->arena, &t->errors, f->name, code, message);
	else
		t->inputs.list[t->inputs.count++] =
		    (struct input){ f->name, value };
}

enum rc
turn_read_fields(struct turn *t, const struct inputs *path)
{
	bool is_write = method_is_write(t->req->method);
	size_t room =
	    field_count(t->route->fields) + path->count + TURN_EXTRA_MAX;
	struct form form = { 0 };
	enum rc rc;

	t->inputs = (struct inputs){ .list = arena_array(t->arena, room,
					 sizeof(struct input)) };
	t->echo = (struct inputs){ .list = arena_array(
				       t->arena, room, sizeof(struct input)) };
	for (size_t i = 0; i < path->count; i++)
		t->inputs.list[t->inputs.count++] = path->list[i];

	if (t->route->takes_items)
		return read_items(t);
	rc = t->req->is_json ? read_json(t, &form) : read_form(t, &form);
	if (rc == RC_OK && !t->req->is_json &&
	    (t->route->takes_form || (is_write && t->route->again != NULL)))
		rc = keep_form(t, &form);
	if (rc != RC_OK)
		return rc;
	note_given(t, &form);
	for (const struct field *f = t->route->fields; f && f->name; f++)
		check(t, f, &form);
	if (!is_write && t->route->template != NULL)
		check(t, common, &form);
	if (t->errors.count > 0)
		return RC_INVALID;
	return t->req->is_json ? note_values(t, &form) : RC_OK;
}
