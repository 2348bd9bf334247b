#pragma once
// What spawn.c and its parts share.
#include <stdint.h>
#include <sys/types.h>

/// For what runs between the clone and the exec, in memory that is the parent's: nothing of a sanitizer may write there. To
/// refuse the thread sanitizer by no_sanitize would leave its count of entered functions, of which an exec leaves none.
#define CHILD_ONLY __attribute__((disable_sanitizer_instrumentation, no_sanitize("undefined"), noinline))

/// Allows the calling process its own /proc/self, as far as it is there. For a child before it is bound.
void lm_landlock_allow_self(int ruleset);

/// Runs `body` in a child that shares this process's memory, while the calling thread waits until the child has ended or
/// has become another program. The child has no handler of a signal to fear: all are blocked but SIGCHLD, which
/// this process leaves as it is.
///
/// Returns its number, or -1; its pidfd is put into `descriptor`.
pid_t lm_run_child(int (*body)(void *), void *context, int *descriptor);

/// The same in a thread that has no new privileges and is bound by the filter for LM_CALLS_ALONE, as the child is then.
pid_t lm_run_bound_child(int (*body)(void *), void *context, int *descriptor);

/// 1 when there is that thread, which is made by the first call; 0 when the system had none, or knows no filters.
int lm_has_bound_thread(void);

enum { LM_LANDLOCK_CREATE = 444, LM_LANDLOCK_ADD = 445, LM_LANDLOCK_RESTRICT = 446 };
