import Basics
import Control
import Kernel

/// Looks again and again whether a child's port accepts, for children that can't say it themselves.
struct PortProbe {
    static let first = Nanoseconds.milliseconds(5)
    static let longest = Nanoseconds.milliseconds(100)
    /// While a stranger has the port; to find out which process it is takes a while.
    static let blocked = Nanoseconds.milliseconds(500)

    /// What a look has shown.
    enum Finding: Equatable {
        /// No process accepts yet.
        case refused
        /// The child, or one of its own, accepts there.
        case own(Address)
        /// A process accepts that is none of the child's.
        case stranger(pid: Int32)
    }

    let port: UInt16
    /// When to look again.
    private(set) var next: Instant
    private var delay = PortProbe.first

    init(port: UInt16, now: Instant) {
        self.port = port
        next = now + delay
    }

    /// Looks. `owns` says whether a process belongs to the child: another process on the port must
    /// not be taken for it.
    mutating func look(now: Instant, owns: (Int32) -> Bool) -> Finding {
        let finding = Self.find(port: port, owns: owns)
        delay = min(Nanoseconds(delay.count * 3 / 2), Self.longest)
        if case .stranger = finding { delay = Self.blocked }
        next = now + delay
        return finding
    }

    /// What accepts on the port, on 127.0.0.1 or else on ::1.
    static func find(port: UInt16, owns: (Int32) -> Bool) -> Finding {
        var finding = Finding.refused
        for address in [Address.loopback(port: port), .loopback6(port: port)]
        where accepts(address) {
            // Mostly it is one of ours.
            let ours = Descendants.all(of: ThisProcess.pid)
            if Processes.listeners(on: address, among: ours).contains(where: owns) {
                return .own(address)
            }
            let holders = Processes.listeners(on: address)
            // What listens can't always be seen, in a container for one; then it is believed.
            if holders.isEmpty || holders.contains(where: owns) { return .own(address) }
            if finding == .refused { finding = .stranger(pid: holders[0]) }
        }
        return finding
    }

    /// The process that listens on the port and is none of the child's, whether it accepts or not;
    /// nil where none does, or one of its own.
    static func stranger(port: UInt16, owns: (Int32) -> Bool) -> Int32? {
        let holders = [Address.loopback(port: port), .loopback6(port: port)].flatMap {
            Processes.listeners(on: $0)
        }
        return holders.contains(where: owns) ? nil : holders.first
    }

    /// The program there never hears of it.
    private static func accepts(_ address: Address) -> Bool {
        do throws(SystemError) {
            let socket = try Socket.connect(to: address, speakFirst: true)
            Socket.resetOnClose(socket)
            // The loopback answers within the call; what needs longer is asked again soon.
            return Socket.progress(of: socket, to: address) == .connected
        } catch {
            return false
        }
    }
}
