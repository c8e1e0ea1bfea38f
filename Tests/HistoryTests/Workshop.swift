import Basics
import Glibc
import Kernel
import Logs
import TestSupport

@testable import History

/// A history in a folder of a test's own that is gone with it.
final class Workshop: Sendable {
    private let place: TemporaryFolder

    init() {
        do throws(Failure) { place = try TemporaryFolder() } catch { fatalError("\(error)") }
    }

    var folder: String { place.path }

    var names: [String] { place.names }

    func size(_ name: String) -> UInt64 { (try? Files.facts(place(name)).size) ?? 0 }

    var total: UInt64 { names.reduce(0) { $0 + size($1) } }

    func contents(_ name: String) -> [UInt8] { (try? Files.contents(place(name))) ?? [] }

    func append(_ text: String, to name: String) {
        guard let file = try? Files.open(place(name), for: .append) else { return }
        file.reference.writeAll(text)
    }
}

/// A record as a test compares it.
struct Seen: Equatable {
    var sequence: UInt64
    var stream: Logs.Stream
    var text: String
}

func seen(_ record: Record) -> Seen {
    Seen(
        sequence: record.stamp.sequence, stream: record.stream,
        text: String(decoding: record.text.indices.map { record.text[$0] }, as: UTF8.self))
}

func read(
    _ folder: String, _ query: HistoryQuery = HistoryQuery(), count: Int = .max
) throws(SystemError) -> [Seen] {
    var records: [Seen] = []
    try HistoryReader(folder: folder).read(query) { record in
        records.append(seen(record))
        return records.count < count
    }
    return records
}

/// What one `up` after another would write.
struct Scribe: ~Copyable {
    var writer: HistoryWriter
    var clock: StampClock
    var written: [Seen] = []
    /// Each record comes a millisecond after the one before.
    var time: UInt64 = 1_795_165_738_000_000_000

    init(_ folder: String, limit: UInt64 = 1 << 20) throws(SystemError) {
        writer = try HistoryWriter(folder: folder, limit: limit)
        clock = StampClock(after: writer.last)
        time = max(time, writer.last.time.nanoseconds)
    }

    mutating func say(_ text: String, _ stream: Logs.Stream = .out, by name: String = "web.1") {
        time += 1_000_000
        clock.tick(WallTime(nanoseconds: time))
        let record = Record(
            stamp: clock.next(), name: name.utf8.span, stream: stream, text: text.utf8.span)
        written.append(seen(record))
        writer.append(record)
    }

    mutating func flush(at seconds: UInt64 = 0) -> HistoryOutcome {
        writer.flush(now: Instant(nanoseconds: seconds * 1_000_000_000))
    }

    var last: WallTime { WallTime(nanoseconds: time) }
}
