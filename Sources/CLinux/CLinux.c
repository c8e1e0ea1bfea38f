#define _GNU_SOURCE
#include "CLinux.h"

#include <dirent.h>
#include <limits.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <linux/sock_diag.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/uio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <termios.h>
#include <time.h>

#ifndef SYS_clone3
#define SYS_clone3 435
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

int clinux_accept(int fd, struct sockaddr_storage *address, socklen_t *length) {
    *length = sizeof *address;
    CLINUX_RESULT(int, accept4(fd, (struct sockaddr *)address, length, SOCK_NONBLOCK | SOCK_CLOEXEC));
}
long clinux_zone_offset(int64_t second) {
    struct tm local;
    time_t time = (time_t)second;
    // localtime_r(3) need not look at TZ by itself.
    tzset();
    return localtime_r(&time, &local) ? local.tm_gmtoff : 0;
}
int clinux_pipe(int fds[2]) { CLINUX_RESULT(int, pipe2(fds, O_CLOEXEC)); }
int clinux_pseudoterminal(int fds[2], unsigned columns, unsigned rows) {
    int unlocked = 0;
    struct winsize size = {.ws_col = (unsigned short)columns, .ws_row = (unsigned short)rows};
    struct termios mode;
    int near = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (near < 0) return -errno;
    int far = -1;
    if (ioctl(near, TIOCSPTLCK, &unlocked) < 0) goto failed;
    // By the descriptor: in a container /dev/pts may be another one's.
    far = ioctl(near, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (far < 0 || tcgetattr(far, &mode) < 0) goto failed;
    mode.c_oflag &= ~(tcflag_t)OPOST;
    mode.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
    if (tcsetattr(far, TCSANOW, &mode) < 0 || ioctl(near, TIOCSWINSZ, &size) < 0) goto failed;
    fds[0] = near;
    fds[1] = far;
    return 0;
failed:;
    int error = errno;
    close(near);
    if (far >= 0) close(far);
    return -error;
}
int clinux_pipe_capacity(int fd, int bytes) { CLINUX_RESULT(int, fcntl(fd, F_SETPIPE_SZ, bytes)); }
int clinux_memfd(const char *name) { CLINUX_RESULT(int, memfd_create(name, MFD_CLOEXEC)); }
int clinux_lock(int fd) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    CLINUX_RESULT(int, fcntl(fd, F_OFD_SETLK, &lock));
}
int clinux_is_locked(int fd) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(fd, F_OFD_GETLK, &lock) < 0) return -errno;
    return lock.l_type != F_UNLCK;
}
int clinux_pidfd_signal(int pidfd, int signal) {
    CLINUX_RESULT(int, (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0));
}
int clinux_peer_user(int fd, uint32_t *user, int32_t *pid) {
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0) return -errno;
    *user = peer.uid;
    *pid = peer.pid;
    return 0;
}
long clinux_receive_notice(int fd, void *buffer, size_t count, int32_t *pid, uint32_t *user) {
    // Room for the credentials alone: the kernel closes descriptors that find none.
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(struct ucred))];
    } control;
    struct iovec part = {.iov_base = buffer, .iov_len = count};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    *pid = 0;
    *user = (uint32_t)-1;
    ssize_t length = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
    if (length < 0) return -errno;
    for (struct cmsghdr *note = CMSG_FIRSTHDR(&message); note; note = CMSG_NXTHDR(&message, note)) {
        if (note->cmsg_level != SOL_SOCKET || note->cmsg_type != SCM_CREDENTIALS) continue;
        struct ucred sender;
        memcpy(&sender, CMSG_DATA(note), sizeof sender);
        *pid = sender.pid;
        *user = sender.uid;
    }
    return length;
}
long clinux_random(void *buffer, size_t count) { CLINUX_RESULT(long, getrandom(buffer, count, 0)); }
int clinux_set_close_on_exec_from(unsigned first) {
    CLINUX_RESULT(int, (int)syscall(SYS_close_range, first, ~0U, CLOSE_RANGE_CLOEXEC));
}
int clinux_set_thread_name(const char *name) { return -pthread_setname_np(pthread_self(), name); }

