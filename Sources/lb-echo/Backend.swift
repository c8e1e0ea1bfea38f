import Basics
import Control
import HTTP1
import Kernel

/// What all connections share: the backend's name, how it is to behave, and the parser.
struct Backend: ~Copyable {
    let identity: Identity
    let settings: Settings
    let limits = HeadLimits()
    var head = RequestHead()
    /// How many requests were answered, those of health checks apart.
    var served: UInt64 = 0
    /// Whether connections are to end with the answer at hand.
    var isLeaving = false
    /// What /bytes sends, over and over.
    let pattern: [UInt8]
    /// How long a request waits before it is answered.
    private(set) var latency: Nanoseconds
    private var errors: ErrorSpread

    init(_ settings: Settings, listeningOn address: Address) {
        self.settings = settings
        identity = Identity(settings, listeningOn: address)
        latency = settings.latency
        errors = ErrorSpread(settings.errorRate)
        let line = "The quick brown fox jumps over the lazy dog, and again: 0123456789.\n"
        pattern = Array(String(repeating: line, count: 60).utf8)
    }

    /// Behaves so from now on; what is not said is as the command line has it.
    mutating func behave(_ faults: EchoFaults) {
        latency = faults.latency ?? settings.latency
        errors.share = faults.errorRate ?? settings.errorRate
    }

    /// Whether this request is one of those that are to fail.
    mutating func drawsError() -> Bool { errors.isNext() }

    /// How long a request waits before it is answered.
    func hold(_ route: Route) -> Nanoseconds {
        switch route {
        case .health: Nanoseconds(0)
        case .delay(let delay): latency + delay
        case .itself, .status, .bytes, .stream, .headers, .anything, .wrong: latency
        }
    }
}
