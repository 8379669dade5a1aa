# The programs and the library they share.  A lint keeps these lists complete.

CORE_SRC = \
	fcgi/core/arena.c \
	fcgi/core/arena.h \
	fcgi/core/buf.c \
	fcgi/core/buf.h \
	fcgi/core/clock.h \
	fcgi/core/file.c \
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
	fcgi/http/json_scan.c \
	fcgi/http/json_scan.h \
	fcgi/http/request.c \
	fcgi/http/request.h \
	fcgi/http/response.c \
	fcgi/http/response.h

DB_SRC = \
	fcgi/db/conn.c \
	fcgi/db/conn.h \
	fcgi/db/db.c \
	fcgi/db/db.h \
	fcgi/db/rows.c \
	fcgi/db/rows.h \
	fcgi/db/rows_impl.h \
	fcgi/db/stmt.c \
	fcgi/db/stmt.h

VIEW_SRC = \
	fcgi/view/mustache.h \
	fcgi/view/value.h

AUTH_SRC = \
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
	fcgi/auth/token.h

PAGES_SRC = \
	fcgi/pages/pages.h \
	fcgi/pages/probe.c \
	fcgi/pages/session.c \
	fcgi/pages/sign_in.c

ROUTES_SRC = \
	fcgi/routes.c \
	fcgi/routes.h

libmainstay_a_SOURCES = $(CORE_SRC) $(HTTP_SRC) $(DB_SRC) $(VIEW_SRC) $(AUTH_SRC) $(PAGES_SRC) $(ROUTES_SRC)
