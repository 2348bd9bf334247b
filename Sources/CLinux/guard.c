#define _GNU_SOURCE
#include "lm_spawn.h"

#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/// What the process that outlives this one does, in a copy of its memory, whose locks may be held by threads that are not there:
/// system calls only.
CHILD_ONLY static void watch(const struct lm_guard *guard, int lifeline) {
    // No descriptor of its parent may stay open here, least of all the other end of the pipe.
    if (syscall(SYS_dup3, lifeline, 0, 0) < 0 || syscall(SYS_close_range, 1U, ~0U, 0U) < 0) return;
    syscall(SYS_prctl, PR_SET_NAME, "luma-mcp-guard", 0, 0, 0);
    // Who ends the group of its parent means that one.
    syscall(SYS_setpgid, 0, 0);
    char octet;
    // Nothing is ever written: this returns once the last holder of the other end is gone. All signals are blocked.
    while (syscall(SYS_read, 0, &octet, 1) < 0 && errno == EINTR) {}
    for (int index = 0; index < LM_GUARDED; index++) {
        int32_t group = guard->groups[index];
        if (group > 1) syscall(SYS_kill, -group, SIGKILL);
    }
}

int lm_start_guard(struct lm_guard *guard) {
    int pair[2];
    size_t size = LM_GUARDED * sizeof guard->groups[0];
    void *groups = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (groups == MAP_FAILED) return -1;
    guard->groups = groups;
    if (pipe2(pair, O_CLOEXEC) != 0) {
        munmap(groups, size);
        return -1;
    }
    guard->lifeline = pair[1];
    sigset_t all, former;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &former);
    // fork without the handlers of libraries that prepare for one.
    long child = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
    if (child == 0) {
        watch(guard, pair[0]);
        syscall(SYS_exit_group, 0);
    }
    int error = errno;
    pthread_sigmask(SIG_SETMASK, &former, NULL);
    close(pair[0]);
    if (child > 0) return 0;
    close(pair[1]);
    munmap(groups, size);
    errno = error;
    return -1;
}
