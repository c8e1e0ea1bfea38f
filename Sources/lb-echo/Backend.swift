import Basics
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
    private var randomState: UInt64

    init(_ settings: Settings, listeningOn address: Address) {
        self.settings = settings
        identity = Identity(settings, listeningOn: address)
        randomState = settings.errorRate > 0 ? Randomness.word() | 1 : 1
        let line = "The quick brown fox jumps over the lazy dog, and again: 0123456789.\n"
        pattern = Array(String(repeating: line, count: 60).utf8)
    }

    /// Whether this request is one of those that are to fail; xorshift64.
    mutating func drawsError() -> Bool {
        if settings.errorRate <= 0 { return false }
        randomState ^= randomState << 13
        randomState ^= randomState >> 7
        randomState ^= randomState << 17
        return Double(randomState >> 11) / Double(1 << 53) < settings.errorRate
    }

    /// How long a request waits before it is answered.
    func hold(_ route: Route) -> Nanoseconds {
        switch route {
        case .health: Nanoseconds(0)
        case .delay(let delay): settings.latency + delay
        case .itself, .status, .bytes, .stream, .headers, .anything, .wrong: settings.latency
        }
    }
}
