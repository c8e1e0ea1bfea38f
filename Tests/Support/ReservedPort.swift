import Kernel
import Synchronization

/// A port of 127.0.0.1 that no other process is given while the tests run, and on which only one
/// that names it listens.
public enum ReservedPort {
    private final class Hold: Sendable {
        let socket: Descriptor

        init(_ socket: consuming Descriptor) { self.socket = socket }
    }

    private static let holds = Mutex<[Hold]>([])

    /// One that the kernel chose.
    public static func any() throws(Failure) -> UInt16 {
        guard let port = take(0) else { throw Failure("no port can be had") }
        return port
    }

    /// The first of three neighbours. Not of those that the kernel gives out: after a test of many
    /// connections there may be none free beside another.
    public static func firstOfThree() throws(Failure) -> UInt16 {
        for _ in 0..<1000 {
            let port = UInt16.random(in: 10_000..<32_000)
            if take(port) != nil, take(port + 1) != nil, take(port + 2) != nil { return port }
        }
        throw Failure("no three free ports in a row")
    }

    private static func take(_ port: UInt16) -> UInt16? {
        guard let socket = try? Socket.reserve(.loopback(port: port)),
            let address = try? Socket.localAddress(of: socket)
        else { return nil }
        let hold = Hold(socket)
        holds.withLock { $0.append(hold) }
        return address.port
    }
}
