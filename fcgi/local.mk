# The programs and the libraries they share.
CORE_SRC = fcgi/core/arena.c fcgi/core/arena.h fcgi/core/buf.c \
	fcgi/core/buf.h fcgi/core/log.c fcgi/core/log.h fcgi/core/rc.c \
	fcgi/core/rc.h fcgi/core/settings.c fcgi/core/settings.h \
	fcgi/core/str.c fcgi/core/str.h

# The secrets and proofs of sign-in.
AUTH_SRC = fcgi/auth/csrf.c fcgi/auth/csrf.h fcgi/auth/keys.c \
	fcgi/auth/keys.h fcgi/auth/password.c fcgi/auth/password.h \
	fcgi/auth/throttle.c fcgi/auth/throttle.h fcgi/auth/token.c \
	fcgi/auth/token.h

# Readers of hostile input.
HTTP_PARSE_SRC = fcgi/http/cookie.c fcgi/http/cookie.h fcgi/http/form.c \
	fcgi/http/form.h fcgi/http/json_gate.c fcgi/http/json_gate.h
