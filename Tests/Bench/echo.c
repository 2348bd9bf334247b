// The smallest plugin: a program that says what it offers, and gives a word back.
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
    if (argc == 2 && !strcmp(argv[1], "--describe")) {
        return puts("{\"commands\": [{\"name\": \"say\", \"parameters\": [{\"name\": \"word\", \"required\": true}]}]}") < 0;
    }
    return argc != 3 || printf("{\"said\": \"%s\"}\n", argv[2] + strlen("--word=")) < 0;
}
