// The calls that Swift cannot say, and everything between fork and exec.
//
// Every function returns what the call returned, or the negated errno: Swift then never has to read
// errno, whose value the next statement may already have changed. The small ones are inline, so that
// a system call from Swift costs what it costs from C.
//
// _GNU_SOURCE must not be defined here: Swift's own Glibc module was built without it, and the two
// definitions of fd_set clash. What needs it is defined in CLinux.c.
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CLINUX_RESULT(type, call)            \
    type result = (call);                    \
    return result < 0 ? (type)-errno : result

static inline long clinux_read(int fd, void *buffer, size_t count) {
    CLINUX_RESULT(long, read(fd, buffer, count));
}
static inline long clinux_write(int fd, const void *buffer, size_t count) {
    CLINUX_RESULT(long, write(fd, buffer, count));
}
static inline long clinux_pread(int fd, void *buffer, size_t count, int64_t offset) {
    CLINUX_RESULT(long, pread(fd, buffer, count, offset));
}
static inline long clinux_recv(int fd, void *buffer, size_t count, int flags) {
    CLINUX_RESULT(long, recv(fd, buffer, count, flags));
}
static inline long clinux_send(int fd, const void *buffer, size_t count, int flags) {
    CLINUX_RESULT(long, send(fd, buffer, count, flags | MSG_NOSIGNAL));
}
static inline int clinux_close(int fd) { CLINUX_RESULT(int, close(fd)); }

static inline int clinux_epoll_create(void) { CLINUX_RESULT(int, epoll_create1(EPOLL_CLOEXEC)); }
static inline int clinux_epoll_ctl(int poller, int operation, int fd, uint32_t events, uint64_t data) {
    struct epoll_event event = {.events = events, .data = {.u64 = data}};
    CLINUX_RESULT(int, epoll_ctl(poller, operation, fd, &event));
}
// What the kernel wrote about one descriptor, without the union that Swift would call unsafe.
struct clinux_event {
    uint32_t events;
    uint64_t data;
} __attribute__((packed));
_Static_assert(sizeof(struct clinux_event) == sizeof(struct epoll_event), "the layout is the kernel's");
static inline int clinux_epoll_wait(int poller, struct clinux_event *events, int most, int milliseconds) {
    CLINUX_RESULT(int, epoll_wait(poller, (struct epoll_event *)events, most, milliseconds));
}

static inline int clinux_poll(struct pollfd *entries, nfds_t count, int milliseconds) {
    CLINUX_RESULT(int, poll(entries, count, milliseconds));
}

