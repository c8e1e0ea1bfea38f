import Basics

/// The last few lines that a process said, for the answer to why it is not ready.
///
/// A process may say a million: so they are only copied, and cut to length now and then.
struct LastLines: ~Copyable {
    /// How many are kept.
    static let count = 5
    /// How much of each is kept, in bytes.
    static let length = 512
    private static let enough = 16 << 10

    private var queue = ByteQueue()

    init() {}

    mutating func remember(_ line: Span<UInt8>) {
        if queue.count >= Self.enough { trim() }
        queue.append(line.extracting(first: Self.length))
        queue.append(Ascii.lineFeed)
    }

    mutating func removeAll() { queue = ByteQueue() }

    /// The lines, the oldest first.
    mutating func texts() -> [String] {
        trim()
        var texts: [String] = []
        var start = 0
        while let end = queue.bytes.first(Ascii.lineFeed, from: start) {
            texts.append(Utf8.string(queue.bytes.extracting(start..<end)))
            start = end + 1
        }
        return texts
    }

    /// Lets all but the last lines go.
    private mutating func trim() {
        var start = queue.count
        for _ in 0...Self.count where start > 0 {
            start = queue.bytes.last(Ascii.lineFeed, before: start) ?? 0
        }
        if start > 0 { queue.consume(start + 1) }
    }
}
