// A stand-in for Luma's API that costs next to nothing: one thread, epoll, fixed answers. It counts the requests for
// events, so that the benchmark can see that every request it made was really passed on.
//
//     upstream PORT EVENT.json
//
// GET /v1/events/get, at once; after 20 ms for an id that begins with evt-slow. POST /v1/events/create, which answers a
// new id each time. GET /v1/users/get-self, /count. Else 404.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_FDS = 8192, MAX_REQUEST = 8192, MAX_EVENTS = 256, MAX_LATE = 16384 };
static const long DELAY_NS = 20 * 1000 * 1000;
struct connection { size_t used; unsigned generation; char bytes[MAX_REQUEST]; };
struct answer { size_t size; char bytes[16384]; };
struct late { long due; int fd; unsigned generation; };

static struct connection *connections[MAX_FDS];
static unsigned generations;
static struct answer event, self, missing;
static unsigned long events_served;
// Answers that wait: all equally long, so the first is always the next.
static struct late queue[MAX_LATE];
static unsigned queue_head, queue_tail;

static void die(const char *what) { perror(what); exit(1); }

static long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000L + time.tv_nsec;
}

static void compose(struct answer *answer, const char *status, const char *body, size_t size) {
    int head = snprintf(answer->bytes, sizeof answer->bytes,
        "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n", status, size);
    if (head + size > sizeof answer->bytes) { fputs("the event is too large\n", stderr); exit(1); }
    memcpy(answer->bytes + head, body, size);
    answer->size = head + size;
}

// One answer at a time fits any socket buffer: a short write is a peer that does not read.
static int reply(int fd, const struct answer *answer) {
    return send(fd, answer->bytes, answer->size, MSG_NOSIGNAL) == (ssize_t)answer->size;
}

static const struct answer *choose(const char *head) {
    static struct answer made;
    char body[64];
    if (!strncmp(head, "POST /v1/events/create ", 23)) {
        compose(&made, "200 OK", body, snprintf(body, sizeof body, "{\"id\":\"evt-made%012lu\"}", ++events_served));
        return &made;
    }
    if (strncmp(head, "GET ", 4)) return &missing;
    if (!strncmp(head + 4, "/v1/events/get?", 15)) { events_served++; return &event; }
    if (!strncmp(head + 4, "/v1/users/get-self", 18)) return &self;
    if (strncmp(head + 4, "/count", 6)) return &missing;
    compose(&made, "200 OK", body, snprintf(body, sizeof body, "%lu", events_served));
    return &made;
}

static size_t body_length(const char *head, const char *end) {
    const char *field = strcasestr(head, "\r\ncontent-length:");
    return field && field < end ? strtoul(field + 17, NULL, 10) : 0;
}

// Answers every whole request that has arrived. Zero: close the connection.
static int serve(int fd, struct connection *c) {
    ssize_t got = recv(fd, c->bytes + c->used, MAX_REQUEST - 1 - c->used, 0);
    if (got <= 0) return 0;
    c->used += got;
    c->bytes[c->used] = 0;
    char *start = c->bytes, *end;
    while ((end = strstr(start, "\r\n\r\n"))) {
        char *next = end + 4 + (*start == 'P' ? body_length(start, end) : 0);
        if (next > c->bytes + c->used) break;
        const struct answer *answer = choose(start);
        const char *slow = answer == &event ? strstr(start, "event_id=evt-slow") : NULL;
        if (slow && slow < end && queue_tail - queue_head < MAX_LATE) {
            queue[queue_tail++ % MAX_LATE] = (struct late){now() + DELAY_NS, fd, c->generation};
        } else if (!reply(fd, answer)) {
            return 0;
        }
        start = next;
    }
    c->used -= start - c->bytes;
    memmove(c->bytes, start, c->used);
    return c->used < MAX_REQUEST - 1;
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
    connections[fd]->generation = ++generations;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    watch(poll, fd);
}

// Sends the answers whose time has come. Returns the milliseconds until the next, -1 for none.
static int send_late(void) {
    while (queue_head != queue_tail) {
        struct late late = queue[queue_head % MAX_LATE];
        long left = late.due - now();
        if (left > 0) return (int)((left + 999999) / 1000000);
        queue_head++;
        struct connection *c = connections[late.fd];
        if (c && c->generation == late.generation && !reply(late.fd, &event)) forget(late.fd);
    }
    return -1;
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
        int count = epoll_wait(poll, ready, MAX_EVENTS, send_late());
        for (int i = 0; i < count; i++) {
            int fd = ready[i].data.fd;
            if (fd == listener) take(poll, listener);
            else if (connections[fd] && !serve(fd, connections[fd])) forget(fd);
        }
    }
}
