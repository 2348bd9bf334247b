#define _GNU_SOURCE
#include "child.h"
#include "lm_spawn.h"

#include <errno.h>
#include <fcntl.h>
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

int lm_landlock_allow_open(int ruleset, int version, int descriptor, int may) {
    struct stat status;
    if (fstat(descriptor, &status) != 0) return -1;
    uint64_t allowed = (may & LM_MAY_READ ? FS_READ_FILE | FS_READ_DIRECTORY : 0) |
        (may & LM_MAY_WRITE ? FS_WRITING : 0) | (may & LM_MAY_EXECUTE ? FS_EXECUTE : 0);
    allowed &= known_rights(version);
    if (!S_ISDIR(status.st_mode)) allowed &= FS_OF_A_FILE;
    struct path_rule rule = {.allowed = allowed, .parent = descriptor};
    return (int)syscall(LM_LANDLOCK_ADD, ruleset, RULE_PATH_BENEATH, &rule, 0);
}

int lm_landlock_allow(int ruleset, int version, const char *path, int may) {
    int descriptor = open(path, O_PATH | O_CLOEXEC);
    if (descriptor < 0) return -1;
    int result = lm_landlock_allow_open(ruleset, version, descriptor, may);
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
