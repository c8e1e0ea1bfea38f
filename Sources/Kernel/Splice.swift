import CLinux
import Glibc

/// Moving bytes from one socket to another through a pipe, without copying them, splice(2).
extension Pipe {
    /// Takes at most `count` bytes that have come at a socket into the pipe, which must be empty.
    ///
    /// Fewer than that need not be all that have come: the pipe may be full of small pieces.
    public func fill(from socket: borrowing Descriptor, most count: Int) -> Transfer {
        .from(clinux_splice(socket.number, writeEnd.number, count), wanted: count)
    }

    /// Passes bytes of the pipe, which must have as many, on to a socket.
    ///
    /// The kernel holds the last segment back where more is announced than there is (MSG_MORE).
    public func drain(to socket: borrowing Descriptor, _ count: Int) -> Transfer {
        .from(clinux_splice(readEnd.number, socket.number, count), wanted: count)
    }
}
