# The programs and the libraries they share.
CORE_SRC = fcgi/core/arena.c fcgi/core/arena.h fcgi/core/buf.c \
	fcgi/core/buf.h fcgi/core/log.c fcgi/core/log.h fcgi/core/rc.c \
	fcgi/core/rc.h fcgi/core/settings.c fcgi/core/settings.h \
	fcgi/core/str.c fcgi/core/str.h
