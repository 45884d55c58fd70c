// Where the memory of this process is limited (`ulimit -v`, `ulimit -d`), starts the program anew with variables that keep
// two libraries from taking most of it.
//
// OpenBLAS, when it is initialised, starts a thread for each processor; each takes a stack and 128 MiB of addresses, looks for
// them for ever where there are none, and where not even a thread can be had the library ends the program. It is called by one
// thread at a time here and needs none of them. glibc's allocator reserves 64 MiB for each thread. Both read the environment
// once, so this must come before them: functions in `.preinit_array` run before any library's.
#include "CStart.h"

#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

// As the header files of glibc say that they are glibc's.
#ifdef __GLIBC__

#include <alloca.h>

static int is_limited(__rlimit_resource_t resource) {
    struct rlimit limit;
    return getrlimit(resource, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
}

static int is_set(char **environment, const char *setting) {
    size_t length = (size_t)(strchr(setting, '=') - setting) + 1;
    for (; *environment; environment++)
        if (strncmp(*environment, setting, length) == 0) return 1;
    return 0;
}

static void restart(int count, char **arguments, char **environment) {
    static const char *const settings[] = {"OPENBLAS_NUM_THREADS=1", "MALLOC_ARENA_MAX=1"};
    enum { most = sizeof settings / sizeof *settings };
    (void)count;
    if (!is_limited(RLIMIT_AS) && !is_limited(RLIMIT_DATA)) return;
    size_t variables = 0;
    while (environment[variables]) variables++;
    char **more = alloca((variables + most + 1) * sizeof *more);
    memcpy(more, environment, variables * sizeof *more);
    size_t all = variables;
    for (int index = 0; index < most; index++)
        if (!is_set(environment, settings[index])) more[all++] = (char *)settings[index];
    // Started anew already, or told otherwise.
    if (all == variables) return;
    more[all] = NULL;
    // By its path: a program started as /proc/self/exe is listed as 'exe'.
    static char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length <= 0 || length == sizeof path - 1) return;
    path[length] = 0;
    // Where it fails, the program goes on as it is.
    execve(path, arguments, more);
}

__attribute__((section(".preinit_array"), used)) static void (*const first)(int, char **, char **) = restart;

#endif
