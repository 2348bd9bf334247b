#define _GNU_SOURCE
#include "lm_spawn.h"

#include "child.h"
#include "lm_filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// The child shares the memory of its parent until it is another program (CLONE_VM), whose calling thread waits meanwhile
// (CLONE_VFORK), as posix_spawn of glibc does it: no page table is copied, and no other thread pays for copies of pages
// afterwards. So the child makes system calls only, and writes to nothing but its own stack and what is meant for its parent.
//
// It is clone and not clone3: a filter cannot look at the flags of the latter, so systemd refuses it to a unit with
// RestrictNamespaces=.

enum { CHILD_STACK = 64 << 10, SIGNALS = 64, KERNEL_SIGNAL_SET = 8 };

struct attempt {
    const struct lm_program *program;
    /// NULL for none, or for one that its parent has.
    const struct sock_fprog *filter;
    pid_t parent;
    volatile int stage;
    volatile int error;
};

CHILD_ONLY static void set_signal_mask(uint64_t mask, uint64_t *former) {
    // glibc's own functions would leave out the signals that it uses itself.
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, former, KERNEL_SIGNAL_SET);
}

/// clone by its other name: the thread sanitizer puts one of its own in the place of the first, which cannot share memory.
extern int __clone(int (*)(void *), void *, int, void *, ...);

pid_t lm_run_child(int (*body)(void *), void *context, int *descriptor) {
    _Alignas(16) char stack[CHILD_STACK];
    uint64_t mask = 0;
    // A child may end before this thread runs again. The signal of that, which nobody handles, is ignored unless it is blocked:
    // then it would wake other threads.
    set_signal_mask(~(UINT64_C(1) << (SIGCHLD - 1)), &mask);
    int flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD;
    pid_t child = __clone(body, stack + sizeof stack, flags, context, descriptor);
    int error = errno;
    set_signal_mask(mask, NULL);
    errno = error;
    return child;
}

/// What is ignored would stay so in the program, and a handler would run in memory that is not the child's.
CHILD_ONLY static void reset_signals(void) {
    const uint64_t ordinary[8] = {0}; // SIG_DFL without flags, however the kernel lays it out
    for (int number = 1; number <= SIGNALS; number++) {
        syscall(SYS_rt_sigaction, number, ordinary, NULL, KERNEL_SIGNAL_SET);
    }
}

