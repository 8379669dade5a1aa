/* The engine: the tables of cases, rows and maps, errors, limits. */
#include "view/mustache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/log.h"
#include "mustache_spec.h"
#include "rows_stub.h"
#include "test.h"

#define OUTPUT_MAX 100000

struct fixture {
	struct arena *arena;
	struct mustache_set *set;
	struct mustache_error err;
	struct buf out;
};

static void
begin(struct fixture *f)
{
	f->arena = arena_new();
	f->set = mustache_set_new();
	buf_init(&f->out, OUTPUT_MAX);
}

static void
end(struct fixture *f)
{
	buf_free(&f->out);
	mustache_set_free(f->set);
	arena_free(f->arena);
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return -1;
	begin(f);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	end(*state);
	free(*state);
	return 0;
}

static void
add(struct fixture *f, const char *name, const char *text)
{
	f->err.text[0] = '\0';
	if (mustache_add(f->set, name, str_of(text), &f->err) != RC_OK)
		fail_msg("%s", f->err.text);
}

static void
expect(struct fixture *f, struct value root, const char *expected)
{
	const struct mustache *m = mustache_find(f->set, "page");

	assert_non_null(m);
	for (int i = 0; i < 2; i++) {
		buf_clear(&f->out);
		assert_int_equal(
		    mustache_render(m, f->arena, root, &f->out), RC_OK);
		assert_string_equal(
		    f->out.data == NULL ? "" : f->out.data, expected);
		mustache_join(f->set, "page", value_text(STR("")));
	}
}

static struct value
json(struct fixture *f, const char *text)
{
	char *copy = arena_strdup(f->arena, text);
	struct value v;

	for (char *p = copy; *p != '\0'; p++)
		if (*p == '\'')
			*p = '"';
	v = value_json_parse(f->arena, str_of(copy));
	assert_int_equal(v.kind, VALUE_JSON);
	return v;
}

/* One entry of a table; it is in the initial state. */
static void
spec(void **state)
{
	const struct spec_case *c = *state;
	struct fixture f;

	begin(&f);
	add(&f, "page", c->text);
	for (size_t i = 0; i < SPEC_PARTIALS && c->partials[i] != NULL; i += 2)
		add(&f, c->partials[i], c->partials[i + 1]);
	expect(&f, json(&f, c->data), c->expected);
	end(&f);
}

/* What {{x}} in text says when it cannot be compiled. */
static void
expect_error(struct fixture *f, const char *text, const char *message)
{
	assert_int_equal(
	    mustache_add(f->set, "a/bad", str_of(text), &f->err), RC_INVALID);
	assert_string_equal(f->err.text, message);
	assert_null(mustache_find(f->set, "a/bad"));
}

static void
errors_name_template_line_column_and_what_is_wrong(void **state)
{
	struct fixture *f = *state;

	expect_error(
	    f, "a\n  {{#x}}\n", "a/bad.mustache:2:3: {{#x}} is never closed");
	expect_error(f, "{{<l}}{{$b}}x{{/b}}",
	    "a/bad.mustache:1:1: {{<l}} is never closed");
	expect_error(f, "a\n{{#x}}{{#y}}\n\n {{/x}}{{/y}}",
	    "a/bad.mustache:4:2: {{/x}} closes {{#y}} of line 2, column 7");
	expect_error(f, "{{/x}}", "a/bad.mustache:1:1: {{/x}} closes nothing");
	expect_error(
	    f, "a\nb {{x", "a/bad.mustache:2:3: the tag is never closed");
	expect_error(
	    f, "{{{x}}", "a/bad.mustache:1:1: the tag is never closed");
	expect_error(f, "\303\251{{}}", "a/bad.mustache:1:2: the tag is empty");
	expect_error(f, "{{#}}{{/}}", "a/bad.mustache:1:1: the tag is empty");
	expect_error(
	    f, "{{a b}}", "a/bad.mustache:1:1: the name has white space in it");
	expect_error(
	    f, "{{a..b}}", "a/bad.mustache:1:1: the name has an empty part");
	expect_error(f, "{{#a.}}{{/a.}}",
	    "a/bad.mustache:1:1: the name has an empty part");
}

