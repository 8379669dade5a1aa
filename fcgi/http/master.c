/* One loop over signals, ready pipes and time. */
#include "http/master.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/log.h"

#define MEMBERS_MAX 512
#define TERM_AGAIN_MS 2000 /* a signal may fall into libfcgi's window */
#define KILL_MS 15000
#define PAUSE_MIN_MS 50
#define PAUSE_MAX_MS 5000

struct member {
	pid_t pid; /* 0: free */
	unsigned generation;
	int ready_fd; /* -1 once it has said so, or cannot any more */
	bool was_ready;
	uint64_t told; /* when SIGTERM was sent first; 0: not yet */
	uint64_t told_last;
};

struct master {
	const struct master_job *job;
	struct member members[MEMBERS_MAX];
	unsigned generation;
	bool is_stopping;
	bool was_ready; /* somebody has been, once */
	uint64_t pause_ms;
	uint64_t spawn_after;
	int signals;
};

static void (*stop_child)(void);

static void
on_stop(int sig)
{
	(void)sig;
	stop_child();
}

static void
say_ready(int fd)
{
	(void)!write(fd, "r", 1);
	(void)close(fd);
}

/* Never returns. */
static void
become_worker(const struct master *m, int ready_fd)
{
	struct sigaction sa = { .sa_handler = on_stop }; /* no SA_RESTART */
	sigset_t none;

	stop_child = m->job->stop;
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	(void)sigaction(SIGTERM, &sa, NULL);
	(void)sigaction(SIGINT, &sa, NULL);
	(void)signal(SIGHUP, SIG_IGN);
	(void)close(m->signals);
	for (size_t i = 0; i < MEMBERS_MAX; i++)
		if (m->members[i].pid != 0 && m->members[i].ready_fd >= 0)
			(void)close(m->members[i].ready_fd);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	exit(m->job->work(m->job->arg, say_ready, ready_fd));
}

static void
spawn(struct master *m)
{
	struct member *w = NULL;
	int fds[2];
	pid_t pid;

	for (size_t i = 0; i < MEMBERS_MAX && w == NULL; i++)
		if (m->members[i].pid == 0)
			w = &m->members[i];
	if (w == NULL || pipe(fds) != 0)
		return;
	pid = fork();
	if (pid == 0) {
		(void)close(fds[0]);
		become_worker(m, fds[1]);
	}
	(void)close(fds[1]);
	if (pid < 0) {
		log_event(
		    LOG_ERROR, "cannot fork", "error", strerror(errno), NULL);
		(void)close(fds[0]);
		return;
	}
	*w = (struct member){
		.pid = pid, .generation = m->generation, .ready_fd = fds[0]
	};
}

static void
tell(struct member *w)
{
	uint64_t now = clock_ms();

	if (w->told == 0)
		w->told = now;
	w->told_last = now;
	(void)kill(w->pid, now - w->told >= KILL_MS ? SIGKILL : SIGTERM);
}

static long
count(const struct master *m, bool current_only)
{
	long n = 0;

	for (size_t i = 0; i < MEMBERS_MAX; i++)
		if (m->members[i].pid != 0 &&
		    (!current_only ||
			(m->members[i].generation == m->generation &&
			    m->members[i].told == 0)))
			n++;
	return n;
}

/* A member of the new generation serves: one of the old may go. */
static void
became_ready(struct master *m, struct member *w)
{
	char c;

	if (read(w->ready_fd, &c, 1) == 1) {
		w->was_ready = true;
		m->was_ready = true;
		m->pause_ms = 0;
		for (size_t i = 0; i < MEMBERS_MAX; i++) {
			struct member *old = &m->members[i];

			if (old->pid == 0 || old->told != 0 ||
			    old->generation == m->generation)
				continue;
			tell(old);
			break;
		}
	}
	(void)close(w->ready_fd);
	w->ready_fd = -1;
}

static void
slow_down(struct master *m)
{
	m->pause_ms = m->pause_ms == 0 ? PAUSE_MIN_MS : m->pause_ms * 2;
	if (m->pause_ms > PAUSE_MAX_MS)
		m->pause_ms = PAUSE_MAX_MS;
	m->spawn_after = clock_ms() + m->pause_ms;
}

static void
buried(struct master *m, struct member *w, int status)
{
	char text[32];

	if (w->ready_fd >= 0)
		(void)close(w->ready_fd);
	if (WIFEXITED(status) && WEXITSTATUS(status) == EX_CONFIG &&
	    !m->was_ready) {
		log_event(LOG_ERROR, "worker refused to start", NULL);
		m->is_stopping = true;
	} else if (w->told == 0 && status != 0) {
		(void)snprintf(text, sizeof(text), "%d", status);
		log_event(LOG_WARN, "worker died", "#wait_status", text, NULL);
	}
	if (w->told == 0 && status != 0 && !w->was_ready)
		slow_down(m);
	*w = (struct member){ 0 };
}

static void
reap(struct master *m)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (size_t i = 0; i < MEMBERS_MAX; i++)
			if (m->members[i].pid == pid)
				buried(m, &m->members[i], status);
}

static void
on_signal(struct master *m)
{
	struct signalfd_siginfo info;

	if (read(m->signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	if (info.ssi_signo == SIGHUP) {
		log_event(LOG_INFO, "reload", NULL);
		m->generation++;
		m->spawn_after = 0;
	} else if (info.ssi_signo != SIGCHLD) {
		m->is_stopping = true;
	}
	reap(m);
}

/* What is due: starts, reminders. */
static void
tend(struct master *m)
{
	uint64_t now = clock_ms();

	for (size_t i = 0; i < MEMBERS_MAX; i++) {
		struct member *w = &m->members[i];

		if (w->pid != 0 &&
		    (w->told == 0 ? m->is_stopping
				  : now - w->told_last >= TERM_AGAIN_MS))
			tell(w);
	}
	while (!m->is_stopping && now >= m->spawn_after &&
	       count(m, true) < m->job->workers &&
	       count(m, false) < MEMBERS_MAX)
		spawn(m);
}

static void
wait_for_something(struct master *m)
{
	struct pollfd fds[MEMBERS_MAX + 1];
	struct member *who[MEMBERS_MAX + 1];
	nfds_t n = 1;

	fds[0] = (struct pollfd){ .fd = m->signals, .events = POLLIN };
	for (size_t i = 0; i < MEMBERS_MAX; i++) {
		if (m->members[i].pid == 0 || m->members[i].ready_fd < 0)
			continue;
		who[n] = &m->members[i];
		fds[n] =
		    (struct pollfd){ .fd = who[n]->ready_fd, .events = POLLIN };
		n++;
	}
	if (poll(fds, n, 200) <= 0)
		return;
	for (nfds_t i = 1; i < n; i++)
		if (fds[i].revents != 0)
			became_ready(m, who[i]);
	if (fds[0].revents != 0)
		on_signal(m);
}

static int
open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

int
master_run(const struct master_job *job)
{
	static struct master m; /* zeroed; too large for the stack */

	m.job = job;
	m.generation = 1;
	m.signals = open_signals();
	if (m.signals < 0)
		log_refuse("no signalfd", "error", strerror(errno), NULL);
	while (!m.is_stopping || count(&m, false) > 0) {
		tend(&m);
		wait_for_something(&m);
	}
	return m.was_ready ? 0 : EX_CONFIG;
}
