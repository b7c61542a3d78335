#ifndef ASSAY_CSECCOMP_H
#define ASSAY_CSECCOMP_H

/// libseccomp, and beside it what Swift cannot spell of the calls that a sandbox is built from, or
/// would spell with structures whose members it attributes to different modules in different builds.

#include <errno.h>
#include <linux/capability.h>
#include <pthread.h>
#include <seccomp.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/// libseccomp's own is a function-like macro, which Swift does not see.
static const uint32_t ASSAY_ACTION_ALLOW = 0x7fff0000U;
static const uint32_t ASSAY_ACTION_NOT_PERMITTED = 0x00050000U | EPERM;

static const uint32_t ASSAY_ACTION_NO_SUCH_CALL = 0x00050000U | ENOSYS;

/// poll: the peer has closed its end. Hidden behind _GNU_SOURCE in the C library's header.
static const short ASSAY_POLL_PEER_CLOSED = 0x2000;

/// Gives up every capability of the calling thread: 0, or the negative error number.
static inline int assay_drop_capabilities(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    struct __user_cap_data_struct none[2] = {{0, 0, 0}, {0, 0, 0}};
    return syscall(SYS_capset, &header, none) == 0 ? 0 : -errno;
}

/// Starts a thread that nobody waits for: 0, or the negative error number.
static inline int assay_start_thread(
    void *_Nullable (*_Nonnull body)(void *_Nullable), void *_Nullable argument, size_t stack_bytes
) {
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, stack_bytes);
    int error = pthread_create(&thread, &attributes, body, argument);
    pthread_attr_destroy(&attributes);
    return -error;
}

/// How many threads the process has, or the negative error number.
static inline int assay_thread_count(void) {
    struct stat status;
    // A directory has two links and one more for each directory in it.
    return stat("/proc/self/task", &status) == 0 ? (int)status.st_nlink - 2 : -errno;
}

/// A clock, in nanoseconds.
static inline uint64_t assay_clock(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/// Sleeps that long, also when signals interrupt it.
static inline void assay_sleep(uint64_t nanoseconds) {
    struct timespec nap = {
        .tv_sec = (time_t)(nanoseconds / 1000000000), .tv_nsec = (long)(nanoseconds % 1000000000)};
    while (nanosleep(&nap, &nap) == -1 && errno == EINTR) {}
}

/// The most memory that this process ever had resident, in bytes.
static inline uint64_t assay_peak_resident_bytes(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)usage.ru_maxrss << 10;
}

/// What the self-test of a sandbox tries, since Swift cannot call these: 0 when it was let, or the
/// negative error number.
static inline int assay_try_fork(void) {
    pid_t child = fork();
    if (child == 0) _exit(0);
    return child > 0 ? 0 : -errno;
}

static inline int assay_try_execute(const char *path) {
    char *const nothing[] = {NULL};
    return execve(path, nothing, nothing) == 0 ? 0 : -errno;
}

static inline int assay_try_trace(pid_t process) {
    return ptrace(PTRACE_SEIZE, process, NULL, NULL) == 0 ? 0 : -errno;
}

#endif
