# The programs and the library they share.  A lint keeps these lists complete.

CORE_SRC = \
	fcgi/core/arena.c \
	fcgi/core/arena.h \
	fcgi/core/buf.c \
	fcgi/core/buf.h \
	fcgi/core/clock.h \
	fcgi/core/file.c \
	fcgi/core/figures.c \
	fcgi/core/figures.h \
	fcgi/core/file.h \
	fcgi/core/log.c \
	fcgi/core/log.h \
	fcgi/core/rc.c \
	fcgi/core/rc.h \
	fcgi/core/settings.c \
	fcgi/core/settings.h \
	fcgi/core/str.c \
	fcgi/core/str.h

HTTP_SRC = \
	fcgi/http/cookie.c \
	fcgi/http/cookie.h \
	fcgi/http/fcgi.c \
	fcgi/http/fcgi.h \
	fcgi/http/field.c \
	fcgi/http/field.h \
	fcgi/http/form.c \
	fcgi/http/form.h \
	fcgi/http/json_gate.c \
	fcgi/http/json_gate.h \
	fcgi/http/json_items.c \
	fcgi/http/json_items.h \
	fcgi/http/json_scan.c \
	fcgi/http/json_scan.h \
	fcgi/http/listener.c \
	fcgi/http/listener.h \
	fcgi/http/master.c \
	fcgi/http/master.h \
	fcgi/http/rate.c \
	fcgi/http/rate.h \
	fcgi/http/request.c \
	fcgi/http/request.h \
	fcgi/http/response.c \
	fcgi/http/response.h

DB_SRC = \
	fcgi/db/async.c \
	fcgi/db/async.h \
	fcgi/db/conn.c \
	fcgi/db/conn.h \
	fcgi/db/db.c \
	fcgi/db/db.h \
	fcgi/db/rows.c \
	fcgi/db/rows.h \
	fcgi/db/rows_impl.h \
	fcgi/db/script.c \
	fcgi/db/script.h \
	fcgi/db/stmt.c \
	fcgi/db/stmt.h

VIEW_SRC = \
	fcgi/view/mustache.h \
	fcgi/view/mustache_block.c \
	fcgi/view/mustache_compile.c \
	fcgi/view/mustache_compile.h \
	fcgi/view/mustache_impl.h \
	fcgi/view/mustache_join.c \
	fcgi/view/mustache_lex.c \
	fcgi/view/mustache_lex.h \
	fcgi/view/mustache_lookup.c \
	fcgi/view/mustache_render.c \
	fcgi/view/mustache_render.h \
	fcgi/view/mustache_set.c \
	fcgi/view/value.c \
	fcgi/view/value.h \
	fcgi/view/value_json.c

AUTH_SRC = \
	fcgi/auth/api_key.c \
	fcgi/auth/api_key.h \
	fcgi/auth/csrf.c \
	fcgi/auth/csrf.h \
	fcgi/auth/keys.c \
	fcgi/auth/keys.h \
	fcgi/auth/keys_file.h \
	fcgi/auth/keys_write.c \
	fcgi/auth/password.c \
	fcgi/auth/password.h \
	fcgi/auth/secret.c \
	fcgi/auth/secret.h \
	fcgi/auth/throttle.c \
	fcgi/auth/throttle.h \
	fcgi/auth/token.c \
	fcgi/auth/token.h \
	fcgi/auth/token_cache.c \
	fcgi/auth/token_cache.h

DISPATCH_SRC = \
	fcgi/dispatch/convention.c \
	fcgi/dispatch/convention.h \
	fcgi/dispatch/dispatch.c \
	fcgi/dispatch/dispatch.h \
	fcgi/dispatch/fail.c \
	fcgi/dispatch/input.c \
	fcgi/dispatch/page.c \
	fcgi/dispatch/route.c \
	fcgi/dispatch/route.h \
	fcgi/dispatch/route_check.c \
	fcgi/dispatch/tally.c \
	fcgi/dispatch/tally.h \
	fcgi/dispatch/turn.c \
	fcgi/dispatch/turn.h

