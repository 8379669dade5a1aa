/* Bound under a temporary name and renamed: never without permissions,
 * never half there. */
#include "http/listener.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/log.h"
#include "core/str.h"

#define SYSTEMD_FD 3

static int
inherited(void)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	long value;

	if (pid == NULL || fds == NULL || !str_to_long(str_of(pid), &value) ||
	    value != (long)getpid() || strcmp(fds, "1") != 0)
		return -1;
	return SYSTEMD_FD;
}

static int
unix_socket(const char *path, struct sockaddr_un *addr)
{
	int fd;

	*addr = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(addr->sun_path))
		log_refuse("socket path is too long", "path", path, NULL);
	(void)snprintf(addr->sun_path, sizeof(addr->sun_path), "%s", path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		log_refuse(
		    "cannot make a socket", "error", strerror(errno), NULL);
	return fd;
}

static bool
is_answered(const char *path)
{
	struct sockaddr_un addr;
	int fd = unix_socket(path, &addr);
	bool ok;

	ok = connect(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0;
	(void)close(fd);
	return ok;
}

int
listener_open(const char *path, int backlog)
{
	struct sockaddr_un addr;
	char temporary[sizeof(addr.sun_path)];
	int fd;

	fd = inherited();
	if (fd >= 0)
		return fd;
	if (is_answered(path))
		log_refuse(
		    "another process listens there", "socket", path, NULL);
	if (snprintf(temporary, sizeof(temporary), "%s.%ld", path,
		(long)getpid()) >= (int)sizeof(temporary))
		log_refuse("socket path is too long", "path", path, NULL);
	(void)unlink(temporary);
	fd = unix_socket(temporary, &addr);
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) != 0 ||
	    chmod(temporary, 0660) != 0 || listen(fd, backlog) != 0 ||
	    rename(temporary, path) != 0) {
		int error = errno;

		(void)unlink(temporary);
		log_refuse("cannot listen", "socket", path, "error",
		    strerror(error), NULL);
	}
	return fd;
}