int clinux_descriptor_limit(uint64_t *soft, uint64_t *hard) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return -errno;
    *soft = limit.rlim_cur;
    *hard = limit.rlim_max;
    return 0;
}
int clinux_raise_descriptor_limit(uint64_t soft) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return -errno;
    limit.rlim_cur = soft < limit.rlim_max ? soft : limit.rlim_max;
    CLINUX_RESULT(int, setrlimit(RLIMIT_NOFILE, &limit));
}

static void copy_facts(const struct stat *from, struct clinux_file_facts *facts) {
    facts->size = (uint64_t)from->st_size;
    facts->device = from->st_dev;
    facts->inode = from->st_ino;
    facts->owner = from->st_uid;
    facts->mode = from->st_mode;
    facts->modified_seconds = from->st_mtim.tv_sec;
}
int clinux_stat(const char *path, struct clinux_file_facts *facts) {
    struct stat status;
    if (lstat(path, &status) < 0) return -errno;
    copy_facts(&status, facts);
    return 0;
}
int clinux_fstat(int fd, struct clinux_file_facts *facts) {
    struct stat status;
    if (fstat(fd, &status) < 0) return -errno;
    copy_facts(&status, facts);
    return 0;
}

int clinux_reap(pid_t pid, struct clinux_ending *ending) {
    int status;
    struct rusage usage;
    pid_t reaped = wait4(pid, &status, WNOHANG, &usage);
    if (reaped < 0) return -errno;
    if (reaped == 0) return 0;
    ending->pid = reaped;
    ending->was_signalled = WIFSIGNALED(status);
    ending->dumped_core = WIFSIGNALED(status) && WCOREDUMP(status);
    ending->status = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    ending->cpu_microseconds = (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000u
        + (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    ending->peak_kibibytes = (uint64_t)usage.ru_maxrss;
    return 1;
}
int clinux_peek_stopped(pid_t *pid, int *code) {
    siginfo_t info;
    memset(&info, 0, sizeof info);
    if (waitid(P_ALL, 0, &info, WSTOPPED | WCONTINUED | WNOHANG) < 0) return -errno;
    if (info.si_pid == 0) return 0;
    *pid = info.si_pid;
    *code = info.si_code;
    return 1;
}
int clinux_peek_ended(pid_t *pid) {
    siginfo_t info;
    memset(&info, 0, sizeof info);
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0) return -errno;
    if (info.si_pid == 0) return 0;
    *pid = info.si_pid;
    return 1;
}

// What the child tells its parent when it could not become what it should.
struct failure {
    int error;
    enum clinux_step step;
};

const char *clinux_step_name(enum clinux_step step) {
    switch (step) {
    case CLINUX_STEP_PIPE: return "pipe2";
    case CLINUX_STEP_CLONE: return "clone3";
    case CLINUX_STEP_SESSION: return "setsid";
    case CLINUX_STEP_DEATH_SIGNAL: return "prctl";
    case CLINUX_STEP_NULL: return "open /dev/null";
    case CLINUX_STEP_DUP: return "dup";
    case CLINUX_STEP_DIRECTORY: return "chdir";
    case CLINUX_STEP_LIMIT: return "setrlimit";
    case CLINUX_STEP_EXEC: return "execve";
    }
    return "clone3";
}

static void fail(int report, enum clinux_step step) {
    struct failure failure = {.error = errno, .step = step};
    ssize_t ignored = write(report, &failure, sizeof failure);
    (void)ignored;
    _exit(127);
}

// Only async-signal-safe calls from here to execve: the parent may have threads.
static void become(const struct clinux_spawn *plan, pid_t parent, int report) {
    if (plan->new_session && setsid() < 0) fail(report, CLINUX_STEP_SESSION);
    if (plan->death_signal) {
        if (prctl(PR_SET_PDEATHSIG, plan->death_signal) < 0) fail(report, CLINUX_STEP_DEATH_SIGNAL);
        // The parent may have died before the line above: then no signal would ever come.
        if (getppid() != parent) _exit(127);
    }
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0) fail(report, CLINUX_STEP_NULL);
    // A source may itself be a low number that is about to be overwritten: first all of them up, with the
    // report pipe out of the way too, and then down to their places.
    int up[64];
    if (plan->descriptor_count > 64) { errno = E2BIG; fail(report, CLINUX_STEP_DUP); }
    report = fcntl(report, F_DUPFD_CLOEXEC, plan->descriptor_count + 3);
    if (report < 0) _exit(127);
    for (int i = 0; i < plan->descriptor_count; i++) {
        int source = plan->descriptors[i] < 0 ? null : plan->descriptors[i];
        up[i] = fcntl(source, F_DUPFD_CLOEXEC, plan->descriptor_count + 3);
        if (up[i] < 0) fail(report, CLINUX_STEP_DUP);
    }
    for (int i = 0; i < plan->descriptor_count; i++)
        if (dup2(up[i], i) < 0) fail(report, CLINUX_STEP_DUP);
    clinux_set_close_on_exec_from((unsigned)plan->descriptor_count);
    if (plan->directory && chdir(plan->directory) < 0) fail(report, CLINUX_STEP_DIRECTORY);
    if (plan->descriptor_limit) {
        struct rlimit limit;
        if (getrlimit(RLIMIT_NOFILE, &limit) < 0) fail(report, CLINUX_STEP_LIMIT);
        limit.rlim_cur = plan->descriptor_limit < limit.rlim_max ? plan->descriptor_limit : limit.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &limit) < 0) fail(report, CLINUX_STEP_LIMIT);
    }
    if (plan->mark) {
        // Where the hard limit is lower there is no mark; that is no reason not to start.
        struct rlimit limit;
        if (getrlimit(RLIMIT_RTTIME, &limit) == 0 && plan->mark < limit.rlim_max) {
            limit.rlim_cur = plan->mark;
            setrlimit(RLIMIT_RTTIME, &limit);
        }
    }
    if (plan->pid_digits) {
        // No leading zeros: some readers take those for octal. Blanks behind would not parse either, so the
        // text is ended where the digits end.
        char digits[12];
        int count = 0;
        for (pid_t rest = getpid(); rest; rest /= 10) digits[count++] = (char)('0' + rest % 10);
        for (int i = 0; i < count; i++) plan->pid_digits[i] = digits[count - 1 - i];
        plan->pid_digits[count] = 0;
    }
    struct sigaction standard;
    memset(&standard, 0, sizeof standard);
    standard.sa_handler = SIG_DFL;
    for (int signal = 1; signal < NSIG; signal++) sigaction(signal, &standard, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(plan->path, plan->argv, plan->envp);
    fail(report, CLINUX_STEP_EXEC);
}