static inline int clinux_eventfd(void) { CLINUX_RESULT(int, eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)); }
static inline int clinux_signalfd(const sigset_t *set) {
    CLINUX_RESULT(int, signalfd(-1, set, SFD_CLOEXEC | SFD_NONBLOCK));
}
static inline int clinux_socket(int family, int type) {
    CLINUX_RESULT(int, socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}
static inline int clinux_socketpair(int type, int fds[2]) {
    CLINUX_RESULT(int, socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds));
}
static inline int clinux_bind(int fd, const struct sockaddr_storage *address, socklen_t length) {
    CLINUX_RESULT(int, bind(fd, (const struct sockaddr *)address, length));
}
static inline int clinux_connect(int fd, const struct sockaddr_storage *address, socklen_t length) {
    CLINUX_RESULT(int, connect(fd, (const struct sockaddr *)address, length));
}
static inline int clinux_listen(int fd, int backlog) { CLINUX_RESULT(int, listen(fd, backlog)); }
static inline int clinux_shutdown(int fd, int how) { CLINUX_RESULT(int, shutdown(fd, how)); }
static inline int clinux_setsockopt(int fd, int level, int name, int value) {
    CLINUX_RESULT(int, setsockopt(fd, level, name, &value, sizeof value));
}
static inline int clinux_getsockopt(int fd, int level, int name, int *value) {
    socklen_t length = sizeof *value;
    CLINUX_RESULT(int, getsockopt(fd, level, name, value, &length));
}
static inline int clinux_linger_nothing(int fd) {
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    CLINUX_RESULT(int, setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
}
static inline int clinux_getsockname(int fd, struct sockaddr_storage *address, socklen_t *length) {
    *length = sizeof *address;
    CLINUX_RESULT(int, getsockname(fd, (struct sockaddr *)address, length));
}
static inline int clinux_getpeername(int fd, struct sockaddr_storage *address, socklen_t *length) {
    *length = sizeof *address;
    CLINUX_RESULT(int, getpeername(fd, (struct sockaddr *)address, length));
}
static inline int clinux_fcntl(int fd, int command, int argument) {
    CLINUX_RESULT(int, fcntl(fd, command, argument));
}
static inline int clinux_open(const char *path, int flags, unsigned mode) {
    CLINUX_RESULT(int, open(path, flags | O_CLOEXEC, mode));
}
static inline int clinux_ftruncate(int fd, int64_t size) { CLINUX_RESULT(int, ftruncate(fd, size)); }
static inline int clinux_unlink(const char *path) { CLINUX_RESULT(int, unlink(path)); }
static inline int clinux_rename(const char *from, const char *to) { CLINUX_RESULT(int, rename(from, to)); }
static inline int clinux_mkdir(const char *path, unsigned mode) { CLINUX_RESULT(int, mkdir(path, mode)); }
static inline int clinux_rmdir(const char *path) { CLINUX_RESULT(int, rmdir(path)); }
static inline int clinux_access(const char *path, int mode) { CLINUX_RESULT(int, access(path, mode)); }
static inline int clinux_chmod(const char *path, unsigned mode) { CLINUX_RESULT(int, chmod(path, mode)); }
static inline int clinux_kill(pid_t pid, int signal) { CLINUX_RESULT(int, kill(pid, signal)); }
static inline int clinux_isatty(int fd) { return isatty(fd); }

static inline uint64_t clinux_clock(int clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
// Seconds that local time is ahead of UTC at that second, by TZ or /etc/localtime.
long clinux_zone_offset(int64_t second);
static inline int clinux_unacknowledged(int fd) {
    int count = 0;
    return ioctl(fd, TIOCOUTQ, &count) == 0 ? count : 0;
}
// What the kernel has not sent yet, for want of room at the peer's (SIOCOUTQNSD, which only the kernel's
// own headers have; they clash with those of the C library).
static inline int clinux_unsent(int fd) {
    int count = 0;
    return ioctl(fd, 0x894B, &count) == 0 ? count : 0;
}
static inline int clinux_window_columns(int fd) {
    struct winsize size;
    return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static inline int clinux_become_subreaper(void) { CLINUX_RESULT(int, prctl(PR_SET_CHILD_SUBREAPER, 1)); }

struct clinux_file_facts {
    uint64_t size, device, inode;
    uint32_t owner, mode;
    int64_t modified_seconds;
};
int clinux_stat(const char *path, struct clinux_file_facts *facts);
int clinux_fstat(int fd, struct clinux_file_facts *facts);

// 1 when the process has ended or is about to: what it had open is closed, or is being closed.
int clinux_is_dying(pid_t pid);

// How a child ended, from waitid(2) and its resource usage.
struct clinux_ending {
    pid_t pid;
    int was_signalled;      // 1: `status` is a signal; 0: an exit code
    int dumped_core;
    int status;
    uint64_t cpu_microseconds;
    uint64_t peak_kibibytes;
};
// Reaps one child that has ended, any when `pid` is -1. Returns 1 when there was one, 0 when none has
// ended yet, or -errno.
int clinux_reap(pid_t pid, struct clinux_ending *ending);
// Looks at a child whose state changed without reaping it: fills pid and code (CLD_…); 0 when none.
int clinux_peek_stopped(pid_t *pid, int *code);
// Looks whether any child has ended, and leaves it unreaped: 1 and its pid, 0 or -errno.
int clinux_peek_ended(pid_t *pid);

int clinux_accept(int fd, struct sockaddr_storage *address, socklen_t *length);
int clinux_pipe(int fds[2]);
// A pseudoterminal: fds[0] is the end of the process that shows it, fds[1] the program's. It passes
// bytes on as they are and echoes nothing.
int clinux_pseudoterminal(int fds[2], unsigned columns, unsigned rows);
int clinux_pipe_capacity(int fd, int bytes);
// inotify(7): tells of writes to the files that are watched.
int clinux_inotify(void);
// Watches the file that `fd` has open for writes, by whichever name or descriptor.
int clinux_watch_writes(int inotify, int fd);
int clinux_unwatch(int inotify, int watch);
int clinux_memfd(const char *name);
// Locks the whole file for this open file description, fcntl(2) F_OFD_SETLK.
int clinux_lock(int fd);
// Whether another open file description has it locked: 1, 0 or -errno. It locks nothing itself.
int clinux_is_locked(int fd);
int clinux_pidfd_signal(int pidfd, int signal);
int clinux_is_ignored(int signal);
int clinux_peer_user(int fd, uint32_t *user, int32_t *pid);
// Receives one datagram and the pid of its sender (SO_PASSCRED must be on); descriptors that come
// with it are closed. Returns its length, or -errno.
long clinux_receive_notice(int fd, void *buffer, size_t count, int32_t *pid, uint32_t *user);
long clinux_random(void *buffer, size_t count);
int clinux_set_close_on_exec_from(unsigned first);
int clinux_set_thread_name(const char *name);
int clinux_descriptor_limit(uint64_t *soft, uint64_t *hard);
int clinux_raise_descriptor_limit(uint64_t soft);

// What a child is to be. All memory is prepared by the caller: between fork and exec nothing may allocate.
struct clinux_spawn {
    const char *path;
    char *const *argv;
    char *const *envp;
    const char *directory;       // NULL: the parent's
    const int *descriptors;      // become 0, 1, 2 … in the child; -1 stands for /dev/null
    int descriptor_count;
    int death_signal;            // sent when the spawning thread ends; 0: none
    int new_session;             // 1: setsid(2), 0: stays in the parent's
    char *pid_digits;            // ten digits inside envp that the child overwrites with its own pid, or NULL
    uint64_t descriptor_limit;   // the soft RLIMIT_NOFILE; 0: as it is
    uint64_t mark;               // the soft RLIMIT_RTTIME, which tells a process's ancestor; 0: as it is
};
// On the way to a child, what may fail; the last is the child's own program.
enum clinux_step {
    CLINUX_STEP_PIPE,
    CLINUX_STEP_CLONE,
    CLINUX_STEP_SESSION,
    CLINUX_STEP_DEATH_SIGNAL,
    CLINUX_STEP_NULL,
    CLINUX_STEP_DUP,
    CLINUX_STEP_DIRECTORY,
    CLINUX_STEP_LIMIT,
    CLINUX_STEP_EXEC,
};
// The call that a step makes, as in its man page.
const char *clinux_step_name(enum clinux_step step);
// Starts a child. Returns its pid and a pidfd, or -errno with the step that failed.
int clinux_spawn(const struct clinux_spawn *plan, int *pidfd, enum clinux_step *failed_step);

// Calls `each` with the numeric names in /proc/PID/task/*/children, or in /proc itself for pid 0.
int clinux_list_directory(const char *path, void (*each)(void *context, const char *name), void *context);

// What the kernel knows of a TCP socket.
struct clinux_tcp_facts {
    // 0 where no process has it: it has been closed, or it has not been accepted yet.
    uint32_t inode;
    // Bytes that have come and have not been read; while connecting always 0.
    uint32_t unread;
    // As in /proc/net/tcp: TCP_ESTABLISHED is 1.
    uint8_t state;
};
// What is known of the socket whose own end and peer these are.
int clinux_tcp_facts(const struct sockaddr_storage *own, const struct sockaddr_storage *peer,
                     struct clinux_tcp_facts *facts);

// How many of the bytes that were ever sent the peer has not acknowledged, also where the connection
// has been reset since (TCP_INFO, tcp(7)).
long long clinux_unacknowledged_ever(int fd);
