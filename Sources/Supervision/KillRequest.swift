import Basics
import Control
import Kernel

/// A `kill` whose figures are being gathered for the one who asked.
final class KillRequest {
    /// How long it waits for a signal to have its effect.
    static let patience = Nanoseconds.seconds(1)

    /// The connection that waits.
    let asker: Slab<ControlConnection>.Key
    let deadline: Instant
    var reports: [KillReport]
    /// The places of those that have not ended yet.
    var open: Set<Int> = []

    init(asker: Slab<ControlConnection>.Key, now: Instant) {
        self.asker = asker
        deadline = now + Self.patience
        reports = []
    }

    func settle(_ place: Int, outOfRotation: Nanoseconds?, next: String) {
        guard open.remove(place) != nil else { return }
        reports[place].outOfRotation = outOfRotation
        reports[place].next = next
    }
}

/// A `kill` that a child has been sent and not yet died of.
struct KillOrder {
    let signal: Signal
    private(set) var sentAt: Instant
    private(set) var restarts: Bool
    /// Whom to tell, and at which place of its list: the last who asked for it.
    let request: KillRequest
    private let place: Int
    /// Those who had asked for it before, and were not yet told.
    private var others: [(request: KillRequest, place: Int)] = []

    /// `earlier` is what the same process has been sent before, by somebody who waits too.
    init(
        _ signal: Signal, sentAt: Instant, restarts: Bool, request: KillRequest, place: Int,
        after earlier: KillOrder?
    ) {
        self.signal = signal
        self.sentAt = sentAt
        self.restarts = restarts
        self.request = request
        self.place = place
        guard let earlier else { return }
        others = earlier.others + [(earlier.request, earlier.place)]
        if earlier.mayEnd {
            self.sentAt = earlier.sentAt
            // Whoever wants it to stay down has a reason; who did not say so may start it.
            self.restarts = restarts && earlier.restarts
        }
    }

    /// Whether a process that takes its time may still end of it.
    var mayEnd: Bool { [.kill, .terminate, .interrupt, .quit].contains(signal) }

    /// Whether it asks a process to end, and so gives what came of it time for that.
    var asksToEnd: Bool { [.terminate, .interrupt, .quit, .hangUp].contains(signal) }

    /// Whether a process stands still by it until it is told to go on.
    var pauses: Bool { [.stop, .terminalStop].contains(signal) }

    /// Tells all who asked.
    func settle(outOfRotation: Nanoseconds?, next: String) {
        for (request, place) in others + [(request, place)] {
            request.settle(place, outOfRotation: outOfRotation, next: next)
        }
    }

    /// The same for those who waited for it to stop or to go on, once a roster tells the balancers.
    func withdrawals(version: UInt64, next: String) -> [Withdrawal] {
        (others + [(request, place)]).map { request, place in
            Withdrawal(
                version: version, since: sentAt, request: request, place: place, next: next)
        }
    }
}
