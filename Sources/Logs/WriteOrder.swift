import Basics

/// What puts what came out of a process's two pipes into the order in which it was written, as far
/// as the kernel tells it.
///
/// Known is in which turns the pipes were written to (`out`, `err`, `out` …), but not how much each
/// time. So a turn is taken to have brought a line; where a pipe holds more lines than it had turns
/// they are spread evenly, and where it holds fewer the later turns have them. What is written line
/// by line in turns is in exact order.
public struct WriteOrder: Sendable {
    /// The streams in the order of their turns: no two of the same follow each other.
    public private(set) var turns: [Stream] = []

    public init() {}

    /// Whether both pipes were written to.
    public var hasBoth: Bool { turns.count > 1 }

    /// The kernel told of a write.
    public mutating func note(_ stream: Stream) {
        if turns.last != stream { turns.append(stream) }
    }

    /// What has been told of so far has been put in order.
    public mutating func forget() { turns.removeAll(keepingCapacity: true) }

    /// Whether the kernel may be yet to tell of a write whose bytes are there already: it is where
    /// a pipe had no turn, and may be where both had something and one had more lines than turns.
    public func isShort(out: Span<UInt8>, err: Span<UInt8>) -> Bool {
        let known = (out: turns.count { $0 == .out }, err: turns.count { $0 == .err })
        if out.isEmpty || err.isEmpty {
            return (!out.isEmpty && known.out == 0) || (!err.isEmpty && known.err == 0)
        }
        return Self.lines(in: out) > known.out || Self.lines(in: err) > known.err
    }

    /// Takes the turns, from the first on, that bring each line of `out` and `err`; later ones are
    /// of what was written since.
    public mutating func take(out: Span<UInt8>, err: Span<UInt8>) -> WriteOrder {
        var missing = (out: Self.lines(in: out), err: Self.lines(in: err))
        var taken = WriteOrder()
        for turn in turns {
            if missing.out <= 0 && missing.err <= 0 { break }
            if turn == .out { missing.out -= 1 } else { missing.err -= 1 }
            taken.turns.append(turn)
        }
        turns.removeFirst(taken.turns.count)
        return taken
    }

    private static func lines(in bytes: Span<UInt8>) -> Int {
        var lines = 0
        var index = 0
        while let end = bytes.first(Ascii.lineFeed, from: index) {
            lines += 1
            index = end + 1
        }
        return lines
    }

    /// Hands out the bytes of `out` and `err` in pieces of whole lines, in the order of the turns.
    /// What no turn accounts for was written last.
    public func merge(
        out: Span<UInt8>, err: Span<UInt8>, _ body: (Stream, Span<UInt8>) -> Void
    ) {
        var first = Share(out, turns: turns.count { $0 == .out })
        var second = Share(err, turns: turns.count { $0 == .err })
        for turn in turns {
            let range = turn == .out ? first.next(in: out) : second.next(in: err)
            let bytes = turn == .out ? out : err
            if !range.isEmpty { body(turn, bytes.extracting(range)) }
        }
        let rests = turns.last == .out ? [Stream.err, .out] : [.out, .err]
        for stream in rests {
            let bytes = stream == .out ? out : err
            let start = stream == .out ? first.start : second.start
            if start < bytes.count { body(stream, bytes.extracting(start..<bytes.count)) }
        }
    }

    /// How far the bytes of one pipe have been handed out.
    private struct Share {
        private(set) var start = 0
        private let lines: Int
        private let turns: Int
        private var turn = 0

        init(_ bytes: Span<UInt8>, turns: Int) {
            self.turns = turns
            lines = WriteOrder.lines(in: bytes)
        }

        /// The lines of the next turn.
        mutating func next(in bytes: Span<UInt8>) -> Range<Int> {
            let begin = start
            let count = (turn + 1) * lines / turns - turn * lines / turns
            turn += 1
            for _ in 0..<count {
                guard let end = bytes.first(Ascii.lineFeed, from: start) else { break }
                start = end + 1
            }
            return begin..<start
        }
    }
}
