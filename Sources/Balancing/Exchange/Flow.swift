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
    /// Whether the last read brought so much that a big buffer is worth it.
    private var isBulk = false
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

    /// Reads once what the sender says, and whether it may have said all of it; where that is
    /// nothing, nothing is held.
    mutating func read(
        from transport: borrowing Transport, into buffers: inout Buffers
    ) -> (outcome: Transport.Outcome, isShort: Bool) {
        queue = buffers.lend(big: isBulk)
        let room = queue.room
        let outcome = transport.receive(into: &queue)
        guard case .bytes(let count) = outcome else {
            giveBack(to: &buffers)
            return (outcome, false)
        }
        isBulk = count >= Limits.bulkRead
        return (outcome, count < room)
    }

    /// Lets go of its buffer.
    mutating func giveBack(to buffers: inout Buffers) { buffers.giveBack(queue.take()) }

    /// After something was passed on: an empty buffer serves others, and what is left in a big one
    /// waits in a small one where it fits, for a thread has few of the big ones.
    mutating func tidy(in buffers: inout Buffers) {
        if queue.isEmpty {
            giveBack(to: &buffers)
        } else if queue.capacity == Limits.bodyBuffer && queue.count <= Limits.bulkRead {
            var other = buffers.lend()
            other.append(queue.bytes)
            swap(&queue, &other)
            buffers.giveBack(other)
        }
    }

    mutating func didPass(_ count: Int) {
        passed &+= UInt64(count)
        queue.consume(count)
    }

    /// Whether all that was read has been passed on.
    var isEmpty: Bool { queue.isEmpty }

    /// Whether the sender is to be listened to: there is room, and it has more to say.
    var wantsMore: Bool { end == .open && isEmpty && !isBroken }
}
