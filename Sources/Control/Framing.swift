import Basics

/// How frames follow each other on a stream: four bytes of length (little-endian), then the frame.
public enum Framing {
    /// The longest frame that is read; a peer that announces more is not one of ours.
    public static let longest = 1 << 20

    /// Appends a frame that says `word`.
    public static func append(_ word: some Spelled, to queue: inout ByteQueue) {
        var frame = FrameWriter()
        word.spell(into: &frame)
        let count = UInt32(frame.bytes.count)
        for shift in [0, 8, 16, 24] as [UInt32] {
            queue.append(UInt8(truncatingIfNeeded: count >> shift))
        }
        queue.append(frame.bytes.span)
    }

    /// Takes the first whole frame; nothing when it has not all come yet.
    public static func take<Word: Spelled>(
        _ type: Word.Type = Word.self, from queue: inout ByteQueue
    ) throws(Misspelling) -> Word? {
        guard queue.count >= 4 else { return nil }
        let count = length(queue.bytes)
        if count > longest { throw Misspelling("a frame of \(count) bytes was announced") }
        guard queue.count >= 4 + count else { return nil }
        var frame = FrameReader(copy(queue.bytes, 4..<(4 + count)))
        queue.consume(4 + count)
        let word = try Word(from: &frame)
        if !frame.isAtEnd { throw Misspelling("a frame is longer than what it says") }
        return word
    }

    /// Whether `take` would find something: a whole frame, or what is none.
    public static func hasWhole(in queue: borrowing ByteQueue) -> Bool {
        guard queue.count >= 4 else { return false }
        let count = length(queue.bytes)
        return count > longest || queue.count >= 4 + count
    }

    private static func copy(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
        var copy: [UInt8] = []
        copy.reserveCapacity(range.count)
        for index in range { copy.append(bytes[index]) }
        return copy
    }

    private static func length(_ bytes: Span<UInt8>) -> Int {
        Int(bytes[0]) | Int(bytes[1]) << 8 | Int(bytes[2]) << 16 | Int(bytes[3]) << 24
    }
}
