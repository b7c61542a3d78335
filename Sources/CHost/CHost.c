#define _GNU_SOURCE
#include "CHost.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <link.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/// The result of a call that says -1 and errno, as the kernel says it: the negative error number.
#define ANSWER(call)                                                                               \
    ({                                                                                             \
        __auto_type result = (call);                                                               \
        result < 0 ? -errno : result;                                                              \
    })

// MARK: Sealed memory

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

static const int seals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;

int assay_memfd(const char *name) {
    int descriptor = ANSWER(memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL));
    // Kernels before 6.3 do not know the last flag. Nothing there is executed either.
    if (descriptor == -EINVAL)
        descriptor = ANSWER(memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
    return descriptor;
}

int assay_memfd_seal(int descriptor) { return ANSWER(fcntl(descriptor, F_ADD_SEALS, seals)); }

int assay_memfd_is_sealed(int descriptor) {
    int present = ANSWER(fcntl(descriptor, F_GET_SEALS));
    return present < 0 ? present : (present & seals) == seals;
}

// MARK: Secret memory

#ifndef SYS_memfd_secret
#define SYS_memfd_secret 447
#endif

int assay_memfd_secret(void) { return ANSWER((int)syscall(SYS_memfd_secret, O_CLOEXEC)); }

void assay_wipe(void *bytes, size_t count) { explicit_bzero(bytes, count); }

// MARK: Descriptors

ssize_t assay_send_descriptors(
    int socket, const void *bytes, size_t count, const int *descriptors, size_t descriptor_count
) {
    if (count == 0 || descriptor_count > ASSAY_DESCRIPTORS_MAX) return -EINVAL;

    struct iovec part = {.iov_base = (void *)bytes, .iov_len = count};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int) * ASSAY_DESCRIPTORS_MAX)];
    memset(control, 0, sizeof control);

    if (descriptor_count > 0) {
        message.msg_control = control;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * descriptor_count);
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int) * descriptor_count);
        memcpy(CMSG_DATA(header), descriptors, sizeof(int) * descriptor_count);
    }
    for (;;) {
        ssize_t sent = ANSWER(sendmsg(socket, &message, MSG_NOSIGNAL));
        if (sent != -EINTR) return sent;
    }
}

static void close_all(const int *descriptors, size_t count) {
    for (size_t i = 0; i < count; i++) close(descriptors[i]);
}

ssize_t assay_receive_descriptors(
    int socket, void *bytes, size_t capacity,
    int *descriptors, size_t descriptor_capacity, size_t *descriptor_count
) {
    *descriptor_count = 0;
    struct iovec part = {.iov_base = bytes, .iov_len = capacity};
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int) * ASSAY_DESCRIPTORS_MAX)];
    struct msghdr message;
    ssize_t received;
    do {
        message = (struct msghdr){
            .msg_iov = &part, .msg_iovlen = 1,
            .msg_control = control, .msg_controllen = sizeof control};
        received = ANSWER(recvmsg(socket, &message, MSG_CMSG_CLOEXEC));
    } while (received == -EINTR);
    if (received < 0) return received;

    // What arrived is ours to close, also when it is too much.
    int arrived[ASSAY_DESCRIPTORS_MAX];
    size_t count = 0;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header;
         header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        size_t here = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < here; i++) {
            int descriptor;
            memcpy(&descriptor, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
            if (count < ASSAY_DESCRIPTORS_MAX) arrived[count++] = descriptor;
            else close(descriptor);
        }
    }
    if ((message.msg_flags & MSG_CTRUNC) || count > descriptor_capacity) {
        close_all(arrived, count);
        return -EMSGSIZE;
    }
    memcpy(descriptors, arrived, count * sizeof(int));
    *descriptor_count = count;
    return received;
}

int assay_pipe(int ends[2]) { return ANSWER(pipe2(ends, O_CLOEXEC | O_NONBLOCK)); }

int assay_close_range(unsigned first, unsigned last) {
    return ANSWER((int)syscall(SYS_close_range, first, last, 0));
}

int assay_close_range_on_exec(unsigned first, unsigned last) {
    return ANSWER((int)syscall(SYS_close_range, first, last, 1U << 2 /* CLOSE_RANGE_CLOEXEC */));
}

int assay_sync_file_system(int descriptor) { return ANSWER(syncfs(descriptor)); }