int clinux_spawn(const struct clinux_spawn *plan, int *pidfd, enum clinux_step *failed_step) {
    int report[2];
    *failed_step = CLINUX_STEP_PIPE;
    if (pipe2(report, O_CLOEXEC) < 0) return -errno;
    pid_t parent = getpid();
    // No handler of ours may run in the child.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    int descriptor = -1;
    struct clone_args arguments;
    memset(&arguments, 0, sizeof arguments);
    arguments.flags = CLONE_PIDFD;
    arguments.pidfd = (uint64_t)(uintptr_t)&descriptor;
    arguments.exit_signal = SIGCHLD;
    long pid = syscall(SYS_clone3, &arguments, sizeof arguments);
    if (pid == 0) {
        become(plan, parent, report[1]);
        _exit(127);
    }
    int error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(report[1]);
    if (pid < 0) {
        close(report[0]);
        *failed_step = CLINUX_STEP_CLONE;
        return -error;
    }
    struct failure failure;
    ssize_t count;
    do count = read(report[0], &failure, sizeof failure);
    while (count < 0 && errno == EINTR);
    close(report[0]);
    if (count == (ssize_t)sizeof failure) {
        int status;
        while (waitpid((pid_t)pid, &status, 0) < 0 && errno == EINTR) {}
        close(descriptor);
        *failed_step = failure.step;
        return -failure.error;
    }
    *pidfd = descriptor;
    return (int)pid;
}

