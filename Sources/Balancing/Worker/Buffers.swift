import Basics

/// What a worker reads into: small buffers for messages, and a few big ones for what comes in great
/// pieces, lent and given back.
struct Buffers: ~Copyable {
    private var small = QueuePool(
        queueCapacity: Limits.messageBuffer, headroom: Limits.headroom,
        keep: Limits.spareMessageBuffers)
    private var big = QueuePool(
        queueCapacity: Limits.bodyBuffer, headroom: 0, keep: Limits.spareBodyBuffers)

    /// What is read and forgotten goes here.
    var scratch = ByteQueue(capacity: Limits.messageBuffer)
    /// Responses under way with heads that are larger than most.
    var largeHeads = 0

    /// How many big ones are lent at present.
    var bigLent: Int { big.lent }

    /// An empty buffer, a big one where that is wanted and there is one left.
    @inline(__always)
    mutating func lend(big isWanted: Bool = false) -> ByteQueue {
        isWanted && big.lent < Limits.bodyBuffersLent ? big.lend() : small.lend()
    }

    /// Takes a buffer back; one without memory is none.
    mutating func giveBack(_ queue: consuming ByteQueue) {
        if queue.capacity == 0 { return }
        if queue.capacity == Limits.bodyBuffer {
            big.giveBack(queue)
        } else {
            small.giveBack(queue)
        }
    }
}
