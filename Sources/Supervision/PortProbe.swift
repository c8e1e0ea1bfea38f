import Basics
import Control
import Kernel

/// Looks again and again whether a child's port accepts, for children that can't say it themselves.
struct PortProbe {
    static let first = Nanoseconds.milliseconds(5)
    static let longest = Nanoseconds.milliseconds(100)

    let port: UInt16
    /// When to look again.
    private(set) var next: Instant
    private var delay = PortProbe.first

    init(port: UInt16, now: Instant) {
        self.port = port
        next = now + delay
    }

    /// Looks, and returns where it accepts. `owns` says whether a process belongs to the child: a
    /// stranger on the port must not be taken for it.
    mutating func look(now: Instant, owns: (Int32) -> Bool) -> Address? {
        delay = min(Nanoseconds(delay.count * 3 / 2), Self.longest)
        next = now + delay
        for address in [Address.loopback(port: port), .loopback6(port: port)]
        where Self.accepts(address) {
            // Who listens can't always be seen, in a container for one; then it is believed.
            guard let holder = Processes.listener(onPort: port) else { return address }
            if owns(holder) { return address }
        }
        return nil
    }

    private static func accepts(_ address: Address) -> Bool {
        do throws(SystemError) {
            let socket = try Socket.connect(to: address)
            // The loopback answers within the call; who needs longer is asked again soon.
            if !Poll.wait(for: .writable, on: socket.reference, timeout: Nanoseconds(0)) {
                return false
            }
            return Socket.pendingError(of: socket) == nil
        } catch {
            return false
        }
    }
}
