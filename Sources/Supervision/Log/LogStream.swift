import Basics
import Control
import History
import Kernel
import Logs
import Planning

/// The one stream: every line of every child and every sentence of lbctl's own, numbered and
/// stamped in the order in which they were read, into the history and to all that follow.
final class LogStream {
    private var taker: RecordTaker
    private var remarks: [String]
    /// What was said of these, and is not said again.
    private var topics: Set<Topic> = []
    /// When a disk that failed is to be tried again though nothing is said.
    private(set) var retry: Instant?

    /// A stream that is kept in `history`, or nowhere where there is none to be had.
    /// `remarks` are said once a run is opened.
    init(
        history: consuming HistoryWriter?, remarks: [String] = [],
        telling commands: [EventCommand] = []
    ) {
        isKept = history != nil
        messages = MessageRunner(commands)
        taker = RecordTaker(history)
        self.remarks = remarks
    }

    /// The number that the next record will have.
    var nextSequence: UInt64 { taker.clock.last.sequence.addingClamped(1) }

    /// Whether there is a history that it is kept in.
    let isKept: Bool

    /// The commands that every event is told to.
    let messages: MessageRunner

    /// Takes the time, once a turn of the loop.
    func tick() { taker.clock.tick(Clock.wallTime()) }

    func addFollower(_ outbox: Outbox) { taker.followers.append(outbox) }
    func removeFollower(_ outbox: Outbox) { taker.followers.removeAll { $0 === outbox } }

    /// An event: into the history and to all that follow, as a value, and to the commands that are
    /// told of its kind.
    func tell(_ event: ServiceEvent) {
        append(event, stream: .event)
        messages.eventHappened(event, at: taker.clock.last)
    }

    /// A remark about these commands, of which none is told: it could be the cause of the next.
    func tellAside(_ remark: String) { append(.notice(remark), stream: .event) }

    /// What is worth one sentence in the life of a service.
    enum Topic { case copies }

    /// An event, unless one was told of this before.
    func tellOnce(_ topic: Topic, _ event: ServiceEvent) {
        if topics.insert(topic).inserted { tell(event) }
    }

    /// The event that opens a run.
    func openRun(_ event: ServiceEvent) {
        append(event, stream: .run)
        messages.eventHappened(event, at: taker.clock.last)
        for remark in remarks { tell(.notice(remark)) }
        remarks = []
    }

    private func append(_ event: ServiceEvent, stream: Stream) {
        var spelling = ByteQueue(capacity: 512)
        EventSpelling.append(event, to: &spelling)
        let name = Self.name
        taker.take(spelling.bytes, .whole, of: name.span, generation: 0, stream: stream)
    }

    private static let name = Array("lbctl".utf8)

    /// Lends what takes records, for as many as there are in a turn: they may be thousands.
    func take(_ body: (inout RecordTaker) -> Void) { body(&taker) }

    /// Writes what has gathered, at the end of each turn. A disk that fails is told of once, and
    /// stops nothing.
    func flush(now: Instant) {
        retry = nil
        switch taker.flushHistory(now: now) {
        case .sound: return
        case .failing: break
        case .failed(let error):
            tell(ServiceEvent(.unwritable).with(.reason, "\(error)"))
        case .recovered(let lost):
            tell(ServiceEvent(.writable).with(.lost, lost))
            return
        }
        retry = now + Limits.historyRetry
    }
}

/// What makes records of lines and hands them on.
struct RecordTaker: ~Copyable {
    fileprivate var clock: StampClock
    fileprivate var followers: [Outbox] = []
    private var history: HistoryWriter?

    fileprivate init(_ history: consuming HistoryWriter?) {
        // A new run has the time as it is now, also where the last one had a later one.
        let last = history?.last.sequence ?? 0
        clock = StampClock(after: Stamp(sequence: last, time: WallTime(nanoseconds: 0)))
        self.history = history
    }

    mutating func take(
        _ text: Span<UInt8>, _ part: Part, of name: Span<UInt8>, generation: UInt64, stream: Stream
    ) {
        let record = Record(
            stamp: clock.next(), name: name,
            generation: UInt32(truncatingIfNeeded: generation), stream: stream, part: part,
            text: text)
        history?.append(record)
        for outbox in followers { outbox.offer(record) }
    }

    fileprivate mutating func flushHistory(now: Instant) -> HistoryOutcome {
        history?.flush(now: now) ?? .sound
    }
}
