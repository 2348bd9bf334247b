#define _GNU_SOURCE
#include "child.h"
#include "lm_filter.h"
#include "lm_spawn.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/prctl.h>

// A thread that is bound by the filter for LM_CALLS_ALONE, and has no new privileges. Its children are bound as it is, so they need
// no filter of their own, which takes the kernel as long as a hundred other system calls. It does nothing but make children: a
// thread that it made would be bound as well.

enum { STACK = 256 << 10 };

/// One start at a time. What is said before a semaphore is raised is seen by whoever has waited for that.
static struct {
    pthread_mutex_t turn;
    sem_t asked, done;
    int (*body)(void *);
    void *context;
    int *descriptor;
    pid_t child;
    int error;
    int is_bound;
} bound = {.turn = PTHREAD_MUTEX_INITIALIZER};

static void await(sem_t *semaphore) {
    while (sem_wait(semaphore) != 0) {}
}

static void *serve(void *unused) {
    // The end of a child is signalled to this thread. It does not block that: what is blocked is not ignored, and wakes others.
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGCHLD);
    pthread_sigmask(SIG_UNBLOCK, &ends, NULL);
    bound.is_bound = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, lm_call_filter(LM_CALLS_ALONE), 0, 0) == 0;
    sem_post(&bound.done);
    while (bound.is_bound) {
        await(&bound.asked);
        bound.child = lm_run_child(bound.body, bound.context, bound.descriptor);
        bound.error = errno;
        sem_post(&bound.done);
    }
    return unused;
}

static void start(void) {
    pthread_t thread;
    pthread_attr_t attributes;
    if (sem_init(&bound.asked, 0, 0) != 0 || sem_init(&bound.done, 0, 0) != 0 || pthread_attr_init(&attributes) != 0) return;
    pthread_attr_setstacksize(&attributes, STACK);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (pthread_create(&thread, &attributes, serve, NULL) == 0) await(&bound.done);
    pthread_attr_destroy(&attributes);
}

int lm_has_bound_thread(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start);
    return bound.is_bound;
}

pid_t lm_run_bound_child(int (*body)(void *), void *context, int *descriptor) {
    pthread_mutex_lock(&bound.turn);
    bound.body = body;
    bound.context = context;
    bound.descriptor = descriptor;
    sem_post(&bound.asked);
    await(&bound.done);
    pid_t child = bound.child;
    int error = bound.error;
    pthread_mutex_unlock(&bound.turn);
    errno = error;
    return child;
}
