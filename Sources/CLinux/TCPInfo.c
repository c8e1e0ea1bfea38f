// A file of its own: the kernel's tcp_info has more than glibc's, and both can't be included.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/tcp.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

long long clinux_unacknowledged_ever(int fd);

long long clinux_unacknowledged_ever(int fd) {
    struct tcp_info info;
    memset(&info, 0, sizeof info);
    socklen_t length = sizeof info;
    // IPPROTO_TCP by number, since <netinet/in.h> may bring the other tcp_info along.
    if (getsockopt(fd, 6, TCP_INFO, &info, &length) < 0) return -errno;
    if (length < offsetof(struct tcp_info, tcpi_bytes_retrans) + sizeof info.tcpi_bytes_retrans)
        return -ENOSYS;
    // The acknowledged ones include the SYN.
    unsigned long long acknowledged = info.tcpi_bytes_acked > 0 ? info.tcpi_bytes_acked - 1 : 0;
    unsigned long long sent = info.tcpi_bytes_sent - info.tcpi_bytes_retrans;
    return sent > acknowledged ? (long long)(sent - acknowledged) : 0;
}
