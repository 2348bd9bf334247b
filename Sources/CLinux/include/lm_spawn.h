#pragma once
// Starting another program, and what keeps it within bounds. Prefix lm_; the rules are decided by the caller.
#include <stdint.h>
#include <sys/types.h>

/// One limit of setrlimit(2). A limit that is lower already stays.
struct lm_limit {
    int resource;
    uint64_t value;
};

/// LM_LIMIT_* are RLIMIT_*, an enum whose type differs between the Glibc overlays.
enum { LM_LIMIT_CPU = 0, LM_LIMIT_FSIZE = 1, LM_LIMIT_CORE = 4, LM_LIMIT_NOFILE = 7, LM_LIMIT_AS = 9 };

/// Which system calls the program is refused. LM_CALLS_LOCAL also refuses every socket but Unix sockets, and
/// LM_CALLS_ALONE these, too: there are pairs of them that nothing else is reached by.
enum { LM_CALLS_ALL = 0, LM_CALLS_ORDINARY = 1, LM_CALLS_LOCAL = 2, LM_CALLS_ALONE = 3 };

/// What is started, and how. All of it is the caller's; nothing is kept.
struct lm_program {
    /// An absolute path.
    const char *path;
    /// With the name of the program in front; both end with NULL.
    char *const *arguments;
    char *const *environment;
    /// What become the program's descriptors 0, 1 and 2. These and the two below must be 3 or more, and close on exec.
    int ends[3];
    /// The working directory.
    int directory;
    /// The Landlock ruleset; -1 for none. /proc/self is added to it when there is one.
    int ruleset;
    const struct lm_limit *limits;
    int limit_count;
    /// The program and its children gain nothing from setuid. Needed for a ruleset and for calls that are refused.
    int no_new_privileges;
    int calls;
};

/// The step that failed, in the order in which they are done.
enum lm_stage {
    LM_STAGE_CLONE = 1, LM_STAGE_SESSION, LM_STAGE_PARENT, LM_STAGE_DESCRIPTORS, LM_STAGE_DIRECTORY, LM_STAGE_LIMITS,
    LM_STAGE_PRIVILEGES, LM_STAGE_RULESET, LM_STAGE_CALLS, LM_STAGE_EXEC,
};

struct lm_started {
    /// The process, which leads a session and a group of its own.
    pid_t process;
    /// Close on exec. Readable once the process has ended; for lm_wait.
    int descriptor;
    /// What failed, and errno, when nothing was started.
    int stage;
    int error;
};

/// Starts a program. Returns 0 once it is in place of this one's image in the child, -1 when it is not and nothing is left of
/// the child. The calling thread waits until then.
///
/// The child is killed when this process ends, and as a rule when the thread that has called this does.
int lm_spawn(const struct lm_program *program, struct lm_started *started);

/// A pipe for a child, whose ends close on exec: pair[0] is read and pair[1] written. The end of index `mine` never waits. 0 or -1.
int lm_pipe(int pair[2], int mine);

/// How a child ended: CLD_EXITED with an exit status, or CLD_KILLED or CLD_DUMPED with a signal.
struct lm_ended {
    int code;
    int status;
};

/// Takes the end of a child by its descriptor, after which its number may be another's. 1, 0 while it still runs, or -1.
int lm_wait(int descriptor, struct lm_ended *ended);

/// The same for a child that is known by its number only.
int lm_reap(pid_t process);

/// A descriptor, which closes on exec, for a child that has not been reaped; readable once it has ended. -1 when there is none.
int lm_process_descriptor(pid_t process);

/// Groups that a guard looks after at once.
enum { LM_GUARDED = 256 };

/// A process that kills groups once this one is gone, however it went. Never freed.
struct lm_guard {
    /// The numbers of the groups, 0 where there is none; shared with it.
    volatile int32_t *groups;
    /// Close on exec. It ends when this does.
    int lifeline;
};

/// Starts a guard, which has no descriptors and heeds no signals but SIGKILL. 0 or -1.
int lm_start_guard(struct lm_guard *guard);

/// Makes this process the parent of all whose parents below it have ended. 0 or -1.
int lm_adopt_orphans(void);

/// The version of Landlock that the kernel has and this process may use, 0 for none. Asked in a child: whoever filters the
/// system calls of this process may kill for a question.
int lm_landlock_version(void);

/// LM_MAY_*: what a ruleset may allow below a path.
enum { LM_MAY_READ = 1, LM_MAY_WRITE = 2, LM_MAY_EXECUTE = 4 };

/// A ruleset that forbids what Landlock of this version can forbid of files, of signals and abstract sockets, and, without
/// `network`, of TCP. A descriptor that closes on exec, or -1.
int lm_landlock_ruleset(int version, int network);

/// Allows what is below the directory, or is the file, to which `path` leads. 0 or -1.
int lm_landlock_allow(int ruleset, int version, const char *path, int may);

/// The same for what is open already.
int lm_landlock_allow_open(int ruleset, int version, int descriptor, int may);

/// 1 when the kernel filters system calls for programs without privileges (seccomp), else 0.
int lm_filters_calls(void);