int clinux_list_directory(const char *path, void (*each)(void *context, const char *name), void *context) {
    DIR *directory = opendir(path);
    if (!directory) return -errno;
    struct dirent *entry;
    while ((entry = readdir(directory)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) each(context, entry->d_name);
    closedir(directory);
    return 0;
}

int clinux_is_dying(pid_t pid) {
    // No process may read at address 0, so nothing is ever read: a process that is alive says
    // EFAULT, or EPERM where it may not be looked into. One that ends gives up its memory before
    // its descriptors, and from then on says ESRCH.
    char byte;
    struct iovec here = {.iov_base = &byte, .iov_len = 1};
    struct iovec there = {.iov_base = 0, .iov_len = 1};
    return process_vm_readv(pid, &here, 1, &there, 1, 0) < 0 && errno == ESRCH;
}

int clinux_inotify(void) { CLINUX_RESULT(int, inotify_init1(IN_CLOEXEC | IN_NONBLOCK)); }

int clinux_watch_writes(int inotify, int fd) {
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    CLINUX_RESULT(int, inotify_add_watch(inotify, path, IN_MODIFY));
}

int clinux_unwatch(int inotify, int watch) { CLINUX_RESULT(int, inotify_rm_watch(inotify, watch)); }

int clinux_is_ignored(int signal) {
    struct sigaction action;
    return sigaction(signal, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

// sock_diag(7): the socket whose own end is `own` and whose peer is `peer`, both of one family.
int clinux_tcp_facts(const struct sockaddr_storage *own, const struct sockaddr_storage *peer,
                     struct clinux_tcp_facts *facts) {
    struct {
        struct nlmsghdr header;
        struct inet_diag_req_v2 query;
    } request = {0};
    request.header.nlmsg_len = sizeof request;
    request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    request.header.nlmsg_flags = NLM_F_REQUEST;
    request.query.sdiag_family = own->ss_family;
    request.query.sdiag_protocol = IPPROTO_TCP;
    request.query.idiag_states = ~0U;
    request.query.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
    request.query.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    if (own->ss_family == AF_INET && peer->ss_family == AF_INET) {
        const struct sockaddr_in *a = (const struct sockaddr_in *)own;
        const struct sockaddr_in *b = (const struct sockaddr_in *)peer;
        request.query.id.idiag_sport = a->sin_port;
        request.query.id.idiag_dport = b->sin_port;
        memcpy(request.query.id.idiag_src, &a->sin_addr, sizeof a->sin_addr);
        memcpy(request.query.id.idiag_dst, &b->sin_addr, sizeof b->sin_addr);
    } else if (own->ss_family == AF_INET6 && peer->ss_family == AF_INET6) {
        const struct sockaddr_in6 *a = (const struct sockaddr_in6 *)own;
        const struct sockaddr_in6 *b = (const struct sockaddr_in6 *)peer;
        request.query.id.idiag_sport = a->sin6_port;
        request.query.id.idiag_dport = b->sin6_port;
        memcpy(request.query.id.idiag_src, &a->sin6_addr, sizeof a->sin6_addr);
        memcpy(request.query.id.idiag_dst, &b->sin6_addr, sizeof b->sin6_addr);
    } else {
        return -EAFNOSUPPORT;
    }
    int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (netlink < 0) return -errno;
    struct {
        struct nlmsghdr header;
        struct inet_diag_msg found;
        char rest[1024];
    } answer;
    int result = -ENOENT;
    // The kernel answers within the send; nothing is waited for.
    if (send(netlink, &request, sizeof request, 0) < 0) {
        result = -errno;
    } else {
        long length = recv(netlink, &answer, sizeof answer, MSG_DONTWAIT);
        if (length < 0) {
            result = -errno;
        } else if (length >= (long)(sizeof answer.header + sizeof answer.found) &&
                   answer.header.nlmsg_type == SOCK_DIAG_BY_FAMILY) {
            facts->inode = answer.found.idiag_inode;
            facts->unread = answer.found.idiag_rqueue;
            facts->state = answer.found.idiag_state;
            result = 0;
        }
    }
    close(netlink);
    return result;
}
