import Basics

/// One direction of a stream: bytes of which nothing is known, from the side that sends them to the
/// side that takes them.
///
/// It holds bytes only while its receiver takes no more: what can be passed on at once goes through
/// a buffer that the next stream uses too.
struct Flow: ~Copyable {
    enum End: Equatable {
        case open
        /// The sender has said that it sends no more; what it sent may still be here.
        case ended
        /// The receiver has been told so too.
        case told
    }

    /// What was read and has not been passed on.
    var queue = ByteQueue()
    var end = End.open
    /// A pipe with bytes that have not been passed on, behind those of the queue, and how many.
    private(set) var pipe: UInt32?
    private(set) var held = 0
    /// Whether the last read brought so much that a pipe is worth it.
    var isBulk = false
    /// Whether the receiver is gone, so that nothing can be passed on any more.
    var isBroken = false
    /// Bytes that the receiver has been sent.
    private(set) var passed: UInt64 = 0
    /// Of those, what we had put in front.
    private var ours: UInt64 = 0

    /// How many bytes of the sender's have been passed on.
    var count: UInt64 { passed > ours ? passed - ours : 0 }

    /// Whether nothing has been passed on, so that the receiver may be another.
    var isUntouched: Bool { passed == 0 }

    /// Begins with these bytes, the first of which are not the sender's own.
    mutating func begin(with bytes: consuming ByteQueue, ours count: Int) {
        queue = bytes
        ours = UInt64(count)
    }

    /// Nothing has been passed on, and there is another backend now.
    mutating func rewind() {
        invariant(isUntouched, "what was passed on can't be again")
        isBroken = false
        // A client that has ended has to be said to have ended once more; a backend begins anew.
        switch end {
        case .open, .ended: break
        case .told: end = .ended
        }
    }

    /// Passes on what can be, once. What was passed is still to be noted by `didPass`.
    @inline(__always)
    func send(over transport: borrowing Transport) -> Transport.Outcome {
        transport.send(queue.bytes)
    }

    /// Moves what waits into another buffer, and hands out the one it was in.
    mutating func exchange(for other: consuming ByteQueue) -> ByteQueue {
        var other = other
        other.append(queue.bytes)
        swap(&queue, &other)
        return other
    }

    /// So much has been read into a pipe.
    mutating func hold(_ count: Int, in pipe: UInt32) {
        self.pipe = pipe
        held = count
        isBulk = count >= Limits.bulkRead
    }

    /// Lets go of its pipe; nothing where it has none.
    mutating func takePipe() -> (number: UInt32, isEmpty: Bool)? {
        guard let number = pipe else { return nil }
        let isEmpty = held == 0
        pipe = nil
        held = 0
        return (number, isEmpty)
    }

    mutating func didPass(_ count: Int) {
        passed &+= UInt64(count)
        if pipe != nil {
            held -= count
        } else {
            queue.consume(count)
        }
    }

    /// Whether all that was read has been passed on.
    var isEmpty: Bool { queue.isEmpty && held == 0 }

    /// Whether the sender is to be listened to: there is room, and it has more to say.
    var wantsMore: Bool { end == .open && isEmpty && !isBroken }
}