int assay_unnamed_file(const char *directory) {
    return ANSWER(open(directory, O_TMPFILE | O_EXCL | O_RDWR | O_CLOEXEC, 0600));
}

int assay_open_path(int directory, const char *name) {
    return ANSWER(openat(directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
}

// MARK: The program and its processor

struct build_id {
    uint8_t *bytes;
    size_t capacity;
    ssize_t length;
};

static int find_build_id(struct dl_phdr_info *object, size_t size, void *context) {
    (void)size;
    struct build_id *found = context;
    for (int index = 0; index < object->dlpi_phnum; index++) {
        const ElfW(Phdr) *header = &object->dlpi_phdr[index];
        if (header->p_type != PT_NOTE) continue;
        const char *at = (const char *)(object->dlpi_addr + header->p_vaddr);
        const char *end = at + header->p_memsz;
        while (at + sizeof(ElfW(Nhdr)) <= end) {
            const ElfW(Nhdr) *note = (const ElfW(Nhdr) *)at;
            const char *name = at + sizeof *note;
            const char *body = name + ((note->n_namesz + 3u) & ~3u);
            if (body + note->n_descsz > end) break;
            if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4
                && memcmp(name, "GNU", 4) == 0 && note->n_descsz <= found->capacity) {
                memcpy(found->bytes, body, note->n_descsz);
                found->length = note->n_descsz;
            }
            at = body + ((note->n_descsz + 3u) & ~3u);
        }
    }
    return 1;  // The first object is the program itself.
}

ssize_t assay_build_id(uint8_t *bytes, size_t capacity) {
    struct build_id found = {bytes, capacity, -ENOENT};
    dl_iterate_phdr(find_build_id, &found);
    return found.length;
}

const char *assay_libc_version(void) { return gnu_get_libc_version(); }

int assay_arithmetic_sets(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    return (__builtin_cpu_supports("fma") ? 1 : 0) | (__builtin_cpu_supports("avx2") ? 2 : 0);
#else
    return 0;
#endif
}

// MARK: Processes

int assay_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d) {
    return ANSWER(prctl(option, a, b, c, d));
}

int assay_pidfd_open(pid_t process) { return ANSWER((int)syscall(SYS_pidfd_open, process, 0)); }

int assay_pidfd_signal(int descriptor, int signal) {
    return ANSWER((int)syscall(SYS_pidfd_send_signal, descriptor, signal, NULL, 0));
}

int assay_unshare(int flags) { return ANSWER(unshare(flags)); }

/// What the new process does before it is the program; answers the error number of what failed.
static int confine_command(
    const char *directory, int scores, int ruleset, const struct assay_limit *limits,
    size_t limit_count
) {
    if (setsid() < 0) return errno;
    assay_signals_reset_all();
    if (chdir(directory) < 0) return errno;
    if (ruleset >= 0) {
        int answer = assay_landlock_confine(ruleset);
        if (answer < 0) return -answer;
    }
    if (dup2(scores, 3) < 0) return errno;
    // Closed by exec rather than now: one of them tells of a failure.
    int marked = assay_close_range_on_exec(4, ~0U);
    if (marked < 0) return -marked;
    for (size_t i = 0; i < limit_count; i++) {
        struct rlimit limit;
        if (getrlimit(limits[i].resource, &limit) < 0) return errno;
        // A limit that is lower already stays: it is not ours to raise.
        if (limits[i].hard < limit.rlim_max) limit.rlim_max = limits[i].hard;
        limit.rlim_cur = limits[i].soft < limit.rlim_max ? limits[i].soft : limit.rlim_max;
        if (setrlimit(limits[i].resource, &limit) < 0) return errno;
    }
    return 0;
}

pid_t assay_command_start(
    const char *program, char *const *arguments, char *const *environment, const char *directory,
    int scores, int ruleset, const struct assay_limit *limits, size_t limit_count
) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) return -errno;
    pid_t child = fork();
    if (child == 0) {
        int failure = confine_command(directory, scores, ruleset, limits, limit_count);
        if (failure == 0) {
            execve(program, arguments, environment);
            failure = errno;
        }
        ssize_t written = write(ends[1], &failure, sizeof failure);
        (void)written;
        _exit(127);
    }
    int failure = child < 0 ? errno : 0;
    close(ends[1]);
    if (child > 0) {
        ssize_t count;
        // Exec closes the other end without a word.
        do count = read(ends[0], &failure, sizeof failure);
        while (count < 0 && errno == EINTR);
        if (count <= 0) failure = 0;
        if (failure != 0) waitpid(child, NULL, 0);
    }
    close(ends[0]);
    return failure != 0 ? -failure : child;
}

