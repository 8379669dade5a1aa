/* mainstay-fcgi: a master and its pool of page workers. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "api/openapi.h"
#include "auth/secret.h"
#include "auth/token_cache.h"
#include "core/file.h"
#include "core/log.h"
#include "dispatch/dispatch.h"
#include "dispatch/tally.h"
#include "http/listener.h"
#include "http/master.h"
#include "http/rate.h"
#include "routes.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0"
#endif

#define REQUEST_SECONDS 20 /* then the worker is taken for stuck */
#define MANIFEST_MAX ((size_t)1 << 16)

struct pool {
	struct settings settings;
	int listener;
	bool is_auth;
	struct rate *rate; /* shared by all workers */
	struct tally *tally;
};

static volatile sig_atomic_t is_stopping;

static void
stop(void)
{
	is_stopping = 1;
	fcgi_stop();
}

static struct value
load_assets(struct arena *a, const char *share)
{
	const char *path = arena_printf(a, "%s/static/manifest.json", share);
	struct value manifest;
	struct str text;

	if (!file_read(a, path, MANIFEST_MAX, &text))
		log_refuse("cannot read the asset manifest", "file", path,
		    "error", strerror(errno), NULL);
	manifest = value_json_parse(a, text);
	if (manifest.kind != VALUE_JSON)
		log_refuse("asset manifest is no JSON", "file", path, NULL);
	return manifest;
}

static struct mustache_set *
load_templates(struct arena *a, const char *share)
{
	const char *dir = arena_printf(a, "%s/templates", share);
	struct mustache_set *set = mustache_set_new();
	struct mustache_error err;

	if (mustache_add_dir(set, dir, &err) != RC_OK ||
	    mustache_check(set, &err) != RC_OK)
		log_refuse("template is wrong", "error", err.text, NULL);
	return set;
}

/* What a worker loads, and gives back when it ends. */
struct loaded {
	struct arena *arena;
	struct stmt_set stmts;
	struct keys keys;
	struct mustache_set *templates;
	struct value assets;
};

/* Pages of this pool are rendered as one template each. */
static void
join_templates(struct loaded *l, const char *pool)
{
	struct value_map *known = value_map_new(l->arena);

	value_map_set(l->arena, known, "asset", l->assets);
	for (const struct route *r = routes; r->path != NULL; r++)
		if (r->template != NULL && strcmp(turn_pool(r), pool) == 0)
			mustache_join(
			    l->templates, r->template, value_of_map(known));
}

/* What does not fit ends the program here, not a user at noon. */
static void
load(struct loaded *l, const struct pool *p, struct app *app)
{
	const struct settings *s = &p->settings;

	l->arena = arena_new();
	stmt_load(
	    &l->stmts, arena_printf(l->arena, "%s/sql/queries", s->share));
	keys_load(s->keys, p->is_auth, &l->keys);
	l->templates = load_templates(l->arena, s->share);
	l->assets = load_assets(l->arena, s->share);
	routes_check(routes, s->pool, &l->stmts, l->templates);
	join_templates(l, s->pool);
	*app = (struct app){ .settings = s,
		.keys = &l->keys,
		.tokens = token_cache_new(&l->keys),
		.stmts = &l->stmts,
		.routes = routes,
		.rate = p->rate,
		.tally = p->tally,
		.templates = l->templates,
		.assets = l->assets };
	if (!p->is_auth)
		app->openapi = openapi_new(l->arena, s->share, routes);
	buf_init(&app->body, PAGE_MAX);
	app->db = db_open(s->db, p->is_auth ? "mainstay_auth" : "mainstay_app",
	    &l->stmts, s->pool);
}

static void
unload(struct loaded *l, struct app *app)
{
	db_close(app->db);
	openapi_free(app->openapi);
	buf_free(&app->body);
	mustache_set_free(l->templates);
	stmt_free(&l->stmts);
	token_cache_free(app->tokens);
	keys_wipe(&l->keys);
	arena_free(l->arena);
}

static int
work(void *arg, void (*ready)(int), int ready_arg)
{
	const struct pool *p = arg;
	static struct loaded loaded; /* holds keys: wiped, not on a stack */
	struct arena *request = arena_new();
	struct fcgi *f;
	struct app app;

	load(&loaded, p, &app);
	f = fcgi_open(p->listener);
	tally_join(p->tally);
	ready(ready_arg);
	for (long n = 0; n < p->settings.recycle && !is_stopping; n++) {
		if (!fcgi_accept(f))
			break;
		(void)alarm(REQUEST_SECONDS);
		dispatch(&app, request, f);
		(void)alarm(0);
		arena_reset(request);
	}
	tally_leave(p->tally);
	unload(&loaded, &app);
	arena_free(request);
	return 0;
}

static int
usage(int status)
{
	(void)fprintf(status == 0 ? stdout : stderr,
	    "usage: mainstay-fcgi [--show-settings | --version | --help]\n"
	    "Serves pages to nginx over FastCGI.  Settings come from the\n"
	    "environment; --show-settings lists them.\n");
	return status;
}

int
main(int argc, char **argv)
{
	static struct pool pool;
	struct master_job job = { .work = work, .arg = &pool, .stop = stop };

	log_open("mainstay-fcgi", LOG_INFO);
	if (argc > 2)
		return usage(64);
	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return usage(0);
	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		return printf("mainstay-fcgi %s\n", PACKAGE_VERSION) < 0;
	settings_load(&pool.settings);
	if (argc == 2 && strcmp(argv[1], "--show-settings") == 0) {
		settings_show(&pool.settings);
		return 0;
	}
	if (argc == 2)
		return usage(64);

	log_open("mainstay-fcgi", log_level_of(pool.settings.log));
	pool.is_auth = strcmp(pool.settings.pool, "auth") == 0;
	/* A full queue of sign-ins is refused at once, a page may wait. */
	pool.listener =
	    listener_open(pool.settings.socket, pool.is_auth ? 16 : 511);
	pool.rate = rate_new(pool.settings.api_rate);
	pool.tally = tally_new(routes);
	job.workers = pool.settings.workers;
	secret_prepare();
	log_event(LOG_INFO, "started", "pool", pool.settings.pool, NULL);
	return master_run(&job);
}
