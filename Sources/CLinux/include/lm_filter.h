#pragma once
// The filters of system calls (seccomp) for programs that are started. Prefix lm_.
#include <linux/filter.h>

/// The filter for these calls (LM_CALLS_*), which are not LM_CALLS_ALL. It stays as it is for as long as the process lives.
const struct sock_fprog *lm_call_filter(int calls);
