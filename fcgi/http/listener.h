/*
 * listener.h - the Unix socket that nginx connects to.
 */
#ifndef HTTP_LISTENER_H
#define HTTP_LISTENER_H

/*
 * The socket inherited from systemd (LISTEN_FDS), else one made at path
 * with mode 0660, replacing a dead one.  Exits with a message when another
 * process answers there or the path cannot be used.
 */
int listener_open(const char *path, int backlog);

#endif
