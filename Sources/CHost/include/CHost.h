#ifndef ASSAY_CHOST_H
#define ASSAY_CHOST_H

/// What Swift cannot call by itself: variadic system calls, control messages, signal handlers, and
/// interfaces newer than the C library's headers.
///
/// Every function answers as the kernel does: a result, or the negative error number. Nothing here
/// decides; module Host gives these their types and their sentences.

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// MARK: Sealed memory

/// Makes an empty anonymous file that may be sealed: closed on exec, never executable.
int assay_memfd(const char *_Nonnull name);

/// Forbids for ever to write, grow, shrink or unseal the file.
///
/// Answers -EBUSY while a writable shared mapping of it exists.
int assay_memfd_seal(int descriptor);

/// Whether `assay_memfd_seal` was done to the file: 1 or 0.
int assay_memfd_is_sealed(int descriptor);

// MARK: Secret memory

/// Makes an empty file of memory that the kernel itself does not map: closed on exec.
///
/// Answers -ENOSYS where the kernel has none, which is so before 5.14 and where it is switched off.
int assay_memfd_secret(void);

/// Overwrites with zeros, also what nobody reads afterwards.
void assay_wipe(void *_Nonnull bytes, size_t count);

// MARK: Descriptors

/// The most descriptors that one message carries.
enum { ASSAY_DESCRIPTORS_MAX = 16 };

/// Sends bytes and, with the first of them, descriptors over a Unix socket.
///
/// Answers the number of bytes sent, which on a stream socket may be fewer than asked for; the
/// descriptors are then on their way, so send the rest without them. `count` is at least 1.
ssize_t assay_send_descriptors(
    int socket, const void *_Nonnull bytes, size_t count,
    const int *_Nullable descriptors, size_t descriptor_count);

/// Receives bytes and the descriptors that travel with them, each closed on exec.
///
/// Answers the number of bytes, 0 at the end of the stream, and -EMSGSIZE when the peer sent more
/// descriptors than fit (all of that message are closed).
ssize_t assay_receive_descriptors(
    int socket, void *_Nonnull bytes, size_t capacity,
    int *_Nonnull descriptors, size_t descriptor_capacity, size_t *_Nonnull descriptor_count);

/// A pipe, reader first, whose ends do not block and are closed on exec.
int assay_pipe(int ends[_Nonnull 2]);

/// Closes every descriptor from `first` to `last`, or marks them to be closed on exec.
int assay_close_range(unsigned first, unsigned last);
int assay_close_range_on_exec(unsigned first, unsigned last);

/// Opens a directory entry without following it and without any right to its contents.
int assay_open_path(int directory, const char *_Nonnull name);

/// A file in the directory's file system that has no name and never gets one: mode 0600, gone with its
/// last descriptor. Answers -EOPNOTSUPP where the file system has no such files.
int assay_unnamed_file(const char *_Nonnull directory);

/// `syncfs`: makes all durable that was written to the file system of the descriptor.
int assay_sync_file_system(int descriptor);

// MARK: The program and its processor

/// Copies the build ID that the linker gave this program: a digest of all that is in it.
///
/// Answers its length, or -ENOENT when it was linked without one.
ssize_t assay_build_id(uint8_t *_Nonnull bytes, size_t capacity);

/// The C library's version, as in "2.36".
const char *_Nonnull assay_libc_version(void);

/// The instruction sets by which the C library picks its arithmetic: 1 for FMA, 2 for AVX2. 0 where
/// the architecture leaves it no choice.
int assay_arithmetic_sets(void);

// MARK: Processes

/// `prctl`, with the arguments that an option leaves unused being 0.
int assay_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d);

/// A descriptor that becomes readable when the process ends; the number cannot be reused meanwhile.
int assay_pidfd_open(pid_t process);

/// Sends a signal to the process of a descriptor made by `assay_pidfd_open`.
int assay_pidfd_signal(int descriptor, int signal);

/// `unshare`: leaves namespaces of the parent. Flags are `ASSAY_CLONE_…`.
int assay_unshare(int flags);

enum {
    ASSAY_CLONE_NEWNS = 0x00020000,
    ASSAY_CLONE_NEWCGROUP = 0x02000000,
    ASSAY_CLONE_NEWUTS = 0x04000000,
    ASSAY_CLONE_NEWIPC = 0x08000000,
    ASSAY_CLONE_NEWUSER = 0x10000000,
    ASSAY_CLONE_NEWPID = 0x20000000,
    ASSAY_CLONE_NEWNET = 0x40000000,
};

enum {
    ASSAY_PR_SET_PDEATHSIG = 1,
    ASSAY_PR_GET_DUMPABLE = 3,
    ASSAY_PR_SET_DUMPABLE = 4,
    ASSAY_PR_SET_NAME = 15,
    ASSAY_PR_SET_NO_NEW_PRIVS = 38,
    ASSAY_PR_GET_NO_NEW_PRIVS = 39,
};

