// Takes away what keeps a lost write from arriving late: preloaded, it lets no socket give up what is not acknowledged, drop it when
// it is closed, or be disconnected. With it a test shows that it would see such an arrival.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int setsockopt(int descriptor, int level, int option, const void *value, socklen_t length) {
    if (level == IPPROTO_TCP && option == TCP_USER_TIMEOUT) return 0;
    if (level == SOL_SOCKET && option == SO_LINGER) return 0;
    return (int)syscall(SYS_setsockopt, descriptor, level, option, value, length);
}

int connect(int descriptor, const struct sockaddr *address, socklen_t length) {
    if (address->sa_family == AF_UNSPEC) return 0;
    return (int)syscall(SYS_connect, descriptor, address, length);
}