static void
bad_delimiters_are_errors(void **state)
{
	static const char *const bad[] = { "{{=a=}}", "{{= =}}", "{{=a b c=}}",
		"{{=a= b=}}" };
	struct fixture *f = *state;

	for (size_t i = 0; i < N_OF(bad); i++) {
		assert_int_equal(
		    mustache_add(f->set, "x", str_of(bad[i]), &f->err),
		    RC_INVALID);
		assert_non_null(strstr(f->err.text, "x.mustache:1:1: these "
						    "are not two delimiters"));
	}
	expect_error(
	    f, "{{=<% %>}}", "a/bad.mustache:1:1: the tag is never closed");
}

static void
a_template_is_added_once(void **state)
{
	struct fixture *f = *state;

	add(f, "page", "one");
	assert_int_equal(
	    mustache_add(f->set, "page", STR("two"), &f->err), RC_CONFLICT);
	expect(f, value_bool(true), "one");
}

static void
check_finds_partials_and_parents_that_are_missing(void **state)
{
	struct fixture *f = *state;

	add(f, "page", "\n {{>a/b}}\n{{#x}}{{<c}}{{/c}}{{/x}}");
	assert_int_equal(mustache_check(f->set, &f->err), RC_INVALID);
	assert_string_equal(
	    f->err.text, "page.mustache:2:2: there is no template \"a/b\"");
	add(f, "a/b", "");
	assert_int_equal(mustache_check(f->set, &f->err), RC_INVALID);
	assert_string_equal(
	    f->err.text, "page.mustache:3:7: there is no template \"c\"");
	add(f, "c", "");
	assert_int_equal(mustache_check(f->set, &f->err), RC_OK);
}

/* Rows as a page sees them. */
static const char *const names[] = { "id", "name", "is_good", "extra", NULL };
static const enum column_type types[] = { COLUMN_TEXT, COLUMN_TEXT, COLUMN_BOOL,
	COLUMN_JSON };
/* clang-format off */
static const char *const cells[] = {
	"1", "<A>", "t", "{\"tags\":[\"x\",\"y\"],\"n\":null}",
	"2", "",    "f", "[1.50,2]",
	"3", NULL,  NULL, NULL,
};
/* clang-format on */
static const struct rows three = { names, types, cells, 3 };
static const struct rows none = { names, types, cells, 0 };

static struct value
rows_root(struct fixture *f)
{
	struct value_map *m = value_map_new(f->arena);

	value_map_set(f->arena, m, "rows", value_rows(&three));
	value_map_set(f->arena, m, "none", value_rows(&none));
	value_map_set(f->arena, m, "other", value_text(STR("o&o")));
	return value_of_map(m);
}

static void
rows_are_a_list_of_their_columns(void **state)
{
	struct fixture *f = *state;

	add(f, "page", "{{#rows}}{{id}}:{{name}}:{{{name}}};{{/rows}}");
	expect(f, rows_root(f), "1:&lt;A&gt;:<A>;2::;3::;");
}

static void
no_rows_are_false(void **state)
{
	struct fixture *f = *state;

	add(f, "page",
	    "{{#none}}no{{/none}}{{^none}}none{{/none}}"
	    "{{^rows}}no{{/rows}}[{{none.id}}]");
	expect(f, rows_root(f), "none[]");
}

static void
a_dotted_name_reads_the_first_row(void **state)
{
	struct fixture *f = *state;

	add(f, "page",
	    "{{rows.id}}{{rows.name}}{{#rows.is_good}}!"
	    "{{/rows.is_good}}[{{rows.nothing}}][{{rows}}]"
	    "{{#rows.extra.tags}}{{.}}{{/rows.extra.tags}}");
	expect(f, rows_root(f), "1&lt;A&gt;![][]xy");
}

static void
columns_come_before_outer_names(void **state)
{
	struct fixture *f = *state;
	struct value_map *m = value_map_new(f->arena);

	value_map_set(f->arena, m, "rows", value_rows(&three));
	value_map_set(f->arena, m, "name", value_text(STR("outer")));
	value_map_set(f->arena, m, "other", value_text(STR("o")));
	add(f, "page", "{{#rows}}[{{name}}{{other}}]{{/rows}}");
	expect(f, value_of_map(m), "[&lt;A&gt;o][o][o]");
}