/// One of the kernel's limits, as `setrlimit` takes it.
struct assay_limit {
    int resource;
    uint64_t soft;
    uint64_t hard;
};

/// Starts a program of a user, confined from its first instruction on: in a session of its own, with
/// ordinary signals. Answers its number, or the negative error number of the first thing that was
/// refused.
///
/// `program` is relative to `directory`. `scores` is above 3 and becomes its descriptor 3, beside the
/// three standard ones; `ruleset` is of Landlock, or -1 for none. Confining happens between fork and
/// exec, so that it does not bind the caller, who has one thread and no-new-privileges.
pid_t assay_command_start(
    const char *_Nonnull program, char *_Nullable const *_Nonnull arguments,
    char *_Nullable const *_Nonnull environment, const char *_Nonnull directory, int scores,
    int ruleset, const struct assay_limit *_Nonnull limits, size_t limit_count);

/// Waits for any child that ends: its number, or the negative error number. `status` is that of
/// `wait`.
pid_t assay_wait_any(int *_Nonnull status);

/// Opens a file below the directory and nothing else: no link is followed, no other mount entered,
/// and a pipe of that name makes nobody wait.
int assay_open_beneath(int directory, const char *_Nonnull name);

// MARK: Signals

/// From now on, writes the number of each such signal as one byte to `descriptor`, which must not
/// block. At most one descriptor at a time; the handler survives until `assay_signals_restore`.
int assay_signals_to(int descriptor, const int *_Nonnull signals, size_t count);

/// Gives the signals their default effect again.
int assay_signals_restore(const int *_Nonnull signals, size_t count);

/// Gives a process made by fork or exec ordinary signals: nothing blocked, nothing ignored.
int assay_signals_reset_all(void);

// MARK: Landlock (declared here: the headers of Debian 12 know ABI 2 only)

/// What a ruleset takes away unless a rule allows it. Set no bit that the kernel's ABI lacks.
struct assay_landlock_ruleset {
    uint64_t file_access;  ///< `ASSAY_LANDLOCK_FS_…`
    uint64_t net_access;   ///< `ASSAY_LANDLOCK_NET_…`, from ABI 4
    uint64_t scoped;       ///< `ASSAY_LANDLOCK_SCOPE_…`, from ABI 6
};

static const uint64_t ASSAY_LANDLOCK_FS_EXECUTE = 1ULL << 0;
static const uint64_t ASSAY_LANDLOCK_FS_WRITE_FILE = 1ULL << 1;
static const uint64_t ASSAY_LANDLOCK_FS_READ_FILE = 1ULL << 2;
static const uint64_t ASSAY_LANDLOCK_FS_READ_DIR = 1ULL << 3;
static const uint64_t ASSAY_LANDLOCK_FS_MAKE_CHAR = 1ULL << 6;
static const uint64_t ASSAY_LANDLOCK_FS_MAKE_BLOCK = 1ULL << 11;
static const uint64_t ASSAY_LANDLOCK_FS_ALL_ABI_1 = (1ULL << 13) - 1;
static const uint64_t ASSAY_LANDLOCK_FS_REFER = 1ULL << 13;      ///< ABI 2
static const uint64_t ASSAY_LANDLOCK_FS_TRUNCATE = 1ULL << 14;   ///< ABI 3
static const uint64_t ASSAY_LANDLOCK_FS_IOCTL_DEV = 1ULL << 15;  ///< ABI 5
static const uint64_t ASSAY_LANDLOCK_NET_BIND_TCP = 1ULL << 0;
static const uint64_t ASSAY_LANDLOCK_NET_CONNECT_TCP = 1ULL << 1;
static const uint64_t ASSAY_LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET = 1ULL << 0;
static const uint64_t ASSAY_LANDLOCK_SCOPE_SIGNAL = 1ULL << 1;

/// The kernel's Landlock ABI, 1 or more; -ENOSYS or -EOPNOTSUPP where there is none.
int assay_landlock_abi(void);

/// The bits of `wanted` that this ABI knows.
struct assay_landlock_ruleset assay_landlock_known(struct assay_landlock_ruleset wanted, int abi);

/// A descriptor of a new ruleset. `abi` decides how much of the structure the kernel is shown.
int assay_landlock_create(struct assay_landlock_ruleset ruleset, int abi);

/// Allows `access` to everything beneath the directory (or to the file) that `path` is open on.
int assay_landlock_allow_path(int ruleset, uint64_t access, int path);

/// Allows `access` (bind or connect) to a TCP port.
int assay_landlock_allow_port(int ruleset, uint64_t access, uint16_t port);

/// Confines the calling thread and all that it starts, for ever. Needs no-new-privileges first.
int assay_landlock_confine(int ruleset);

#endif
