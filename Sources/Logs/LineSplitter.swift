import Basics

/// What cuts the bytes of one pipe into lines.
///
/// A line that lies whole in a chunk is handed on where it lies; only what a chunk leaves
/// unfinished is kept. `\r\n` ends a line like `\n`. How the bytes were cut into chunks makes no
/// difference to what comes out.
public struct LineSplitter: ~Copyable {
    /// The longest text that is handed out in one piece, in bytes.
    public let limit: Int
    private var tail: ByteQueue
    // Whether the tail belongs to a line of which a part is already out.
    private var isContinuing = false

    /// A splitter that cuts lines longer than `limit` bytes.
    public init(limit: Int = LogLimits.text) {
        invariant(limit >= 4, "a record must be able to hold a character")
        self.limit = limit
        tail = ByteQueue(capacity: 256)
    }

    /// How many bytes wait for the rest of their line; at most `limit` and one.
    public var pending: Int { tail.count }

    /// Whether what waits is written over and over, as a progress line is.
    public var isOverwriting: Bool {
        tail.bytes.first(Ascii.carriageReturn).map { $0 < tail.count - 1 } ?? false
    }

    /// Takes a chunk and hands out each line that it ends, without its line end.
    public mutating func feed(_ chunk: Span<UInt8>, _ body: (Span<UInt8>, Part) -> Void) {
        var start = 0
        if !tail.isEmpty || isContinuing {
            start = finishTail(with: chunk, body)
        }
        while let end = chunk.first(Ascii.lineFeed, from: start) {
            emit(line: chunk.extracting(start..<end), body)
            start = end + 1
        }
        keep(chunk.extracting(start..<chunk.count), body)
    }

    /// Hands out what has no line end yet, marked as partial: the end of the stream has come.
    public mutating func finish(_ body: (Span<UInt8>, Part) -> Void) {
        if !tail.isEmpty {
            cutTail(isEnded: true, body)
            body(tail.bytes, Part(continued: isContinuing, partial: true))
        }
        tail.removeAll()
        isContinuing = false
    }

    /// Hands out what has no line end yet, marked as partial: nothing came for a moment, and it may
    /// be a prompt that a person waits for. The rest of the line will continue it. A `\r` at the
    /// end stays, since the `\n` that it belongs to may follow.
    public mutating func showPartial(_ body: (Span<UInt8>, Part) -> Void) {
        let held = tail.bytes.endsWithReturn ? 1 : 0
        let count = tail.count - held
        if count == 0 { return }
        body(tail.bytes.extracting(first: count), Part(continued: isContinuing, partial: true))
        tail.consume(count)
        isContinuing = true
    }

    /// Ends the line that is kept, if the chunk holds its end. Returns where the chunk goes on.
    private mutating func finishTail(
        with chunk: Span<UInt8>, _ body: (Span<UInt8>, Part) -> Void
    ) -> Int {
        guard let end = chunk.first(Ascii.lineFeed) else { return 0 }
        var start = 0
        // Piece by piece, so that the tail stays small however long the chunk is.
        while start < end {
            let count = min(end - start, limit + 1)
            tail.append(chunk.extracting(start..<start + count))
            start += count
            cutTail(body)
        }
        let count = tail.count - (tail.bytes.endsWithReturn ? 1 : 0)
        body(tail.bytes.extracting(first: count), Part(continued: isContinuing, partial: false))
        tail.removeAll()
        isContinuing = false
        return end + 1
    }

    /// Hands out a line that lies whole in a chunk.
    private func emit(line: Span<UInt8>, _ body: (Span<UInt8>, Part) -> Void) {
        let end = line.count - (line.endsWithReturn ? 1 : 0)
        if end <= limit {
            body(line.extracting(first: end), .whole)
            return
        }
        var start = 0
        while end - start > limit {
            let cut = start + line.extracting(start..<end).cut(at: limit)
            body(line.extracting(start..<cut), Part(continued: start > 0, partial: true))
            start = cut
        }
        body(line.extracting(start..<end), .last)
    }

    /// Keeps the beginning of a line whose end is still to come.
    private mutating func keep(_ rest: Span<UInt8>, _ body: (Span<UInt8>, Part) -> Void) {
        var start = 0
        while start < rest.count {
            let count = min(rest.count - start, limit + 1)
            tail.append(rest.extracting(start..<start + count))
            start += count
            cutTail(body)
        }
    }

    /// Hands out full pieces of the tail, as long as it is sure that more of the line follows: a
    /// `\r` alone behind a full piece may be half of a line end.
    private mutating func cutTail(
        isEnded: Bool = false, _ body: (Span<UInt8>, Part) -> Void
    ) {
        while tail.count > limit {
            if tail.count == limit + 1 && tail.bytes.endsWithReturn && !isEnded { return }
            let cut = tail.bytes.cut(at: limit)
            body(tail.bytes.extracting(first: cut), Part(continued: isContinuing, partial: true))
            tail.consume(cut)
            isContinuing = true
        }
    }
}

extension Span where Element == UInt8 {
    var endsWithReturn: Bool { count > 0 && self[count - 1] == Ascii.carriageReturn }

    /// Where to cut so that at most `limit` bytes come first and no UTF-8 sequence is torn; there
    /// must be more than `limit`.
    func cut(at limit: Int) -> Int {
        var cut = limit
        while cut > limit - 3 && self[cut] & 0xC0 == 0x80 { cut -= 1 }
        // Four trailing octets in a row are no UTF-8: nothing is torn that was whole.
        return self[cut] & 0xC0 == 0x80 ? limit : cut
    }
}