static void
empty_text_null_and_f_are_false(void **state)
{
	struct fixture *f = *state;

	add(f, "page",
	    "{{#rows}}{{#name}}N{{/name}}{{^name}}-{{/name}}"
	    "{{#is_good}}G{{/is_good}}{{^is_good}}-{{/is_good}}"
	    "{{#extra}}E{{/extra}}{{^extra}}-{{/extra}} {{/rows}}");
	expect(f, rows_root(f), "NGE --EE --- ");
}

static void
a_row_itself_prints_nothing(void **state)
{
	struct fixture *f = *state;

	add(f, "page", "{{#rows}}[{{.}}{{rows}}]{{/rows}}[{{.}}]");
	expect(f, rows_root(f), "[][][][]");
}

static void
boolean_columns_print_words(void **state)
{
	struct fixture *f = *state;

	add(f, "page", "{{#rows}}[{{is_good}}]{{/rows}}");
	expect(f, rows_root(f), "[true][false][]");
}

static void
json_columns_are_values(void **state)
{
	struct fixture *f = *state;

	add(f, "page",
	    "{{#rows}}({{#extra}}{{#tags}}{{.}},{{/tags}}"
	    "{{n}}{{/extra}}{{#extra}}{{.}};{{/extra}}){{/rows}}");
	expect(f, rows_root(f),
	    "(x,y,{&quot;tags&quot;:[&quot;x&quot;,&quot;y&quot;],"
	    "&quot;n&quot;:null};)(1.50;2;)()");
}

static void
more_json_cells_than_are_remembered(void **state)
{
	static const char *const column[] = { "j", NULL };
	static const enum column_type type[] = { COLUMN_JSON };
	const char *many[40];
	struct rows rows = { column, type, many, N_OF(many) };
	struct fixture *f = *state;
	char expected[2 * N_OF(many) + 1] = "";

	for (size_t i = 0; i < N_OF(many); i++) {
		many[i] = i % 2 == 0 ? "{\"a\":1}" : "{\"a\":2}";
		memcpy(expected + 2 * i, i % 2 == 0 ? "11" : "22", 3);
	}
	add(f, "page", "{{#.}}{{j.a}}{{#j}}{{a}}{{/j}}{{/.}}");
	expect(f, value_rows(&rows), expected);
}

static void
names_of_columns_are_read_once(void **state)
{
	struct fixture *f = *state;

	add(f, "page", "{{#rows}}{{id}}{{id}}{{>p}}{{other}}{{/rows}}");
	add(f, "p", "{{id}}{{name}}");
	rows_stub_names = 0;
	expect(f, rows_root(f), "111&lt;A&gt;o&amp;o222o&amp;o333o&amp;o");
	assert_int_equal(rows_stub_names, 2 * 4); /* rendered twice */
}

static void
of_columns_of_one_name_the_first_counts(void **state)
{
	static const char *const twice[] = { "a", "b", "a", NULL };
	static const char *const cell[] = { "1", "2", "3" };
	static const struct rows rows = { twice, NULL, cell, 1 };
	struct fixture *f = *state;

	add(f, "page", "{{#.}}{{a}}{{b}}{{/.}}");
	expect(f, value_rows(&rows), "12");
}

/* The second {{name}} is asked of the rows between. */
static void
a_text_is_seen_inside_its_section(void **state)
{
	struct fixture *f = *state;

	add(f, "page",
	    "{{#rows}}{{#name}}{{{name}}}{{{.}}}[{{.name}}]{{id}}"
	    "{{#rows}}({{{name}}}){{/rows}}{{/name}}{{/rows}}");
	expect(f, rows_root(f), "<A><A>[]1(<A>)()()");
}

static void
broken_json_in_a_column_is_nothing(void **state)
{
	static const char *const broken[] = { "{\"a\":", NULL };
	static const char *const column[] = { "j", NULL };
	static const enum column_type type[] = { COLUMN_JSON };
	static const struct rows rows = { column, type, broken, 1 };
	struct fixture *f = *state;

	add(f, "page", "[{{#.}}{{j}}{{#j}}no{{/j}}{{/.}}]");
	expect(f, value_rows(&rows), "[]");
}

