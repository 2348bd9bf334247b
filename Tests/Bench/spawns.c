// What the least costs that a caller can do with a program: start it, read what it writes to its end, and wait for it.
//
//     spawns COUNT PROGRAM [WORD...]
//
// Prints the seconds that COUNT runs took one after another, and the CPU of this process and of the runs.
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void die(const char *what) { perror(what); exit(1); }

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static double used(int who) {
    struct rusage usage;
    getrusage(who, &usage);
    return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void run(char **words) {
    int ends[2], status;
    pid_t child;
    char piece[4096];
    posix_spawn_file_actions_t actions;
    if (pipe2(ends, O_CLOEXEC)) die("pipe2");
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    char *none[] = {NULL};
    if (posix_spawn(&child, words[0], &actions, NULL, words, none)) die("posix_spawn");
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    ssize_t count, total = 0;
    while ((count = read(ends[0], piece, sizeof piece)) > 0) total += count;
    close(ends[0]);
    if (waitpid(child, &status, 0) != child || status || !total) die("the program");
}

int main(int argc, char **argv) {
    if (argc < 3) { fputs("usage: spawns COUNT PROGRAM [WORD...]\n", stderr); return 64; }
    int count = atoi(argv[1]);
    double begun = now();
    for (int number = 0; number < count; number++) run(argv + 2);
    printf("{\"seconds\": %.6f, \"cpu\": %.6f}\n", now() - begun, used(RUSAGE_SELF) + used(RUSAGE_CHILDREN));
}