CHILD_ONLY static int mark_from_list(void) {
    long list = syscall(SYS_openat, AT_FDCWD, "/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (list < 0) return -1;
    _Alignas(8) char entries[4096];
    long length;
    while ((length = syscall(SYS_getdents64, list, entries, sizeof entries)) > 0) {
        for (long offset = 0; offset < length;) {
            const char *entry = entries + offset;
            // struct linux_dirent64: two numbers of 64 bits, the entry's length, its type, its name.
            offset += *(const uint16_t *)(entry + 16);
            int number = 0;
            const char *digit = entry + 19;
            if (*digit < '0' || *digit > '9') continue;
            for (; *digit >= '0' && *digit <= '9'; digit++) number = number * 10 + (*digit - '0');
            if (number > 2) syscall(SYS_fcntl, number, F_SETFD, FD_CLOEXEC);
        }
    }
    return length < 0 ? -1 : 0;
}

/// All but the three ends close on exec, also those of others that forgot to say so.
CHILD_ONLY static int take_descriptors(const struct lm_program *program) {
    for (int target = 0; target < 3; target++) {
        if (program->ends[target] < 3) return errno = EBADF, -1;
        if (syscall(SYS_dup3, program->ends[target], target, 0) < 0) return -1;
    }
    const unsigned close_on_exec = 1U << 2; // CLOSE_RANGE_CLOEXEC, Linux 5.11
    if (syscall(SYS_close_range, 3U, ~0U, close_on_exec) == 0) return 0;
    return errno == ENOSYS || errno == EINVAL ? mark_from_list() : -1;
}

CHILD_ONLY static int take_limits(const struct lm_program *program) {
    for (int index = 0; index < program->limit_count; index++) {
        const struct lm_limit *limit = &program->limits[index];
        uint64_t values[2]; // what holds, and the most that it may be raised to
        if (syscall(SYS_prlimit64, 0, limit->resource, NULL, values) < 0) return -1;
        for (int which = 0; which < 2; which++) {
            if (limit->value < values[which]) values[which] = limit->value;
        }
        if (syscall(SYS_prlimit64, 0, limit->resource, values, NULL) < 0) return -1;
    }
    return 0;
}

/// Every step that may fail names itself first.
CHILD_ONLY static void become(struct attempt *attempt) {
    const struct lm_program *program = attempt->program;
    attempt->stage = LM_STAGE_SESSION;
    if (syscall(SYS_setsid) < 0) return;

    attempt->stage = LM_STAGE_PARENT;
    if (syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0) return;
    // The parent may have ended before, and nothing would ever be told.
    if (syscall(SYS_getppid) != attempt->parent) {
        errno = ESRCH;
        return;
    }
    // Whoever loses a parent below this one stays below it, so that it is known whose it is.
    if (syscall(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0) return;
    reset_signals();

    attempt->stage = LM_STAGE_DESCRIPTORS;
    if (take_descriptors(program) < 0) return;
    // Here, since its number may be above the limit that comes.
    if (program->ruleset >= 0) lm_landlock_allow_self(program->ruleset);

    attempt->stage = LM_STAGE_DIRECTORY;
    if (syscall(SYS_fchdir, program->directory) < 0) return;
    syscall(SYS_umask, S_IRWXG | S_IRWXO);

    attempt->stage = LM_STAGE_LIMITS;
    if (take_limits(program) < 0) return;

    attempt->stage = LM_STAGE_PRIVILEGES;
    if (program->no_new_privileges && syscall(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return;

    attempt->stage = LM_STAGE_RULESET;
    if (program->ruleset >= 0 && syscall(LM_LANDLOCK_RESTRICT, program->ruleset, 0) < 0) return;

    attempt->stage = LM_STAGE_CALLS;
    if (attempt->filter && syscall(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, attempt->filter, 0, 0) < 0) return;

    attempt->stage = LM_STAGE_EXEC;
    set_signal_mask(0, NULL);
    syscall(SYS_execve, program->path, program->arguments, program->environment);
}

CHILD_ONLY static int child(void *context) {
    struct attempt *attempt = context;
    become(attempt);
    attempt->error = errno;
    syscall(SYS_exit_group, 127);
    __builtin_unreachable();
}

int lm_spawn(const struct lm_program *program, struct lm_started *started) {
    struct attempt attempt = {.program = program, .parent = getpid(), .stage = LM_STAGE_CLONE};
    *started = (struct lm_started){.descriptor = -1};
    if (program->calls == LM_CALLS_ALONE && program->no_new_privileges && lm_has_bound_thread()) {
        started->process = lm_run_bound_child(child, &attempt, &started->descriptor);
    } else {
        if (program->calls != LM_CALLS_ALL) attempt.filter = lm_call_filter(program->calls);
        started->process = lm_run_child(child, &attempt, &started->descriptor);
    }
    if (started->process >= 0 && attempt.error == 0) return 0;
    started->stage = attempt.stage;
    started->error = started->process < 0 ? errno : attempt.error;
    if (started->process >= 0) {
        siginfo_t end;
        while (waitid(P_PIDFD, (id_t)started->descriptor, &end, WEXITED) != 0 && errno == EINTR) {}
        close(started->descriptor);
        started->descriptor = -1;
    }
    return -1;
}

int lm_pipe(int pair[2], int mine) {
    if (pipe2(pair, O_CLOEXEC) != 0) return -1;
    if (fcntl(pair[mine], F_SETFL, O_NONBLOCK) == 0) return 0;
    int error = errno;
    close(pair[0]);
    close(pair[1]);
    errno = error;
    return -1;
}

int lm_wait(int descriptor, struct lm_ended *ended) {
    siginfo_t end = {0};
    if (waitid(P_PIDFD, (id_t)descriptor, &end, WEXITED | WNOHANG) != 0) return -1;
    if (end.si_pid == 0) return 0;
    *ended = (struct lm_ended){.code = end.si_code, .status = end.si_status};
    return 1;
}

int lm_reap(pid_t process) {
    siginfo_t end = {0};
    if (waitid(P_PID, (id_t)process, &end, WEXITED | WNOHANG) != 0) return -1;
    return end.si_pid != 0;
}

int lm_process_descriptor(pid_t process) { return (int)syscall(SYS_pidfd_open, process, 0); }

int lm_adopt_orphans(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }
