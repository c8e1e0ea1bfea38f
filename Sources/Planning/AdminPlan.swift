import Basics
import Control
import Kernel

/// Where lb-admin is to listen, as `up --admin` says it.
public enum AdminPort: Equatable, Sendable {
    /// It is not run.
    case off
    /// On the usual port, or on one that is free where that one is taken.
    case usual
    /// On this port and no other; 0 lets the kernel choose.
    case asked(UInt16)

    /// What `--admin` takes: a port or `off`.
    public init(_ text: String) throws(UsageError) {
        if text == "off" {
            self = .off
        } else if let port = UInt16(text) {
            self = .asked(port)
        } else {
            throw UsageError(
                "--admin can't be '\(text)'", hint: "it is a port (0: any that is free), or off")
        }
    }
}

extension AdminPort: Spelled {
    public func spell(into frame: inout FrameWriter) {
        switch self {
        case .off: frame.put(UInt8(0))
        case .usual: frame.put(UInt8(1))
        case .asked(let port):
            frame.put(UInt8(2))
            frame.put(port)
        }
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        switch try frame.byte() {
        case 0: self = .off
        case 1: self = .usual
        case 2: self = .asked(try frame.number())
        default: throw Misspelling("an unknown kind of port")
        }
    }
}

/// What is worked out of lb-admin before it is started.
struct AdminPlan {
    /// As `admin`, unless the Procfile has a type of that name.
    let name: String
    let port: UInt16
    /// What keeps a port of the kernel's choice until lb-admin listens there.
    let hold: PortHold?
    /// Told once at the start.
    let notices: [String]

    /// `nil` where none is to run. `taken` are the ports that others of the service are given,
    /// `known` those of children that run already.
    init?(
        _ wish: AdminPort, types: [String], known: Topology.KnownPorts, sparing taken: Set<UInt16>
    ) throws(Refusal) {
        name = types.contains(Self.usualName) ? Self.program : Self.usualName
        if wish != .off, let port = known.others[name] {
            self.port = port
            hold = nil
            notices = []
            return
        }
        var asked = PlanLimits.usualAdminPort
        var notices: [String] = []
        switch wish {
        case .off: return nil
        case .asked(let port): asked = port
        case .usual:
            if let obstacle = Self.obstacle(asked, taken) {
                asked = 0
                // Which one it becomes is not said: with -d it is chosen again, for good.
                notices = [
                    "lb-admin can't have port \(PlanLimits.usualAdminPort): \(obstacle); "
                        + "it gets one that is free"
                ]
            }
        }
        let hold = asked == 0 ? try Self.free(sparing: taken) : nil
        let port = hold?.port ?? asked
        self.hold = hold
        self.port = port
        self.notices = notices
    }

    private static func obstacle(_ port: UInt16, _ taken: Set<UInt16>) -> String? {
        if taken.contains(port) { return "another process of this service has it" }
        switch Ports.look(at: .loopback(port: port)) {
        case .free: return nil
        case .taken(let pid): return "it is taken\(Ports.holder(pid))"
        case .absent: return "there is no such address"
        case .denied(let errno): return "\(errno)"
        }
    }

    private static func free(sparing taken: Set<UInt16>) throws(Refusal) -> PortHold {
        var refused: [PortHold] = []
        while true {
            let hold = try Ports.unused()
            if !taken.contains(hold.port) { return hold }
            // Kept meanwhile, or the kernel might choose it again.
            refused.append(hold)
        }
    }

    private static let usualName = "admin"
    static let program = "lb-admin"

    /// The words that it is started with.
    var words: [ByteString] { [ByteString(Self.program), "--port", "\(port)"] }
}
