/*
 * master.h - keeps a pool of single-threaded workers running.
 *
 * SIGTERM, SIGINT: workers finish their request, then all end.
 * SIGHUP: a new generation starts; as each member is ready, an old one is
 * let go.  A worker that dies is replaced at once; one that dies before
 * it was ready, more slowly each time.  A first generation that refuses to
 * start (status 78) ends the master with the same status.
 */
#ifndef HTTP_MASTER_H
#define HTTP_MASTER_H

struct master_job {
	long workers;
	/* Runs in the child; calls ready(ready_arg) once it can serve;
	 * returns its exit status. */
	int (*work)(void *arg, void (*ready)(int), int ready_arg);
	void *arg;
	void (*stop)(void); /* in the child, from its SIGTERM handler */
};

/* Returns the exit status of the program. */
int master_run(const struct master_job *job);

#endif
