#define _GNU_SOURCE
#include "lm_filter.h"

#include "lm_spawn.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

// When a filter is set, the kernel follows it once for each system call that there is, to know those that are always allowed: the
// way to such an answer is most of what a filter costs. So the calls that are looked at stand in a tree, by their numbers, which
// are others on each architecture.

int lm_filters_calls(void) {
    // A kernel without filters does not know the mode; one with them looks for the filter, and finds none.
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0) == -1 && errno == EFAULT;
}

#if defined(__x86_64__)
#define NATIVE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE AUDIT_ARCH_AARCH64
#else
#error "The filter of system calls knows x86_64 and aarch64."
#endif

typedef struct sock_filter step;

#define FIELD(name) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, name))
#define ANSWER(error) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (error))
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define IF(value, then, otherwise) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (then), (otherwise))

// What is done for a call that is looked at. The last step answers.

static const step refused[] = {ANSWER(EPERM)};

/// A library that has it falls back to clone.
static const step unknown[] = {ANSWER(ENOSYS)};

#define NAMESPACES                                                                                                           \
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

/// A new namespace comes by clone as well.
static const step no_namespace[] = {
    FIELD(args[0]), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, NAMESPACES, 0, 1), ANSWER(EPERM), ALLOW};

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the lower half of an argument comes first");

/// Unix sockets alone. The domain is an int: the kernel takes the lower half of the argument, which comes first.
static const step near[] = {FIELD(args[0]), IF(AF_UNIX, 1, 0), ANSWER(EPERM), ALLOW};

static const step no_socket[] = {FIELD(args[0]), IF(AF_UNIX, 0, 1), ANSWER(EACCES), ANSWER(EPERM)};

/// The bits of a socket's type; the others are its flags.
#define SOCKET_TYPES 0xf

/// Pairs of Unix sockets, by which a program speaks with its own children. One of a pair of datagrams is refused: it can be
/// connected anew, to any socket in the file system. Others cannot.
static const step connected[] = {FIELD(args[0]), IF(AF_UNIX, 1, 0), ANSWER(EPERM), FIELD(args[1]),
    BPF_STMT(BPF_ALU | BPF_AND | BPF_K, SOCKET_TYPES), IF(SOCK_STREAM, 2, 0), IF(SOCK_SEQPACKET, 1, 0), ANSWER(EACCES), ALLOW};

/// A call that is looked at.
struct rule {
    uint32_t number;
    uint32_t length;
    const step *steps;
};

#define RULE(number, steps) {(number), sizeof(steps) / sizeof(steps)[0], (steps)}

/// What looks into other processes, what makes namespaces and mounts, the kernel's keys, and the interfaces that are known for
/// holes. clone3 hides its flags.
#define EXTRAORDINARY                                                                                                        \
    RULE(SYS_ptrace, refused), RULE(SYS_process_vm_readv, refused), RULE(SYS_process_vm_writev, refused),                    \
        RULE(438 /* pidfd_getfd */, refused), RULE(SYS_perf_event_open, refused), RULE(SYS_userfaultfd, refused),            \
        RULE(SYS_keyctl, refused), RULE(SYS_add_key, refused), RULE(SYS_request_key, refused), RULE(SYS_bpf, refused),       \
        RULE(425 /* io_uring_setup */, refused), RULE(SYS_unshare, refused), RULE(SYS_setns, refused),                       \
        RULE(SYS_mount, refused), RULE(SYS_umount2, refused), RULE(SYS_pivot_root, refused),                                 \
        RULE(428 /* open_tree */, refused), RULE(429 /* move_mount */, refused), RULE(430 /* fsopen */, refused),            \
        RULE(432 /* fsmount */, refused), RULE(442 /* mount_setattr */, refused), RULE(435 /* clone3 */, unknown),           \
        RULE(SYS_clone, no_namespace)

static struct rule ordinary[] = {EXTRAORDINARY};
static struct rule local[] = {EXTRAORDINARY, RULE(SYS_socket, near), RULE(SYS_socketpair, near)};
static struct rule alone[] = {EXTRAORDINARY, RULE(SYS_socket, no_socket), RULE(SYS_socketpair, connected)};

enum { MOST_STEPS = 160, LEAF = 2 };
static step steps[3][MOST_STEPS];
static struct sock_fprog filters[3];
static pthread_once_t made = PTHREAD_ONCE_INIT;

static int by_number(const void *one, const void *other) {
    uint32_t a = ((const struct rule *)one)->number, b = ((const struct rule *)other)->number;
    return (a > b) - (a < b);
}

static void add(struct sock_fprog *filter, step next) {
    // Which rules there are is known: none of them fails on one machine only.
    if (filter->len == MOST_STEPS) abort();
    filter->filter[filter->len++] = next;
}

/// Adds what answers for each number, of which those of the rules are looked at. These are in order.
static void add_tree(struct sock_fprog *filter, const struct rule *rules, size_t count) {
    if (count > LEAF) {
        size_t half = count / 2;
        unsigned fork = filter->len;
        add(filter, (step)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, rules[half].number, 0, 0));
        add_tree(filter, rules, half);
        unsigned skipped = filter->len - fork - 1;
        if (skipped > UINT8_MAX) abort();
        filter->filter[fork].jt = (uint8_t)skipped;
        add_tree(filter, rules + half, count - half);
        return;
    }
    for (size_t index = 0; index < count; index++) {
        add(filter, (step)IF(rules[index].number, 0, (uint8_t)rules[index].length));
        for (uint32_t place = 0; place < rules[index].length; place++) add(filter, rules[index].steps[place]);
    }
    add(filter, (step)ALLOW);
}

static void make(int calls, struct rule *rules, size_t count) {
    // Another instruction set has other numbers (on x86_64: the 32-bit gate, and x32, whose numbers have a bit set).
    static const step start[] = {FIELD(arch), IF(NATIVE, 1, 0), ANSWER(EPERM), FIELD(nr),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1), ANSWER(EPERM)};
    struct sock_fprog *filter = &filters[calls - LM_CALLS_ORDINARY];
    filter->filter = steps[calls - LM_CALLS_ORDINARY];
    for (size_t index = 0; index < sizeof start / sizeof start[0]; index++) add(filter, start[index]);
    qsort(rules, count, sizeof rules[0], by_number);
    add_tree(filter, rules, count);
}

static void make_all(void) {
    make(LM_CALLS_ORDINARY, ordinary, sizeof ordinary / sizeof ordinary[0]);
    make(LM_CALLS_LOCAL, local, sizeof local / sizeof local[0]);
    make(LM_CALLS_ALONE, alone, sizeof alone / sizeof alone[0]);
}

const struct sock_fprog *lm_call_filter(int calls) {
    pthread_once(&made, make_all);
    return &filters[calls - LM_CALLS_ORDINARY];
}
