import Basics
import Kernel

/// A port of 127.0.0.1 that is kept for one child, also while no process of it listens there.
///
/// Without it the kernel may give the port to a connection or listener of another program in the
/// moment between a death and the restart, where it is one of those that it gives out (ip(7),
/// ip_local_port_range). It is for lb-echo alone: a program that has not set SO_REUSEADDR could not
/// listen on a port that is held.
public final class PortHold {
    public let port: UInt16
    private let socket: Descriptor

    /// Holds this port; 0 lets the kernel choose one that is free.
    public init(_ port: UInt16) throws(SystemError) {
        let socket = try Socket.reserve(.loopback(port: port))
        self.port = try Socket.localAddress(of: socket).port ?? port
        self.socket = socket
    }
}