pid_t assay_wait_any(int *status) {
    for (;;) {
        pid_t child = ANSWER(waitpid(-1, status, 0));
        if (child != -EINTR) return child;
    }
}

int assay_open_beneath(int directory, const char *name) {
    struct {
        uint64_t flags, mode, resolve;
    } how = {
        .flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY,
        .resolve = 0x01 | 0x02 | 0x04 | 0x08 /* no other mounts, no links of any kind, beneath */,
    };
    return ANSWER((int)syscall(437 /* openat2 */, directory, name, &how, sizeof how));
}

// MARK: Signals

static volatile sig_atomic_t signal_descriptor = -1;

/// Only calls what a handler may call, and leaves errno to the code that it interrupted.
static void forward(int signal) {
    int saved = errno;
    unsigned char number = (unsigned char)signal;
    // A full pipe holds thousands of signals already: one more would say nothing new.
    ssize_t written = write(signal_descriptor, &number, 1);
    (void)written;
    errno = saved;
}

static int set_action(const int *signals, size_t count, void (*handler)(int)) {
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < count; i++) {
        int answer = ANSWER(sigaction(signals[i], &action, NULL));
        if (answer < 0) return answer;
    }
    return 0;
}

int assay_signals_to(int descriptor, const int *signals, size_t count) {
    signal_descriptor = descriptor;
    return set_action(signals, count, forward);
}

int assay_signals_restore(const int *signals, size_t count) {
    return set_action(signals, count, SIG_DFL);
}

int assay_signals_reset_all(void) {
    for (int signal = 1; signal < NSIG; signal++) {
        struct sigaction action = {.sa_handler = SIG_DFL};
        sigaction(signal, &action, NULL);  // Refused for SIGKILL, SIGSTOP and the C library's own.
    }
    sigset_t none;
    sigemptyset(&none);
    return ANSWER(sigprocmask(SIG_SETMASK, &none, NULL));
}

// MARK: Landlock

struct path_rule {
    uint64_t access;
    int32_t path;
} __attribute__((packed));

struct port_rule {
    uint64_t access;
    uint64_t port;
};

enum { RULE_PATH = 1, RULE_PORT = 2, CREATE_VERSION = 1 };

int assay_landlock_abi(void) {
    return ANSWER((int)syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_VERSION));
}

struct assay_landlock_ruleset assay_landlock_known(struct assay_landlock_ruleset wanted, int abi) {
    if (abi < 2) wanted.file_access &= ~ASSAY_LANDLOCK_FS_REFER;
    if (abi < 3) wanted.file_access &= ~ASSAY_LANDLOCK_FS_TRUNCATE;
    if (abi < 5) wanted.file_access &= ~ASSAY_LANDLOCK_FS_IOCTL_DEV;
    if (abi < 4) wanted.net_access = 0;
    if (abi < 6) wanted.scoped = 0;
    return wanted;
}

int assay_landlock_create(struct assay_landlock_ruleset ruleset, int abi) {
    // Older kernels refuse a longer structure than they know.
    size_t size = abi < 4   ? offsetof(struct assay_landlock_ruleset, net_access)
                  : abi < 6 ? offsetof(struct assay_landlock_ruleset, scoped)
                            : sizeof ruleset;
    return ANSWER((int)syscall(SYS_landlock_create_ruleset, &ruleset, size, 0));
}

int assay_landlock_allow_path(int ruleset, uint64_t access, int path) {
    struct path_rule rule = {.access = access, .path = path};
    return ANSWER((int)syscall(SYS_landlock_add_rule, ruleset, RULE_PATH, &rule, 0));
}

int assay_landlock_allow_port(int ruleset, uint64_t access, uint16_t port) {
    struct port_rule rule = {.access = access, .port = port};
    return ANSWER((int)syscall(SYS_landlock_add_rule, ruleset, RULE_PORT, &rule, 0));
}

int assay_landlock_confine(int ruleset) {
    return ANSWER((int)syscall(SYS_landlock_restrict_self, ruleset, 0));
}
