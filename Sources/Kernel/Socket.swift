import Basics
import CLinux
import Glibc

/// Making, naming and setting sockets; see socket(7), tcp(7) and unix(7).
public enum Socket {
    /// A socket that listens and never waits. Its options are inherited by what it accepts.
    public static func listen(
        on address: Address, backlog: Int32 = 4096
    ) throws(SystemError) -> Descriptor {
        let socket = try reserve(address)
        if case .unix = address {} else { setNoDelay(socket) }
        _ = try checked("listen", clinux_listen(socket.number, backlog))
        return socket
    }

    /// A socket that is bound and does not listen: connections are refused, and the kernel gives
    /// the port to no other process. One that asks for it by number and has set SO_REUSEADDR can
    /// listen there.
    public static func reserve(_ address: Address) throws(SystemError) -> Descriptor {
        let socket = try make(address)
        switch address {
        case .inet, .inet6:
            _ = try checked(
                "setsockopt", clinux_setsockopt(socket.number, SOL_SOCKET, SO_REUSEADDR, 1))
        case .unix: break
        }
        if case .inet6 = address {
            // 127.0.0.1 has a socket of its own; this one must not stand in its way.
            _ = clinux_setsockopt(socket.number, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1)
        }
        let bound = unsafe address.withStorage { storage, length in
            unsafe clinux_bind(socket.number, storage, length)
        }
        _ = try checked("bind", bound)
        return socket
    }

    /// Ends listening for all processes that share the socket, shutdown(2): connections that wait
    /// there are reset, and new ones are refused. The socket stays bound, and while SO_REUSEADDR is
    /// off the kernel gives its port to no other process.
    static func endListening(_ listener: DescriptorReference) throws(SystemError) {
        _ = try checked(
            "setsockopt", clinux_setsockopt(listener.number, SOL_SOCKET, SO_REUSEADDR, 0))
        _ = try checked("shutdown", clinux_shutdown(listener.number, Int32(SHUT_RDWR)))
    }

