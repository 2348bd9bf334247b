#define _GNU_SOURCE
#include "child.h"
#include "lm_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// MARK: Landlock. Its own constants, since the headers may be older than the kernel.

enum {
    FS_EXECUTE = 1 << 0, FS_WRITE_FILE = 1 << 1, FS_READ_FILE = 1 << 2, FS_READ_DIRECTORY = 1 << 3,
    FS_REMOVE_DIRECTORY = 1 << 4, FS_REMOVE_FILE = 1 << 5, FS_MAKE_DIRECTORY = 1 << 7, FS_MAKE_REGULAR = 1 << 8,
    FS_MAKE_SOCKET = 1 << 9, FS_MAKE_FIFO = 1 << 10, FS_MAKE_LINK = 1 << 12, FS_REFER = 1 << 13, FS_TRUNCATE = 1 << 14,
    FS_IOCTL_DEVICE = 1 << 15,
    /// What a rule for a file may hold.
    FS_OF_A_FILE = FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEVICE,
    FS_WRITING = FS_WRITE_FILE | FS_REMOVE_DIRECTORY | FS_REMOVE_FILE | FS_MAKE_DIRECTORY | FS_MAKE_REGULAR |
        FS_MAKE_SOCKET | FS_MAKE_FIFO | FS_MAKE_LINK | FS_REFER | FS_TRUNCATE,
    NET_BIND_AND_CONNECT_TCP = 3, SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS = 3, RULE_PATH_BENEATH = 1, ASK_VERSION = 1,
};

struct ruleset_attributes {
    uint64_t files, network, scope;
};

struct path_rule {
    uint64_t allowed;
    int32_t parent;
} __attribute__((packed));

static uint64_t known_rights(int version) {
    int bits = version >= 5 ? 16 : version >= 3 ? 15 : version == 2 ? 14 : 13;
    return (UINT64_C(1) << bits) - 1;
}

CHILD_ONLY static int ask_version(void *answer) {
    long version = syscall(LM_LANDLOCK_CREATE, NULL, 0, ASK_VERSION);
    // These fail, unless they kill: then the answer is never given.
    syscall(LM_LANDLOCK_ADD, -1, RULE_PATH_BENEATH, NULL, 0);
    syscall(LM_LANDLOCK_RESTRICT, -1, 0);
    *(volatile int *)answer = version > 0 ? (int)version : 0;
    return 0;
}

int lm_landlock_version(void) {
    volatile int version = 0;
    int descriptor = -1;
    if (lm_run_child(ask_version, (void *)&version, &descriptor) < 0) return 0;
    siginfo_t end;
    while (waitid(P_PIDFD, (id_t)descriptor, &end, WEXITED) != 0 && errno == EINTR) {}
    close(descriptor);
    return version;
}

int lm_landlock_ruleset(int version, int network) {
    struct ruleset_attributes attributes = {
        .files = known_rights(version),
        .network = version >= 4 && !network ? NET_BIND_AND_CONNECT_TCP : 0,
        .scope = version >= 6 ? SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS : 0,
    };
    return (int)syscall(LM_LANDLOCK_CREATE, &attributes, sizeof attributes, 0);
}

int lm_landlock_allow(int ruleset, int version, const char *path, int may) {
    int descriptor = open(path, O_PATH | O_CLOEXEC);
    if (descriptor < 0) return -1;
    struct stat status;
    int result = fstat(descriptor, &status);
    if (result == 0) {
        uint64_t allowed = (may & LM_MAY_READ ? FS_READ_FILE | FS_READ_DIRECTORY : 0) |
            (may & LM_MAY_WRITE ? FS_WRITING : 0) | (may & LM_MAY_EXECUTE ? FS_EXECUTE : 0);
        allowed &= known_rights(version);
        if (!S_ISDIR(status.st_mode)) allowed &= FS_OF_A_FILE;
        struct path_rule rule = {.allowed = allowed, .parent = descriptor};
        result = (int)syscall(LM_LANDLOCK_ADD, ruleset, RULE_PATH_BENEATH, &rule, 0);
    }
    int error = errno;
    close(descriptor);
    errno = error;
    return result;
}

