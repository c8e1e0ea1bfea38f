import Basics
import Synchronization

/// The access lines of one worker that are not known to be in the pipe: two batches in the memory
/// that outlives their writer.
///
/// Each batch has one word, and is what that says: its number, how many of its bytes are certain,
/// and how many there are with a last line that is not. 0 is no batch. Bytes are in place before
/// the word tells of them and are not touched while it does; so a writer may be killed between any
/// two instructions.
///
/// A batch goes to the pipe in one piece or not at all, led by a mark with its number, and its word
/// is cleared behind that. Whether one that is found was written, the last mark in the pipe tells.
@safe
public struct LineBatches: @unchecked Sendable {
    /// The most that a batch holds, in bytes.
    public static let capacity = Layout.Batch.bytes

    /// The number of the worker that writes the lines.
    let worker: Int
    private let words: UnsafeMutablePointer<Atomic<UInt64>>
    private let memory: UnsafeMutableRawPointer

    init(
        worker: Int, words: UnsafeMutablePointer<Atomic<UInt64>>, memory: UnsafeMutableRawPointer
    ) {
        self.worker = worker
        unsafe self.words = words
        unsafe self.memory = memory
    }

    /// What the word of a batch says.
    struct Content {
        let number: UInt32
        let certain: Int
        let total: Int

        init(number: UInt32, certain: Int, total: Int) {
            self.number = number
            self.certain = certain
            self.total = total
        }

        init(word: UInt64) {
            number = UInt32(truncatingIfNeeded: word >> 32)
            certain = Int(word & 0xFFFF)
            total = Int(word >> 16 & 0xFFFF)
        }

        var word: UInt64 {
            UInt64(number) << 32 | UInt64(truncatingIfNeeded: total << 16 | certain)
        }

        /// What a program that went astray may have left there is not looked at.
        var isSound: Bool { certain <= total && total <= LineBatches.capacity }
    }

    @inline(__always)
    func publish(_ content: Content) { store(content.word, batch: content.number) }

    @inline(__always)
    func clear(_ number: UInt32) { store(0, batch: number) }

    @inline(__always)
    private func store(_ word: UInt64, batch: UInt32) {
        unsafe words[Int(batch & 1)].store(word, ordering: .releasing)
        // What comes next must not be moved before it: it may overwrite what the old word told of.
        atomicMemoryFence(ordering: .acquiringAndReleasing)
    }

    /// Puts bytes into a batch, of which its word does not tell yet.
    @inline(__always)
    func put(_ bytes: Span<UInt8>, at offset: Int, of number: UInt32) {
        invariant(offset + bytes.count <= Self.capacity, "a batch was filled beyond its end")
        let place = offset + Int(number & 1) * Self.capacity
        unsafe bytes.withUnsafeBytes { source in
            if let from = source.baseAddress {
                unsafe (memory + place).copyMemory(from: from, byteCount: source.count)
            }
        }
    }

    /// The first bytes of a batch.
    @_lifetime(borrow self)
    func first(_ count: Int, of number: UInt32) -> Span<UInt8> {
        invariant(count >= 0 && count <= Self.capacity, "a batch was read beyond its end")
        let start = unsafe memory + Int(number & 1) * Self.capacity
        let bytes = unsafe UnsafeBufferPointer(
            start: start.assumingMemoryBound(to: UInt8.self), count: count)
        let span = unsafe Span(_unsafeElements: bytes)
        return unsafe _overrideLifetime(span, borrowing: self)
    }

    // MARK: What a writer that is gone has left

    /// Hands out the lines that are not in the pipe, in their order and without their ends.
    /// `isSure` is false for one that tells of something that may not have happened any more.
    /// `received` is the number of the last batch that came out of the pipe, which must have been
    /// read to its end.
    public func forEachLeft(
        after received: UInt32?, _ body: (_ line: Span<UInt8>, _ isSure: Bool) -> Void
    ) {
        var left = (0..<Layout.Batch.perWorker).map { place in
            Content(word: unsafe words[place].load(ordering: .acquiring))
        }
        // Numbers begin again after the greatest, so the later one is not always the greater.
        if left[0].number == BatchMark.number(after: left[1].number) { left.swapAt(0, 1) }
        for batch in left where batch.isSound && batch.total > 0 && batch.number != received {
            handOut(batch, body)
        }
    }

    private func handOut(
        _ batch: Content, _ body: (_ line: Span<UInt8>, _ isSure: Bool) -> Void
    ) {
        let bytes = first(batch.total, of: batch.number)
        var start = 0
        while start < bytes.count, let end = bytes.first(Ascii.lineFeed, from: start) {
            let line = bytes.extracting(start..<end)
            if BatchMark(line) == nil { body(line, end < batch.certain) }
            start = end + 1
        }
    }
}
