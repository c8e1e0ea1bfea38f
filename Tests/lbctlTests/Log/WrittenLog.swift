import Basics
import History
import Kernel
import Logs
import TestSupport

@testable import lbctl

/// A history in a folder of a test's own, with the records that the test names.
final class WrittenLog {
    /// A record: its stream, its process and what it wrote.
    struct Line {
        var stream: Logs.Stream
        var name: String
        var text: String

        init(_ stream: Logs.Stream, _ name: String, _ text: String) {
            self.stream = stream
            self.name = name
            self.text = text
        }
    }

    private let place: TemporaryFolder
    /// When the first record was made; the others follow by a millisecond each.
    static let start = WallTime(nanoseconds: 1_795_165_738_000_000_000)

    init(_ lines: [Line]) throws {
        place = try TemporaryFolder()
        if lines.isEmpty { return }
        var writer = try HistoryWriter(folder: place.path, limit: 1 << 20)
        var clock = StampClock()
        for (index, line) in lines.enumerated() {
            clock.tick(WallTime(nanoseconds: Self.start.nanoseconds + UInt64(index) * 1_000_000))
            writer.append(
                Record(
                    stamp: clock.next(), name: line.name.utf8.span, stream: line.stream,
                    text: line.text.utf8.span))
        }
        guard case .sound = writer.flush(now: Instant(nanoseconds: 0)) else {
            throw Failure("the history can't be written")
        }
    }

    /// As `logs` reads it, of a service `x`.
    var past: PastLog { PastLog(of: "x", in: ByteString(place.path)) }
}
