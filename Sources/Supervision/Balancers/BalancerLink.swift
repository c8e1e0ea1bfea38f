import Basics
import Control
import Kernel

/// The supervisor's end of the link to one balancer process.
final class BalancerLink {
    private let socket: Descriptor
    private var outgoing = ByteQueue(capacity: 4096)
    private var incoming = ByteQueue(capacity: 4096)
    /// A newer roster than the one that was written last; the ones between are never sent.
    private var pending: RosterWord?
    /// The numbers of this balancer's workers in the scoreboard.
    let workers: Range<Int>
    /// The newest version that all its workers choose by.
    private(set) var adopted: UInt64 = 0
    /// Whether it takes in clients that connect; not any more once it has said so.
    private(set) var accepts = true

    /// Takes a socket that never waits, and says the first words.
    init(_ socket: consuming Descriptor, workers: Range<Int>, roster: RosterWord) {
        self.socket = socket
        self.workers = workers
        Framing.append(
            LinkOrder.workers(first: UInt32(workers.lowerBound), count: UInt32(workers.count)),
            to: &outgoing)
        send(roster)
    }

    var reference: DescriptorReference { socket.reference }

    /// Whether the balancer must be waited for before the rest can be written.
    var isBlocked: Bool { !outgoing.isEmpty }

    /// Sends a roster, or keeps it until the balancer has read what was sent before.
    func send(_ roster: RosterWord) {
        pending = roster
        flush()
    }

    /// Tells it that another takes over; it has so long to finish what it has.
    func handOver(within time: Nanoseconds) {
        Framing.append(LinkOrder.drain(within: time), to: &outgoing)
        flush()
    }

    /// Tells it by when it must have finished what it has, once it is asked to end.
    func limit(until: Instant) {
        Framing.append(LinkOrder.limit(until: until), to: &outgoing)
        flush()
    }

    /// Writes what can be written without waiting.
    func flush() {
        while true {
            if outgoing.isEmpty {
                guard let roster = pending else { return }
                pending = nil
                outgoing.removeAll()
                Framing.append(LinkOrder.roster(roster), to: &outgoing)
            }
            switch socket.write(&outgoing) {
            case .moved: continue
            case .wouldBlock: return
            case .end, .failed:
                // It is dead or dying, which its pidfd tells.
                outgoing.removeAll()
                pending = nil
                return
            }
        }
    }

    /// The next report that has come whole; nothing when there is none. An unreadable one ends the
    /// link, which is told by `isBroken`.
    func nextReport() -> LinkReport? {
        while !isBroken {
            do throws(Misspelling) {
                if let report = try Framing.take(LinkReport.self, from: &incoming) {
                    if case .adopted(let version) = report { adopted = max(adopted, version) }
                    if report == .stoppedAccepting { accepts = false }
                    return report
                }
            } catch {
                isBroken = true
                return nil
            }
            incoming.reserve(4096)
            switch socket.receive(into: &incoming) {
            case .moved: continue
            case .wouldBlock: return nil
            case .end, .failed: isBroken = true
            }
        }
        return nil
    }

    /// Nothing more will come from it.
    private(set) var isBroken = false
}
