import Basics
import Control
import History
import Kernel
import Logs
import Supervision

/// `logs -f`: what the history has, and behind it what the supervisor sends.
///
/// The supervisor says which record is the first that it will send; the history has all before it.
/// Whatever is not sent because it came too fast, or while the replay took long, is taken from the
/// history too, so there is no gap. But once the live end was reached, somebody whose terminal or
/// pipe does not take what is written is told how much is left out, and sees what is new.
struct LiveLog: ~Copyable {
    private let past: PastLog
    private var client: ControlClient
    /// The number of the last record that was shown or passed over.
    private var last: UInt64
    /// The number of the last record that the supervisor sent or said that it did not send.
    private var received: UInt64
    private var hasCaughtUp = false
    private let poller: Poller?

    private enum Source: UInt8 {
        case supervisor = 1
        case output
    }

    init(_ folder: RuntimeFolder, _ past: PastLog) throws(Refusal) {
        var client = try ControlClient(folder)
        guard case .following(let from) = try client.ask(.follow) else { throw ControlClient.lost }
        self.past = past
        last = from - 1
        received = last
        poller = Self.poller(client.reference)
        self.client = client
    }

    /// Nothing where it can't be had: then a reader that leaves is noticed with the next line.
    private static func poller(_ supervisor: DescriptorReference) -> Poller? {
        guard let poller = try? Poller(capacity: 2) else { return nil }
        let token = Token(kind: Source.supervisor.rawValue)
        do throws(SystemError) {
            try poller.add(supervisor, for: .readable, token: token)
            // Of a pipe whose reader has left the kernel tells unasked.
            try poller.add(.standardOutput, for: [], token: Token(kind: Source.output.rawValue))
        } catch {
            // A file can't be watched, and nobody leaves it.
            return nil
        }
        return poller
    }

    /// Shows all until the service ends or nobody reads any more.
    mutating func show(_ query: HistoryQuery, on printer: LogPrinter) throws(Refusal) {
        var query = query
        query.through = last
        try past.show(query, on: printer)
        query.tail = nil
        query.through = .max
        while true {
            if !client.hasMore && !hasWaiting {
                hasCaughtUp = true
                if !printer.flush() || !waitForMore() { return }
            }
            guard let reply = try client.next() else { break }
            try take(reply, query, on: printer)
            if printer.isGone { return }
        }
        // A supervisor that was killed may not have sent its last words.
        try fill(query, on: printer)
        if printer.flush() { Console.note("lbctl: '\(past.name)' has ended") }
    }

    private mutating func take(
        _ reply: ControlReply, _ query: HistoryQuery, on printer: LogPrinter
    ) throws(Refusal) {
        switch reply {
        case .record(let word):
            received = word.sequence
            // The history was ahead of the socket.
            if word.sequence <= last { return }
            last = word.sequence
            let name = Array(word.name.utf8)
            let record = word.record(name.span)
            if query.filter.matches(record) { _ = printer.append(record) }
        case .missed(let count):
            received += count
            let isTooSlow = printer.takeStall() && hasCaughtUp
            if !isTooSlow && last < received { try fill(query, on: printer) }
            if last < received { tell(received - last, on: printer) }
            last = max(last, received)
        case .done, .refused, .status, .killed, .following, .reported, .bans: return
        }
    }

    /// Shows what the history has of this run behind the last record that was shown.
    private mutating func fill(
        _ query: HistoryQuery, on printer: LogPrinter
    ) throws(Refusal) {
        let filter = query.filter
        var found: UInt64 = 0
        var highest = last
        try past.read(HistoryQuery(from: last + 1)) { record in
            // Another one has begun meanwhile.
            if record.stream == .run { return false }
            found += 1
            highest = record.stamp.sequence
            return filter.matches(record) ? printer.append(record) : true
        }
        // The history gave up its oldest lines meanwhile, or its disk was full.
        let lost = highest - last - found
        last = highest
        if lost > 0 && !printer.isGone { tell(lost, on: printer) }
    }

    private func tell(_ count: UInt64, on printer: LogPrinter) {
        _ = printer.flush()
        Console.note(
            "lbctl: \(Figures.count(count, "line")) left out here; "
                + "\(Advice.line("logs", for: past.name)) has what is kept")
    }

    private var hasWaiting: Bool {
        Poll.wait(for: .readable, on: client.reference, timeout: Nanoseconds(0))
    }

    /// False when nobody reads any more.
    private borrowing func waitForMore() -> Bool {
        if poller == nil { return true }
        while true {
            let count = poller!.wait(timeout: nil)
            for index in 0..<count {
                switch Source(rawValue: poller!.event(index).token.kind) {
                case .output: return false
                case .supervisor, nil: continue
                }
            }
            if count > 0 { return true }
        }
    }
}