static void
a_map_keeps_the_last_value_of_a_name(void **state)
{
	struct fixture *f = *state;
	struct value_map *m = value_map_new(f->arena);
	char *name;

	for (int i = 0; i < 100; i++) {
		name = arena_printf(f->arena, "n%d", i % 40);
		value_map_set(f->arena, m, name,
		    value_text(str_of(arena_printf(f->arena, "%d", i))));
	}
	value_map_set(f->arena, m, "yes", value_bool(true));
	value_map_set(f->arena, m, "null", value_text((struct str){ 0 }));
	value_map_set(f->arena, m, "self", value_of_map(m));
	add(f, "page",
	    "{{n0}} {{n39}} {{self.self.n25}} {{yes}}"
	    "{{#yes}}!{{/yes}}[{{null}}{{#null}}no{{/null}}{{m}}]");
	expect(f, value_of_map(m), "80 79 65 true![]");
}

static void
expect_broken(struct fixture *f, const char *data)
{
	struct value root = json(f, data);
	const struct mustache *m = mustache_find(f->set, "page");

	assert_non_null(m);
	buf_clear(&f->out);
	assert_int_equal(
	    mustache_render(m, f->arena, root, &f->out), RC_BROKEN);
}

static void
a_template_that_holds_itself_without_end_is_stopped(void **state)
{
	struct fixture *f = *state;

	add(f, "page", "{{>page}}{{>page}}");
	expect_broken(f, "{}");
}

static void
partials_are_nested_32_deep_at_most(void **state)
{
	struct fixture *f = *state;

	add(f, "page", "{{#n}}{{>p}}{{/n}}");
	add(f, "p", "{{#n}}{{>p}}{{/n}}{{^n}}in{{/n}}");
	/* Both objects end by themselves, after 32 and 33 partials. */
	for (int i = 32; i <= 33; i++) {
		struct buf data;

		buf_init(&data, 1000);
		for (int n = 0; n < i; n++)
			buf_adds(&data, "{'n':");
		buf_adds(&data, "{'n':false}");
		for (int n = 0; n < i; n++)
			buf_adds(&data, "}");
		if (i == 32)
			expect(f, json(f, data.data), "in");
		else
			expect_broken(f, data.data);
		buf_free(&data);
	}
}

static void
a_parent_that_holds_itself_without_end_is_stopped(void **state)
{
	struct fixture *f = *state;

	add(f, "page", "{{<page}}{{$b}}{{<page}}{{/page}}{{/b}}{{/page}}");
	expect_broken(f, "{}");
}

static void
output_beyond_the_limit_is_refused(void **state)
{
	struct fixture *f = *state;

	f->out.max = 10;
	add(f, "page", "12345{{x}}");
	expect(f, json(f, "{'x':'67890'}"), "1234567890");
	expect_broken(f, "{'x':'678901'}");
}

static void
endless_work_without_output_is_stopped(void **state)
{
	struct buf text;
	struct fixture *f = *state;

	buf_init(&text, 1000);
	for (int i = 0; i < 40; i++)
		buf_adds(&text, "{{#l}}");
	for (int i = 0; i < 40; i++)
		buf_adds(&text, "{{/l}}");
	add(f, "page", text.data);
	buf_free(&text);
	expect_broken(f, "{'l':[1,2,3]}");
}

/* Opens the section n times and closes it again. */
static enum rc
add_nested(struct fixture *f, const char *name, int n, const char *sigil)
{
	struct buf text;
	enum rc rc;

	buf_init(&text, 10000);
	for (int i = 0; i < n; i++)
		buf_printf(&text, "{{%sx}}", sigil);
	buf_adds(&text, "in");
	for (int i = 0; i < n; i++)
		buf_adds(&text, "{{/x}}");
	rc = mustache_add(
	    f->set, name, (struct str){ text.data, text.len }, &f->err);
	buf_free(&text);
	return rc;
}

static void
tags_are_nested_64_deep_at_most(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(add_nested(f, "page", 64, "^"), RC_OK);
	expect(f, json(f, "{}"), "in");
	assert_int_equal(add_nested(f, "deep", 65, "^"), RC_INVALID);
	assert_string_equal(
	    f->err.text, "deep.mustache:1:385: more than 64 tags are open");
}

