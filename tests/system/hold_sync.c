// Preloaded into the server by the system tests: makes the disk hang or fail, as a real one does now and then.
//
// The file that CROUPIER_HOLD_FILE names rules every fsync and fdatasync of the process. Its first word, and optionally a
// part of a path as second, so that only syncs of such files are meant:
//   no file    syncs pass
//   "hold"     syncs wait until the file is gone; "<file>.held" appears when the first one waits
//   "fail"     syncs fail with EIO
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// Whether `fd` is a file whose path contains `part`.
static bool is_meant(int fd, const char* part)
{
    char link[64];
    char path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    const ssize_t size = readlink(link, path, sizeof path - 1);
    if (size < 0) { return false; }
    path[size] = '\0';
    return strstr(path, part) != NULL;
}

// The mode that holds for `fd` now: 'h', 'f' or 0.
static char mode_of(int fd, const char* file)
{
    const int rule = open(file, O_RDONLY | O_CLOEXEC);
    if (rule < 0) { return 0; }
    char text[512];
    const ssize_t size = read(rule, text, sizeof text - 1);
    close(rule);
    if (size <= 0) { return 0; }
    text[size] = '\0';
    char word[16] = "";
    char part[256] = "";
    sscanf(text, "%15s %255s", word, part);
    if (part[0] != '\0' && !is_meant(fd, part)) { return 0; }
    return word[0];
}

static int rule_sync(int fd, int (*sync)(int))
{
    const char* file = getenv("CROUPIER_HOLD_FILE");
    if (file == NULL) { return sync(fd); }
    bool told = false;
    for (;;) {
        const char mode = mode_of(fd, file);
        if (mode == 'f') {
            errno = EIO;
            return -1;
        }
        if (mode != 'h') { return sync(fd); }
        if (!told) {
            char held[4096];
            snprintf(held, sizeof held, "%s.held", file);
            close(open(held, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
            told = true;
        }
        const struct timespec pause = {.tv_sec = 0, .tv_nsec = 2000000};
        nanosleep(&pause, NULL);
    }
}

int fsync(int fd) { return rule_sync(fd, (int (*)(int))dlsym(RTLD_NEXT, "fsync")); }

int fdatasync(int fd) { return rule_sync(fd, (int (*)(int))dlsym(RTLD_NEXT, "fdatasync")); }
