/*
 * loop.h - the worker's one event loop: descriptors, timers, signals.
 *
 * One thread, epoll, level-triggered.  After each round of events the
 * step() given to loop_run() is called once; work that must not happen
 * inside a library's callback is done there.
 */
#ifndef WORKER_LOOP_H
#define WORKER_LOOP_H

#include <stdint.h>

struct loop;
struct loop_timer;

typedef void (*loop_fn)(void *arg);
typedef void (*loop_fd_fn)(void *arg, int fd, uint32_t events);

#define LOOP_NEVER UINT64_MAX

struct loop *loop_new(void);
void loop_free(struct loop *l);

/* events as for epoll; 0 forgets the descriptor (it may be closed already).
 * The same number may come back as another descriptor. */
void loop_watch(
    struct loop *l, int fd, uint32_t events, loop_fd_fn fn, void *arg);

/* Off until it is set; fires once.  Lives as long as the loop. */
struct loop_timer *loop_timer_new(struct loop *l, loop_fn fn, void *arg);
void loop_timer_set(struct loop_timer *t, uint64_t delay_ms);

/* Leaves a timer alone that would fire earlier. */
void loop_timer_hasten(struct loop_timer *t, uint64_t delay_ms);

/* fn is called in the loop for each SIGTERM and SIGINT. */
void loop_on_stop(struct loop *l, loop_fn fn, void *arg);

void loop_run(struct loop *l, loop_fn step, void *arg);

/* loop_run() returns after the present round. */
void loop_end(struct loop *l);

#endif
