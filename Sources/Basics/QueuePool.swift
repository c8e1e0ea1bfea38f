/// Byte queues of one size that are lent and given back, the last one first because it is still
/// in the cache.
@safe
public struct QueuePool: ~Copyable {
    @usableFromInline let spare: UnsafeMutablePointer<ByteQueue>
    @usableFromInline var count = 0
    /// The size of each queue in bytes, and the room left in front of it.
    public let queueCapacity: Int
    public let headroom: Int
    /// How many unused queues are kept; more are freed.
    public let keep: Int
    /// How many queues are lent at present.
    public private(set) var lent = 0

    /// A pool without queues yet: each is made when it is first lent. Sizes are in bytes.
    public init(queueCapacity: Int, headroom: Int, keep: Int) {
        self.queueCapacity = queueCapacity
        self.headroom = headroom
        self.keep = keep
        unsafe spare = .allocate(capacity: keep)
    }

    deinit {
        unsafe spare.deinitialize(count: count)
        unsafe spare.deallocate()
    }

    /// An empty queue.
    public mutating func lend() -> ByteQueue {
        lent += 1
        if count == 0 { return ByteQueue(capacity: queueCapacity, headroom: headroom) }
        count -= 1
        return unsafe (spare + count).move()
    }

    /// Takes a queue back; one that grew, or that is one too many, is freed.
    public mutating func giveBack(_ queue: consuming ByteQueue) {
        lent -= 1
        if count == keep || queue.capacity != queueCapacity { return }
        queue.removeAll(headroom: headroom)
        unsafe (spare + count).initialize(to: queue)
        count += 1
    }
}