static void
contexts_are_nested_64_deep_at_most(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(add_nested(f, "page", 63, "#"), RC_OK);
	expect(f, json(f, "{'x':1}"), "in");
	assert_int_equal(
	    mustache_add(f->set, "more", STR("{{#x}}{{>page}}{{/x}}"), &f->err),
	    RC_OK);
	assert_int_equal(mustache_render(mustache_find(f->set, "more"),
			     f->arena, json(f, "{'x':1}"), &f->out),
	    RC_BROKEN);
}

static void
a_template_longer_than_a_mebibyte_is_refused(void **state)
{
	size_t len = ((size_t)1 << 20) + 1;
	struct fixture *f = *state;
	char *text = malloc(len);

	assert_non_null(text);
	memset(text, 'x', len);
	assert_int_equal(
	    mustache_add(f->set, "long", (struct str){ text, len }, &f->err),
	    RC_INVALID);
	assert_int_equal(mustache_add(f->set, "long",
			     (struct str){ text, len - 1 }, &f->err),
	    RC_OK);
	free(text);
}

static void
write_file(const char *dir, const char *name, const char *text)
{
	char path[300];
	FILE *out;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	out = fopen(path, "w");
	assert_non_null(out);
	assert_true(fputs(text, out) >= 0);
	assert_int_equal(fclose(out), 0);
}

static void
remove_file(const char *dir, const char *name)
{
	char path[300];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(remove(path), 0);
}

static void
a_folder_is_loaded_with_what_is_below_it(void **state)
{
	char dir[] = "/tmp/mustache_test.XXXXXX";
	char sub[64];
	struct fixture *f = *state;

	assert_non_null(mkdtemp(dir));
	(void)snprintf(sub, sizeof(sub), "%s/sub", dir);
	assert_int_equal(mkdir(sub, 0700), 0);
	write_file(dir, "page.mustache", "[{{>sub/p}}]");
	write_file(dir, "notes.txt", "{{");
	write_file(dir, ".hidden.mustache", "{{");
	write_file(sub, "p.mustache", "part");
	assert_int_equal(mustache_add_dir(f->set, dir, &f->err), RC_OK);
	expect(f, value_bool(true), "[part]");

	write_file(sub, "q.mustache", "\n{{#x}}");
	mustache_set_free(f->set);
	f->set = mustache_set_new();
	assert_int_equal(mustache_add_dir(f->set, dir, &f->err), RC_INVALID);
	assert_string_equal(
	    f->err.text, "sub/q.mustache:2:1: {{#x}} is never closed");

	remove_file(dir, "page.mustache");
	remove_file(dir, "notes.txt");
	remove_file(dir, ".hidden.mustache");
	remove_file(sub, "p.mustache");
	remove_file(sub, "q.mustache");
	assert_int_equal(rmdir(sub), 0);
	assert_int_equal(rmdir(dir), 0);
	assert_int_equal(mustache_add_dir(f->set, dir, &f->err), RC_ABSENT);
}

static void
json_must_be_whole(void **state)
{
	static const char *const bad[] = { "", " ", "{", "{}x", "1 2", "nul",
		"[1,2", "[1,]", "{,}", "{\"a\":1,}", "{\"a\" 1}", "{a:1}",
		"'a'", "01", "-", "1.", ".5", "1e", "+1", "NaN", "\"a", "\"\\",
		"\"\\x\"", "\"\\u12g4\"", "\"\\u12", "\"a\nb\"", "truex", "[}",
		"\xef\xbb\xbf{}" };
	struct fixture *f = *state;

	for (size_t i = 0; i < N_OF(bad); i++)
		assert_int_equal(
		    value_json_parse(f->arena, str_of(bad[i])).kind,
		    VALUE_NONE);
	assert_int_equal(
	    value_json_parse(f->arena, STR(" {} \r\n")).kind, VALUE_JSON);
	assert_int_equal(
	    value_json_parse(f->arena, STR("7\n")).kind, VALUE_JSON);
	assert_int_equal(
	    value_json_parse(f->arena, STR("null")).kind, VALUE_JSON);
	assert_int_equal(
	    value_json_parse(f->arena, (struct str){ "1\0", 2 }).kind,
	    VALUE_NONE);
}

