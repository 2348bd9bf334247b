// A stand-in for Luma's API that costs next to nothing: one thread, epoll, two fixed answers. It
// knows requests without a body only, and counts those for events, so that the benchmark can see
// that every request it made was really passed on.
//
//     upstream PORT EVENT.json      GET /v1/events/get, /v1/users/get-self, /count; else 404
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_FDS = 8192, MAX_HEAD = 8192, MAX_EVENTS = 256 };
struct connection { size_t used; char head[MAX_HEAD]; };
struct answer { size_t size; char bytes[16384]; };

static struct connection *connections[MAX_FDS];
static struct answer event, self, missing;
static unsigned long events_served;

static void die(const char *what) { perror(what); exit(1); }

static void compose(struct answer *answer, const char *status, const char *body, size_t size) {
    int head = snprintf(answer->bytes, sizeof answer->bytes,
        "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n", status, size);
    if (head + size > sizeof answer->bytes) { fputs("the event is too large\n", stderr); exit(1); }
    memcpy(answer->bytes + head, body, size);
    answer->size = head + size;
}

static const struct answer *choose(const char *target) {
    static struct answer count;
    if (!strncmp(target, "/v1/events/get?", 15)) { events_served++; return &event; }
    if (!strncmp(target, "/v1/users/get-self", 18)) return &self;
    if (strncmp(target, "/count", 6)) return &missing;
    char body[32];
    compose(&count, "200 OK", body, snprintf(body, sizeof body, "%lu", events_served));
    return &count;
}

// Answers every whole request that has arrived. Zero: close the connection.
static int serve(int fd, struct connection *c) {
    ssize_t got = recv(fd, c->head + c->used, MAX_HEAD - 1 - c->used, 0);
    if (got <= 0) return 0;
    c->used += got;
    c->head[c->used] = 0;
    char *start = c->head, *end;
    while ((end = strstr(start, "\r\n\r\n"))) {
        if (strncmp(start, "GET ", 4)) return 0;
        const struct answer *answer = choose(start + 4);
        // One answer at a time fits any socket buffer: a short write is a peer that does not read.
        if (send(fd, answer->bytes, answer->size, MSG_NOSIGNAL) != (ssize_t)answer->size) return 0;
        start = end + 4;
    }
    c->used -= start - c->head;
    memmove(c->head, start, c->used);
    return c->used < MAX_HEAD - 1;
}

static void forget(int fd) {
    free(connections[fd]);
    connections[fd] = NULL;
    close(fd);
}

static void watch(int poll, int fd) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    if (epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event)) die("epoll_ctl");
}

static void take(int poll, int listener) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), on = 1;
    if (fd < 0) return;
    if (fd >= MAX_FDS || !(connections[fd] = calloc(1, sizeof(struct connection)))) { close(fd); return; }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    watch(poll, fd);
}

int main(int argc, char **argv) {
    if (argc != 3) { fputs("usage: upstream PORT EVENT.json\n", stderr); return 64; }
    static char text[8192];
    FILE *file = fopen(argv[2], "r");
    if (!file) die(argv[2]);
    compose(&event, "200 OK", text, fread(text, 1, sizeof text, file));
    fclose(file);
    const char who[] = "{\"id\":\"usr-Bench0000000001\",\"name\":\"Bench\",\"first_name\":\"Bench\",\"last_name\":null,"
        "\"avatar_url\":\"https://images.lumacdn.com/avatars/bench.png\",\"email\":\"bench@example.com\"}";
    compose(&self, "200 OK", who, sizeof who - 1);
    compose(&missing, "404 Not Found", "{\"message\":\"Not found\"}", 23);

    int poll = epoll_create1(EPOLL_CLOEXEC), on = 1;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) die("listen");
    watch(poll, listener);

    struct epoll_event ready[MAX_EVENTS];
    for (;;) {
        int count = epoll_wait(poll, ready, MAX_EVENTS, -1);
        for (int i = 0; i < count; i++) {
            int fd = ready[i].data.fd;
            if (fd == listener) take(poll, listener);
            else if (!serve(fd, connections[fd])) forget(fd);
        }
    }
}