CHILD_ONLY void lm_landlock_allow_self(int ruleset) {
    long path = syscall(SYS_openat, AT_FDCWD, "/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (path < 0) return;
    struct path_rule rule = {.allowed = FS_READ_FILE | FS_READ_DIRECTORY, .parent = (int32_t)path};
    syscall(LM_LANDLOCK_ADD, ruleset, RULE_PATH_BENEATH, &rule, 0);
}

// MARK: System calls (seccomp)

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

#define FIELD(name) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, name))
#define ANSWER(error) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (error))
#define WHEN(number, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, (skip))
#define REFUSE(number, error) WHEN(number, 1), ANSWER(error)

/// Another instruction set has other numbers (on x86_64: the 32-bit gate, and x32, whose numbers have a bit set).
#define FOREIGN_CALLS                                                                                                        \
    FIELD(arch), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NATIVE, 1, 0), ANSWER(EPERM), FIELD(nr),                                \
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1), ANSWER(EPERM)

/// What looks into other processes, what makes namespaces and mounts, the kernel's keys, and the interfaces that are
/// known for holes. A new namespace comes by clone as well; clone3 hides its flags, and without it clone is taken.
#define EXTRAORDINARY_CALLS                                                                                                  \
    REFUSE(SYS_ptrace, EPERM), REFUSE(SYS_process_vm_readv, EPERM), REFUSE(SYS_process_vm_writev, EPERM),                    \
        REFUSE(438 /* pidfd_getfd */, EPERM), REFUSE(SYS_perf_event_open, EPERM), REFUSE(SYS_userfaultfd, EPERM),            \
        REFUSE(SYS_keyctl, EPERM), REFUSE(SYS_add_key, EPERM), REFUSE(SYS_request_key, EPERM), REFUSE(SYS_bpf, EPERM),       \
        REFUSE(425 /* io_uring_setup */, EPERM), REFUSE(SYS_unshare, EPERM), REFUSE(SYS_setns, EPERM),                       \
        REFUSE(SYS_mount, EPERM), REFUSE(SYS_umount2, EPERM), REFUSE(SYS_pivot_root, EPERM),                                 \
        REFUSE(428 /* open_tree */, EPERM), REFUSE(429 /* move_mount */, EPERM), REFUSE(430 /* fsopen */, EPERM),            \
        REFUSE(432 /* fsmount */, EPERM), REFUSE(442 /* mount_setattr */, EPERM), REFUSE(435 /* clone3 */, ENOSYS),          \
        WHEN(SYS_clone, 4), FIELD(args[0]), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, NAMESPACES, 0, 1), ANSWER(EPERM), ALLOW

#define NAMESPACES                                                                                                           \
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

#define IF(value, then, otherwise) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (then), (otherwise))

/// Unix sockets and pairs of them alone. The domain is an int: the kernel takes the lower half of the argument, which comes first.
#define FAR_SOCKETS IF(SYS_socketpair, 1, 0), WHEN(SYS_socket, 3), FIELD(args[0]), IF(AF_UNIX, 1, 0), ANSWER(EPERM)

/// No socket but pairs of Unix sockets, by which a program speaks with its own children. One of a pair of datagrams is refused
/// as well: it can be connected anew, to any socket in the file system. Others cannot.
#define ALL_SOCKETS                                                                                                          \
    WHEN(SYS_socket, 4), FIELD(args[0]), IF(AF_UNIX, 0, 1), ANSWER(EACCES), ANSWER(EPERM), WHEN(SYS_socketpair, 8),          \
        FIELD(args[0]), IF(AF_UNIX, 1, 0), ANSWER(EPERM), FIELD(args[1]), BPF_STMT(BPF_ALU | BPF_AND | BPF_K, SOCKET_TYPES), \
        IF(SOCK_STREAM, 2, 0), IF(SOCK_SEQPACKET, 1, 0), ANSWER(EACCES)

/// The bits of a socket's type; the others are its flags.
#define SOCKET_TYPES 0xf

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the lower half of an argument comes first");

static struct sock_filter ordinary[] = {FOREIGN_CALLS, EXTRAORDINARY_CALLS, ALLOW};
static struct sock_filter local[] = {FOREIGN_CALLS, EXTRAORDINARY_CALLS, FAR_SOCKETS, ALLOW};
static struct sock_filter alone[] = {FOREIGN_CALLS, EXTRAORDINARY_CALLS, ALL_SOCKETS, ALLOW};

CHILD_ONLY const struct sock_fprog *lm_call_filter(int calls) {
    static const struct sock_fprog filters[] = {
        {.len = sizeof ordinary / sizeof ordinary[0], .filter = ordinary},
        {.len = sizeof local / sizeof local[0], .filter = local},
        {.len = sizeof alone / sizeof alone[0], .filter = alone},
    };
    return &filters[calls - LM_CALLS_ORDINARY];
}