    /// Lets a socket listen again after `endListening`, at the same address.
    static func listenAgain(
        _ listener: DescriptorReference, backlog: Int32 = 4096
    ) throws(SystemError) {
        // Connections of before that are still ending have it too, and must not stand in the way.
        _ = try checked(
            "setsockopt", clinux_setsockopt(listener.number, SOL_SOCKET, SO_REUSEADDR, 1))
        _ = clinux_setsockopt(listener.number, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        _ = try checked("listen", clinux_listen(listener.number, backlog))
    }

    private static func make(_ address: Address) throws(SystemError) -> Descriptor {
        let number = clinux_socket(address.family, Int32(SOCK_STREAM.rawValue))
        return Descriptor(number: try checked("socket", number))
    }

    /// Says that small writes must not wait for the answer to earlier ones (TCP_NODELAY).
    public static func setNoDelay(_ socket: borrowing Descriptor) {
        _ = clinux_setsockopt(socket.number, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    }

    /// Begins to connect without waiting; `pendingError` tells what became of it once the socket
    /// is writable. Most often a first `send` can follow at once: loopback connects in the call
    /// itself.
    ///
    /// Where we `speakFirst` the end of the handshake goes out with what is sent (TCP_QUICKACK
    /// off): a packet less, and the other side is woken once. If the socket is reset instead, the
    /// program there never hears of it.
    public static func connect(
        to address: Address, speakFirst: Bool = false
    ) throws(SystemError) -> Descriptor {
        let socket = try make(address)
        switch address {
        case .inet, .inet6:
            setNoDelay(socket)
            if speakFirst {
                _ = clinux_setsockopt(socket.number, Int32(IPPROTO_TCP), TCP_QUICKACK, 0)
            }
        case .unix: break
        }
        let result = unsafe address.withStorage { storage, length in
            unsafe clinux_connect(socket.number, storage, length)
        }
        if result < 0 && -result != EINPROGRESS { throw failure("connect", result) }
        return socket
    }

    /// How far connecting has come, asked by connect(2) once more.
    public enum Progress: Equatable, Sendable {
        case connected
        case underWay
        case failed(Errno)
    }

    /// How far `connect` to this address has come.
    public static func progress(
        of socket: borrowing Descriptor, to address: Address
    ) -> Progress {
        let result = unsafe address.withStorage { storage, length in
            unsafe clinux_connect(socket.number, storage, length)
        }
        switch -result {
        case 0, EISCONN: return .connected
        case EALREADY, EINPROGRESS: return .underWay
        default: return .failed(Errno(rawValue: -result))
        }
    }

    /// A connection that has come in at a listening socket, and its client's address.
    public enum Accepted: ~Copyable {
        case connection(Descriptor, from: Address)
        /// There is none (any more).
        case none
        /// It was gone before it was accepted; there may be more.
        case vanished
        /// The process or the machine is out of descriptors or memory; the connection still waits.
        case exhausted(Errno)
    }

    /// accept4(2), once.
    public static func accept(from listener: DescriptorReference) -> Accepted {
        var storage = sockaddr_storage()
        var length: socklen_t = 0
        let number = unsafe clinux_accept(listener.number, &storage, &length)
        if number >= 0 {
            return .connection(
                Descriptor(number: number), from: .from(storage, length: length).unmapped)
        }
        switch -number {
        case EAGAIN: return .none
        case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted(Errno(rawValue: -number))
        default: return .vanished
        }
    }

    /// Where the socket is bound, with the port that the kernel chose.
    public static func localAddress(
        of socket: borrowing Descriptor
    ) throws(SystemError) -> Address {
        var storage = sockaddr_storage()
        var length: socklen_t = 0
        let result = unsafe clinux_getsockname(socket.number, &storage, &length)
        _ = try checked("getsockname", result)
        return .from(storage, length: length)
    }

    /// The address of the other side of a connection, getpeername(2).
    public static func peerAddress(of socket: borrowing Descriptor) throws(SystemError) -> Address {
        var storage = sockaddr_storage()
        var length: socklen_t = 0
        let result = unsafe clinux_getpeername(socket.number, &storage, &length)
        _ = try checked("getpeername", result)
        return .from(storage, length: length)
    }

    /// The error that waits on the socket, taken from it (SO_ERROR); `nil` when all is well.
    public static func pendingError(of socket: borrowing Descriptor) -> Errno? {
        var value: Int32 = 0
        let result = unsafe clinux_getsockopt(socket.number, SOL_SOCKET, SO_ERROR, &value)
        if result < 0 { return Errno(rawValue: -result) }
        return value == 0 ? nil : Errno(rawValue: value)
    }

    /// Acknowledges what has come without waiting for something to send with it (TCP_QUICKACK).
    ///
    /// A peer that writes a message in two pieces and has not set TCP_NODELAY holds the second
    /// piece back until the first is acknowledged, and that may take the kernel 40 ms.
    public static func acknowledgeNow(_ socket: borrowing Descriptor) {
        _ = clinux_setsockopt(socket.number, Int32(IPPROTO_TCP), TCP_QUICKACK, 1)
    }

    /// Says that no more will be sent; what has been written still goes out.
    public static func endSending(_ socket: borrowing Descriptor) {
        _ = clinux_shutdown(socket.number, Int32(SHUT_WR))
    }

    /// How many of the bytes that were written the peer has not acknowledged (SIOCOUTQ).
    public static func unacknowledged(of socket: borrowing Descriptor) -> UInt64 {
        UInt64(max(0, clinux_unacknowledged(socket.number)))
    }

    /// Whether the last `count` bytes that were written met a peer that had closed before, so that
    /// its program can't have read any of them. To be asked when the connection has failed.
    ///
    /// The end (FIN) came first and acknowledged none of them, then a reset: tcp(7) says EPIPE to
    /// that, and ECONNRESET to a reset without an end. A program that closes while it has not read
    /// all resets without an end; one that has read acknowledges with the end at the latest.
    public static func metClosedPeer(_ socket: borrowing Descriptor, last count: Int) -> Bool {
        if pendingError(of: socket) != .brokenPipe { return false }
        return clinux_unacknowledged_ever(socket.number) >= Int64(count)
    }

    /// Makes the coming close a reset, so that the peer sees that something is missing.
    public static func resetOnClose(_ socket: borrowing Descriptor) {
        _ = clinux_linger_nothing(socket.number)
    }

    /// Two connected unix(7) stream sockets; both wait until `setNonBlocking` says otherwise.
    public static func pair() throws(SystemError) -> DescriptorPair {
        var numbers: [2 of Int32] = [0, 0]
        let result = unsafe withUnsafeMutableBytes(of: &numbers) { bytes in
            unsafe clinux_socketpair(
                Int32(SOCK_STREAM.rawValue), bytes.baseAddress!.assumingMemoryBound(to: Int32.self))
        }
        _ = try checked("socketpair", result)
        return DescriptorPair(first: numbers[0], second: numbers[1])
    }

    /// The process on the other side of a unix(7) connection (SO_PEERCRED).
    public static func peer(
        of socket: borrowing Descriptor
    ) throws(SystemError) -> (user: UInt32, pid: Int32) {
        var user: UInt32 = 0
        var pid: Int32 = 0
        _ = try checked("getsockopt", unsafe clinux_peer_user(socket.number, &user, &pid))
        return (user, pid)
    }
}

/// Two descriptors that were made together.
@frozen
public struct DescriptorPair: ~Copyable {
    public var first: Descriptor
    public var second: Descriptor

    init(first: Int32, second: Int32) {
        self.first = Descriptor(number: first)
        self.second = Descriptor(number: second)
    }
}

/// A pipe(7): what is written to one end is read at the other.
@frozen
public struct Pipe: ~Copyable {
    public var readEnd: Descriptor
    public var writeEnd: Descriptor

    /// pipe2(2); `capacity` is a wish in bytes.
    public init(capacity: Int? = nil) throws(SystemError) {
        var numbers: [2 of Int32] = [0, 0]
        let result = unsafe withUnsafeMutableBytes(of: &numbers) { bytes in
            unsafe clinux_pipe(bytes.baseAddress!.assumingMemoryBound(to: Int32.self))
        }
        _ = try checked("pipe2", result)
        readEnd = Descriptor(number: numbers[0])
        writeEnd = Descriptor(number: numbers[1])
        // A user has 64 MiB of pipes in all: past that the wish is not granted, and the size stays.
        if let capacity { _ = clinux_pipe_capacity(numbers[0], Int32(capacity)) }
    }
}

extension Pipe {
    /// A pipe that is open and silent for the process that reads from it: its reader is its only
    /// writer too, so it has no end while it is read. One descriptor; no other need be kept open.
    public static func silent() throws(SystemError) -> Descriptor {
        let pipe = try Pipe(capacity: 4096)
        let path = "/proc/self/fd/\(pipe.readEnd.number)"
        return Descriptor(number: try checked("open", unsafe clinux_open(path, O_RDWR, 0)))
    }
}

/// Wakes a thread that waits at its poller, eventfd(2).
public struct Waker: ~Copyable, Sendable {
    let descriptor: Descriptor

    /// eventfd(2).
    public init() throws(SystemError) {
        descriptor = Descriptor(number: try checked("eventfd", clinux_eventfd()))
    }

    /// Readable once it was woken, until `clear`.
    public var reference: DescriptorReference { descriptor.reference }

    /// Makes the descriptor readable; from any thread.
    public func wake() {
        var one: UInt64 = 1
        _ = unsafe clinux_write(descriptor.number, &one, 8)
    }

    /// Takes all wakes that have come.
    public func clear() {
        var count: UInt64 = 0
        _ = unsafe clinux_read(descriptor.number, &count, 8)
    }
}
