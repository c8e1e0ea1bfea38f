import Basics

/// What fills the batches of a worker: one batch is open, and one that is full waits to be written
/// while the next one is filled already.
///
/// Its owner does the writing: `outgoing` is what is to be written, in one piece, and `written`
/// says that it was, or never will be.
public struct BatchWriter: ~Copyable, Sendable {
    private let batches: LineBatches
    /// Whether each batch is led by a mark, for a reader that knows what that is.
    private let isMarked: Bool
    /// The number of the open batch, and how far it is filled.
    private var number: UInt32 = 1
    private var certain = 0
    private var total = 0
    /// How far the one before it is, while it waits to be written; 0 when none does.
    private var sealed = 0

    /// Whatever an earlier writer has left is gone then.
    public init(_ batches: LineBatches, isMarked: Bool) {
        self.batches = batches
        self.isMarked = isMarked
        batches.clear(0)
        batches.clear(1)
    }

    /// Whether there are lines that have not been written.
    public var isEmpty: Bool { total == 0 && sealed == 0 }
    /// Whether a full batch waits to be written.
    public var isSealed: Bool { sealed > 0 }
    /// The longest line that a batch has room for, in bytes and with its end.
    public static let longestLine = LineBatches.capacity - BatchMark.length

    /// Adds a line, given with its end. One that is not sure yet is settled before the next one.
    /// False where the open batch had no room for it: that is sealed, and to be written before
    /// another line is added.
    @discardableResult
    public mutating func add(_ line: Span<UInt8>, isSure: Bool) -> Bool {
        invariant(certain == total, "a line was added behind one that is not sure")
        let fits = total &+ line.count <= LineBatches.capacity
        if !fits { seal() }
        if total == 0 && isMarked { mark() }
        batches.put(line, at: total, of: number)
        total &+= line.count
        if isSure { certain = total }
        publish()
        return fits
    }

    /// What the last line tells of has happened.
    public mutating func confirm() {
        certain = total
        publish()
    }

    /// It has not, and the line goes.
    public mutating func retract() {
        total = certain > (isMarked ? BatchMark.length : 0) ? certain : 0
        certain = total
        publish()
    }

    /// What is to be written next, in one piece.
    public var outgoing: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            sealed > 0
                ? batches.first(sealed, of: BatchMark.number(before: number))
                : batches.first(certain, of: number)
        }
    }

    /// It was written, or is given up.
    public mutating func written() {
        if sealed > 0 {
            batches.clear(BatchMark.number(before: number))
            sealed = 0
            return
        }
        invariant(certain == total, "a line was written that is not sure")
        batches.clear(number)
        begin(BatchMark.number(after: number))
    }

    @inline(never)
    private mutating func seal() {
        invariant(sealed == 0, "a batch became full before an earlier one was written")
        sealed = total
        begin(BatchMark.number(after: number))
    }

    private mutating func begin(_ next: UInt32) {
        number = next
        certain = 0
        total = 0
    }

    @inline(never)
    private mutating func mark() {
        let mark = BatchMark(worker: batches.worker, number: number).bytes
        batches.put(mark.span, at: 0, of: number)
        total = BatchMark.length
        certain = total
    }

    @inline(__always)
    private func publish() {
        batches.publish(.init(number: number, certain: certain, total: total))
    }
}