static void
json_is_nested_64_deep_at_most(void **state)
{
	struct fixture *f = *state;
	char text[2 * 65];

	memset(text, '[', 65);
	memset(text + 65, ']', 65);
	assert_int_equal(
	    value_json_parse(f->arena, (struct str){ text + 1, 128 }).kind,
	    VALUE_JSON);
	assert_int_equal(
	    value_json_parse(f->arena, (struct str){ text, 130 }).kind,
	    VALUE_NONE);
}

static void
json_strings_are_read_and_numbers_kept(void **state)
{
	static const char *const cases[][2] = {
		{ "\"\"", "" },
		{ "\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "a\"\\/\b\f\n\r\t" },
		{ "\"\\u0041\\u00e9\\u20AC\"", "A\u00e9\u20ac" },
		{ "\"\\ud83d\\ude00!\"", "\U0001f600!" },
		{ "\"\\ud83d\\u0041\"", "\ufffdA" },
		{ "\"\\ud83d\"", "\ufffd" },
		{ "\"\\ude00x\"", "\ufffdx" },
		{ "\"\\u0000\"", "\ufffd" },
		{ "12345678901234567890123", "12345678901234567890123" },
		{ "-0.10e+2", "-0.10e+2" },
		{ "true", "true" },
		{ "null", "" },
	};
	struct fixture *f = *state;

	add(f, "page", "{{{a.b}}}");
	for (size_t i = 0; i < N_OF(cases); i++) {
		const char *text = arena_printf(
		    f->arena, " {\"a\" : { \"b\" : %s } }", cases[i][0]);

		expect(
		    f, value_json_parse(f->arena, str_of(text)), cases[i][1]);
	}
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static const struct CMUnitTest others[] = {
	CASE(errors_name_template_line_column_and_what_is_wrong),
	CASE(bad_delimiters_are_errors),
	CASE(a_template_is_added_once),
	CASE(check_finds_partials_and_parents_that_are_missing),
	CASE(rows_are_a_list_of_their_columns),
	CASE(no_rows_are_false),
	CASE(a_dotted_name_reads_the_first_row),
	CASE(columns_come_before_outer_names),
	CASE(empty_text_null_and_f_are_false),
	CASE(a_row_itself_prints_nothing),
	CASE(boolean_columns_print_words),
	CASE(json_columns_are_values),
	CASE(more_json_cells_than_are_remembered),
	CASE(names_of_columns_are_read_once),
	CASE(of_columns_of_one_name_the_first_counts),
	CASE(a_text_is_seen_inside_its_section),
	CASE(broken_json_in_a_column_is_nothing),
	CASE(a_map_keeps_the_last_value_of_a_name),
	CASE(a_template_that_holds_itself_without_end_is_stopped),
	CASE(partials_are_nested_32_deep_at_most),
	CASE(a_parent_that_holds_itself_without_end_is_stopped),
	CASE(output_beyond_the_limit_is_refused),
	CASE(endless_work_without_output_is_stopped),
	CASE(tags_are_nested_64_deep_at_most),
	CASE(contexts_are_nested_64_deep_at_most),
	CASE(a_template_longer_than_a_mebibyte_is_refused),
	CASE(a_folder_is_loaded_with_what_is_below_it),
	CASE(json_must_be_whole),
	CASE(json_is_nested_64_deep_at_most),
	CASE(json_strings_are_read_and_numbers_kept),
};

static size_t
add_table(struct CMUnitTest *tests, const struct spec_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		/* cmocka hands the state on as it is. */
		union {
			const struct spec_case *in;
			void *out;
		} c = { .in = &table->cases[i] };

		tests[i] = (struct CMUnitTest){
			.name = table->cases[i].name,
			.test_func = spec,
			.initial_state = c.out,
		};
	}
	return table->count;
}

int
main(void)
{
	size_t n = spec_basics.count + spec_parts.count + N_OF(others);
	struct CMUnitTest *tests = calloc(n, sizeof(*tests));
	size_t at;
	int failed;

	if (tests == NULL)
		return 1;
	at = add_table(tests, &spec_basics);
	at += add_table(tests + at, &spec_parts);
	memcpy(tests + at, others, sizeof(others));
	/* The limits are logged; that is not news here. */
	log_open("mustache_test", LOG_ERROR);
	failed = _cmocka_run_group_tests("mustache", tests, n, NULL, NULL);
	free(tests);
	return failed;
}
