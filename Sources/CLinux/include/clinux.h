#pragma once
// Linux calls that Swift's Glibc module does not show. Prefix lm_; no logic here.
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

/// accept4 needs _GNU_SOURCE before the first include, which a Swift importer cannot give.
int lm_accept4(int descriptor, struct sockaddr *address, socklen_t *length);

/// sched_getaffinity and CPU_COUNT need _GNU_SOURCE too. 0 when the kernel does not tell.
int lm_usable_cores(void);

/// The columns of a terminal (TIOCGWINSZ); 0 when it is none or does not tell. ioctl is variadic.
int lm_terminal_columns(int descriptor);

/// Lets the soft limit of open descriptors be the hard one. Returns what then holds, 0 when the kernel does not tell.
/// RLIMIT_NOFILE is an enum whose type differs between the Glibc overlays.
uint64_t lm_raise_descriptor_limit(void);

/// Makes a listening socket deaf to new handshakes (SO_ATTACH_FILTER: an array of structs behind a pointer), while
/// those that have begun come to their end. 0 or -1.
int lm_refuse_new_handshakes(int descriptor);

/// A number that no other living thread has, never 0. glibc declares pthread_self as a function of nothing, so a compiler keeps
/// its result over the suspension of a task, which may go on in another thread; of this one it knows nothing.
uintptr_t lm_thread_mark(void);

/// One pointer of each thread's own, NULL at first: Swift has no thread-local variables.
void *lm_thread_value(void);
void lm_set_thread_value(void *value);

/// Bounds the heaps that malloc makes for its threads (M_ARENA_MAX). Nonzero when it does.
int lm_limit_heaps(int count);

/// Gives all new handshakes of a port that is shared (SO_REUSEPORT) to the socket at this place of the kernel's list, or,
/// when there is none, to one by hash (SO_ATTACH_REUSEPORT_CBPF); and ends that. 0 or -1.
int lm_steer_to(int descriptor, uint32_t place);
int lm_stop_steering(int descriptor);

/// Gives free heap memory back, and lets go of the pages of code and constants of the program and its libraries. Those are
/// clean copies of files that come back as they are touched: nothing is lost but a few hundred short faults.
void lm_release_memory(void);

/// 1 when nothing is in an open directory, 0 when something is, -1 when the system does not tell.
int lm_is_empty_directory(int descriptor);

/// Leaves no core, and lets no other program of the same user look into this one's memory.
void lm_forbid_dump(void);

/// The events of one readiness report, with our 64 bits of user data: the union is awkward from Swift.
static inline int lm_epoll_ctl(int epoll, int operation, int descriptor, uint32_t events, uint64_t data) {
    struct epoll_event event = {.events = events, .data = {.u64 = data}};
    return epoll_ctl(epoll, operation, descriptor, &event);
}
static inline uint64_t lm_epoll_data(const struct epoll_event *event) { return event->data.u64; }
static inline uint32_t lm_epoll_events(const struct epoll_event *event) { return event->events; }

/// EPOLL* are enum constants or macros with casts, depending on the libc: plain integers for Swift.
enum { LM_EPOLLIN = 0x001, LM_EPOLLOUT = 0x004, LM_EPOLLERR = 0x008, LM_EPOLLHUP = 0x010, LM_EPOLLRDHUP = 0x2000,
    LM_EPOLLEXCLUSIVE = 1 << 28 };

/// MSG_NOSIGNAL is not visible to Swift as an integer on every Glibc overlay.
enum { LM_MSG_NOSIGNAL = 0x4000 };

/// The octets that were written to a connection and that the peer has not acknowledged (SIOCOUTQ); -1 when the kernel does not tell.
int lm_unacknowledged(int descriptor);

/// 1 when a connection has octets that the peer's window has no room for, or that were sent again (TCP_INFO); else 0.
int lm_is_stuck(int descriptor);

/// Ends a connection at once, and drops what it still had to send (connect to AF_UNSPEC). 0 or -1.
int lm_disconnect(int descriptor);

/// SOCK_* is an enum that the static Glibc overlay does not show.
enum { LM_SOCK_STREAM = SOCK_STREAM, LM_SOCK_STREAM_NONBLOCKING = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
    LM_SOCK_DATAGRAM_NONBLOCKING = SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC };
