import Basics
import Control
import History
import Kernel
import Logs
import Planning
import Supervision

/// The log as it comes, of `up` and of `logs -f`.
///
/// The supervisor says which record is the first that it will send; the history has all before it.
/// Whatever is not sent because it came too fast, or while the replay took long, is taken from the
/// history too, so there is no gap. But once the live end was reached, a terminal that does not
/// take what is written is told how much is left out, and shows what is new.
struct LiveLog: ~Copyable {
    private let past: PastLog
    private var client: ControlClient
    /// Whether the history has what came before; where it is not kept it has other runs' alone.
    var isKept: Bool { first > 0 }
    /// The number of the first record that the supervisor sends; 0 where no history is kept.
    private let first: UInt64
    /// The number of the last record that was shown or passed over.
    private var last: UInt64
    /// The number of the last record that the supervisor sent or said that it did not send.
    private var received: UInt64
    private var hasCaughtUp = false
    private let isTerminal = DescriptorReference.standardOutput.isTerminal
    private let poller: Poller?
    private let notes: Notes?

    private enum Source: UInt8 {
        case supervisor = 1
        case notes, output
    }

    /// Asks a running service for what it says.
    init(_ folder: RuntimeFolder, _ past: PastLog) throws(Refusal) {
        var client = try ControlClient(folder)
        guard case .following(let from) = try client.ask(.follow) else { throw ControlClient.lost }
        self.init(client, past, nil, from: from)
    }

    /// What comes over `socket` unasked, from a run's first record on; `notes` go between lines.
    init(_ socket: consuming Descriptor, _ past: PastLog, _ notes: Notes?) throws(Refusal) {
        var client = ControlClient(socket)
        guard case .following(let from) = try client.next() else { throw ControlClient.lost }
        self.init(client, past, notes, from: from)
    }

    private init(
        _ client: consuming ControlClient, _ past: PastLog, _ notes: Notes?, from first: UInt64
    ) {
        poller = Self.poller(client.reference, notes)
        self.past = past
        self.client = client
        self.notes = notes
        self.first = first
        last = first.subtractingClamped(1)
        received = first.subtractingClamped(1)
    }

    /// Nothing where it can't be had: then a reader that leaves is noticed with the next line.
    private static func poller(_ supervisor: DescriptorReference, _ notes: Notes?) -> Poller? {
        guard let poller = try? Poller(capacity: 4) else { return nil }
        do throws(SystemError) {
            let token = Token(kind: Source.supervisor.rawValue)
            try poller.add(supervisor, for: .readable, token: token)
            if let notes {
                let token = Token(kind: Source.notes.rawValue)
                try poller.add(notes.reference, for: .readable, token: token)
            }
        } catch {
            return nil
        }
        // Of a pipe whose reader has closed it the kernel tells unasked. A file can't be watched,
        // and needs no watching.
        try? poller.add(.standardOutput, for: [], token: Token(kind: Source.output.rawValue))
        return poller
    }

    /// Shows what the history has and then what comes, until the service ends. False when standard
    /// output has no reader any more.
    mutating func show(_ query: HistoryQuery, on printer: LogPrinter) throws(Refusal) -> Bool {
        var query = query
        query.through = last
        if isKept { try past.show(query, on: printer) }
        return follow(query.filter, on: printer)
    }

    /// Shows what comes, until the service ends. False when standard output has no reader any
    /// more.
    mutating func follow(_ filter: LogFilter, on printer: LogPrinter) -> Bool {
        while !printer.isGone {
            takeRecords(filter, on: printer)
            if notes?.isOverdue ?? false { notes?.show(on: printer) }
            if !client.hasMore && !hasWaiting {
                hasCaughtUp = true
                notes?.show(on: printer)
                printer.settle()
                if !printer.flush() || !waitForMore(for: printer.patience) { return false }
                if !hasWaiting { continue }
            }
            guard let reply = try? client.next() else { break }
            take(reply, filter, on: printer)
        }
        // A supervisor that was killed may not have sent its last words.
        fill(filter, on: printer)
        if notes?.isHurried ?? false { skipToEnd(filter, on: printer) }
        printer.finish()
        notes?.show(on: printer)
        return printer.flush()
    }

    private mutating func takeRecords(_ filter: LogFilter, on printer: LogPrinter) {
        var last = last
        var received = received
        client.takeRecords { record in
            received = record.stamp.sequence
            // The history was ahead of the socket.
            if received <= last { return true }
            last = received
            return filter.matches(record) ? printer.append(record) : true
        }
        self.last = last
        self.received = received
    }

    private mutating func take(
        _ reply: ControlReply, _ filter: LogFilter, on printer: LogPrinter
    ) {
        switch reply {
        case .record(let word):
            received = word.sequence
            if word.sequence <= last { return }
            last = word.sequence
            let name = Array(word.name.utf8)
            let record = word.record(name.span)
            if filter.matches(record) { _ = printer.append(record) }
        case .missed(let count):
            received = received.addingClamped(count)
            let isTooSlow = printer.takeStall() && isTerminal && hasCaughtUp
            if !isTooSlow && last < received { fill(filter, on: printer) }
            if last < received { tell(received - last, on: printer) }
            last = max(last, received)
        case .done, .refused, .status, .killed, .following, .reported, .bans, .board: return
        }
    }

    /// Shows what the history has of this run behind the last record that was shown.
    private mutating func fill(_ filter: LogFilter, on printer: LogPrinter) {
        if !isKept { return }
        let first = first
        let isImpatient = isTerminal && hasCaughtUp
        let notes = notes
        var found: UInt64 = 0
        var highest = last
        // What can't be read is as good as lost, and told.
        try? past.read(HistoryQuery(from: last.addingClamped(1))) { record in
            // Another one has begun meanwhile.
            if record.stream.opensRun && record.stamp.sequence > first { return false }
            found += 1
            highest = record.stamp.sequence
            let isRead = filter.matches(record) ? printer.append(record) : true
            if isImpatient && printer.hasStalled || notes?.isHurried ?? false { return false }
            return isRead
        }
        // The history gave up its oldest lines meanwhile, or its disk was full.
        let lost = highest.subtractingClamped(last).subtractingClamped(found)
        last = highest
        if lost > 0 && !printer.isGone { tell(lost, on: printer) }
    }

    /// Shows only the last words of all that is left.
    private mutating func skipToEnd(_ filter: LogFilter, on printer: LogPrinter) {
        if !isKept { return }
        var newest: UInt64 = 0
        try? past.read(HistoryQuery(from: last.addingClamped(1), tail: 1)) { record in
            newest = record.stamp.sequence
            return true
        }
        guard newest > last.addingClamped(Self.lastWords) else { return }
        tell(newest - Self.lastWords - last, on: printer)
        last = newest - Self.lastWords
        try? past.read(HistoryQuery(from: last + 1)) { record in
            filter.matches(record) ? printer.append(record) : true
        }
    }

    /// How many records are shown of what a slow reader can't be shown at the end.
    private static let lastWords: UInt64 = 20

    private func tell(_ count: UInt64, on printer: LogPrinter) {
        _ = printer.flush()
        Console.note(
            "lbctl: \(Figures.count(count, "line")) left out here; "
                + "\(Advice.line("logs", for: past.name, implied: nil)) has what is kept")
    }

    private var hasWaiting: Bool {
        Poll.wait(for: .readable, on: client.reference, timeout: Nanoseconds(0))
    }

    /// Waits until something comes, or no longer than `patience`. False when standard output has no
    /// reader any more.
    private borrowing func waitForMore(for patience: Nanoseconds?) -> Bool {
        if poller == nil { return true }
        while true {
            let count = poller!.wait(timeout: patience)
            for index in 0..<count {
                switch Source(rawValue: poller!.event(index).token.kind) {
                case .output: return false
                case .supervisor, .notes, nil: continue
                }
            }
            if count > 0 || patience != nil { return true }
        }
    }
}
