#define _GNU_SOURCE
#include "child.h"
#include "lm_filter.h"
#include "lm_spawn.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>

// A thread that is bound by the filter for LM_CALLS_ALONE, and has no new privileges. Its children are bound as it is, so they need
// no filter of their own, which takes the kernel as long as a hundred other system calls. It does nothing but make children: a
// thread that it made would be bound as well.

enum { STACK = 256 << 10 };

static struct {
    /// Held by whoever wants a child, until it has one.
    pthread_mutex_t turn;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    /// What the thread runs; NULL when it has done so.
    int (*body)(void *);
    void *context;
    int *descriptor;
    pid_t child;
    int error;
    int is_ready, has_failed;
} bound = {
    .turn = PTHREAD_MUTEX_INITIALIZER, .mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void *serve(void *unused) {
    // The end of a child is signalled to this thread. It does not block that: what is blocked is not ignored, and wakes others.
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGCHLD);
    pthread_sigmask(SIG_UNBLOCK, &ends, NULL);
    int is_bound = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, lm_call_filter(LM_CALLS_ALONE), 0, 0) == 0;
    pthread_mutex_lock(&bound.mutex);
    if (is_bound) bound.is_ready = 1;
    else bound.has_failed = 1;
    pthread_cond_broadcast(&bound.changed);
    while (is_bound) {
        while (!bound.body) pthread_cond_wait(&bound.changed, &bound.mutex);
        bound.child = lm_run_child(bound.body, bound.context, bound.descriptor);
        bound.error = errno;
        bound.body = NULL;
        pthread_cond_broadcast(&bound.changed);
    }
    pthread_mutex_unlock(&bound.mutex);
    return unused;
}

static void start(void) {
    pthread_t thread;
    pthread_attr_t attributes;
    int is_started = 0;
    if (pthread_attr_init(&attributes) == 0) {
        pthread_attr_setstacksize(&attributes, STACK);
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        is_started = pthread_create(&thread, &attributes, serve, NULL) == 0;
        pthread_attr_destroy(&attributes);
    }
    pthread_mutex_lock(&bound.mutex);
    if (!is_started) bound.has_failed = 1;
    while (!bound.is_ready && !bound.has_failed) pthread_cond_wait(&bound.changed, &bound.mutex);
    pthread_mutex_unlock(&bound.mutex);
}

int lm_has_bound_thread(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start);
    return bound.is_ready;
}

pid_t lm_run_bound_child(int (*body)(void *), void *context, int *descriptor) {
    pthread_mutex_lock(&bound.turn);
    pthread_mutex_lock(&bound.mutex);
    bound.context = context;
    bound.descriptor = descriptor;
    bound.body = body;
    pthread_cond_broadcast(&bound.changed);
    while (bound.body) pthread_cond_wait(&bound.changed, &bound.mutex);
    pid_t child = bound.child;
    int error = bound.error;
    pthread_mutex_unlock(&bound.mutex);
    pthread_mutex_unlock(&bound.turn);
    errno = error;
    return child;
}