API_SRC = \
	fcgi/api/openapi.c \
	fcgi/api/openapi.h \
	fcgi/api/openapi_example.c \
	fcgi/api/openapi_example.h \
	fcgi/api/openapi_noun.c \
	fcgi/api/openapi_noun.h \
	fcgi/api/openapi_page.c \
	fcgi/api/openapi_schema.c \
	fcgi/api/openapi_schema.h

PAGES_SRC = \
	fcgi/pages/api_key.c \
	fcgi/pages/pages.h \
	fcgi/pages/probe.c \
	fcgi/pages/session.c \
	fcgi/pages/sign_in.c

WORKER_SRC = \
	fcgi/worker/array.c \
	fcgi/worker/array.h \
	fcgi/worker/claim.c \
	fcgi/worker/claim.h \
	fcgi/worker/clock.c \
	fcgi/worker/clock.h \
	fcgi/worker/delivery.c \
	fcgi/worker/delivery.h \
	fcgi/worker/endpoint_url.c \
	fcgi/worker/endpoint_url.h \
	fcgi/worker/guard.c \
	fcgi/worker/guard.h \
	fcgi/worker/headers.c \
	fcgi/worker/headers.h \
	fcgi/worker/lane.c \
	fcgi/worker/lane.h \
	fcgi/worker/link.c \
	fcgi/worker/link.h \
	fcgi/worker/loop.c \
	fcgi/worker/loop.h \
	fcgi/worker/mail.c \
	fcgi/worker/mail.h \
	fcgi/worker/metrics.c \
	fcgi/worker/metrics.h \
	fcgi/worker/pool.c \
	fcgi/worker/pool.h \
	fcgi/worker/pulse.c \
	fcgi/worker/pulse.h \
	fcgi/worker/record.c \
	fcgi/worker/record.h \
	fcgi/worker/relay.c \
	fcgi/worker/relay.h \
	fcgi/worker/drain.c \
	fcgi/worker/drain.h \
	fcgi/worker/send.c \
	fcgi/worker/send.h \
	fcgi/worker/sign.c \
	fcgi/worker/sign.h \
	fcgi/worker/stmts.c \
	fcgi/worker/stmts.h \
	fcgi/worker/worker.c \
	fcgi/worker/worker.h

ADMIN_SRC = \
	fcgi/admin/admin.h \
	fcgi/admin/common.c \
	fcgi/admin/demo.c \
	fcgi/admin/doctor.c \
	fcgi/admin/endpoint.c \
	fcgi/admin/key.c \
	fcgi/admin/keys.c \
	fcgi/admin/migrate.c \
	fcgi/admin/tenant.c \
	fcgi/admin/user.c

ROUTES_SRC = \
	fcgi/routes.c \
	fcgi/routes.h \
	fcgi/routes_account.h \
	fcgi/routes_admin.h \
	fcgi/routes_advocacy.h \
	fcgi/routes_contact.h \
	fcgi/routes_customer.h \
	fcgi/routes_endpoint.h \
	fcgi/routes_journey.h \
	fcgi/routes_plan.h \
	fcgi/routes_playbook.h \
	fcgi/routes_review.h \
	fcgi/routes_work.h

libmainstay_a_SOURCES = $(CORE_SRC) $(HTTP_SRC) $(DB_SRC) $(VIEW_SRC) \
	$(AUTH_SRC) $(DISPATCH_SRC) $(API_SRC) $(PAGES_SRC) $(WORKER_SRC) \
	$(ROUTES_SRC)

sbin_PROGRAMS += mainstay-fcgi
mainstay_fcgi_SOURCES = fcgi/app.c
mainstay_fcgi_LDADD = $(ALL_LIBS)

sbin_PROGRAMS += mainstay-worker
mainstay_worker_SOURCES = fcgi/worker.c
mainstay_worker_LDADD = $(ALL_LIBS)

sbin_PROGRAMS += mainstay-admin
mainstay_admin_SOURCES = fcgi/admin.c $(ADMIN_SRC)
mainstay_admin_LDADD = $(ALL_LIBS)

# Renders a template from the command line: ./dev mustache.
noinst_PROGRAMS += mainstay-mustache
mainstay_mustache_SOURCES = fcgi/mustache_cli.c
mainstay_mustache_LDADD = $(ALL_LIBS)
