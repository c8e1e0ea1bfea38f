import Basics
import Control
import Logs

/// What is known of one request: its access record, what its backends said of it, and what happened
/// to them meanwhile.
struct RequestStory {
    /// A line of a process, or a sentence of lbctl's own.
    struct Line {
        let time: WallTime
        let name: String
        let text: String
    }

    /// When its access record was taken in, which is when it was over.
    let time: WallTime
    let record: RequestRecord
    /// What carries its identifier besides.
    var lines: [Line] = []
    /// What happened to the backends that had it.
    var events: [Event] = []
    /// The processes that had it, by attempt; `nil` where the history does not have them any more.
    var processes: [ServiceEvent.Subject?] = []

    struct Event {
        let time: WallTime
        let event: ServiceEvent
    }

    /// How long before its beginning and after its end an event may have to do with it: a record is
    /// taken in with others of its time, and a death is told when it has been looked into.
    private static let before = Nanoseconds.milliseconds(20)
    private static let after = Nanoseconds.milliseconds(200)

    var begin: WallTime {
        WallTime(nanoseconds: time.nanoseconds.subtractingClamped(record.duration.count))
    }

    /// Whether something at this time may have to do with it.
    func includes(_ moment: WallTime) -> Bool {
        moment.nanoseconds.addingClamped(Self.before.count) >= begin.nanoseconds
            && moment.nanoseconds <= time.nanoseconds.addingClamped(Self.after.count)
    }

    /// The backend of an attempt.
    func backend(_ attempt: Int) -> String? {
        attempt < record.failures.count ? record.failures[attempt].backend : record.backend
    }

    /// Why an attempt failed; `nil` for one that did not.
    func failure(_ attempt: Int) -> String? {
        attempt < record.failures.count ? record.failures[attempt].cause : nil
    }

    /// The trace-id that its identifier spells; `nil` where it is the client's own.
    var trace: String? {
        guard let identity = ULID(record.id.utf8.span), identity.bits != 0 else { return nil }
        let text = identity.hexadecimal
        return Utf8.string(text.bytes)
    }

    /// When an attempt ended, since the request began.
    func end(of attempt: Int) -> Nanoseconds {
        let told = record.attempts[attempt]
        return told.ended.map { told.chosen + $0 } ?? record.duration
    }

    /// How long the request waited right before an attempt.
    func wait(before attempt: Int) -> Nanoseconds {
        let before = attempt == 0 ? Nanoseconds(0) : record.attempts[attempt - 1].waited
        let waited = record.attempts[attempt].waited.count
        return Nanoseconds(waited.subtractingClamped(before.count))
    }
}
