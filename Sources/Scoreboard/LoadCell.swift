import Synchronization

/// What choosing by load, and keeping connections, need to know of one process of a backend: words
/// that the algorithms read and write as they like, for this room knows no policy.
///
/// All balancers write to it with plain stores. Of two that write at the same moment one is lost,
/// which such figures bear; a later process of the backend begins with zeros.
@safe
public struct LoadCell: @unchecked Sendable {
    let words: UnsafeMutablePointer<Atomic<UInt64>>

    /// The two words about its response times.
    public func latency(of generation: UInt64) -> (UInt64, UInt64) {
        if load(Layout.Backend.generation) != generation { return (0, 0) }
        return (load(Layout.Backend.latency), load(Layout.Backend.latency + 1))
    }

    /// How long responses take on the average, in nanoseconds; `nil` where that is not kept.
    ///
    /// The first of the two words says so, as the bits of a Double.
    public func average(of generation: UInt64) -> Double? {
        let words = latency(of: generation)
        return words.1 == 0 ? nil : Double(bitPattern: words.0)
    }

    /// Keeps the two words of `PeakEWMA` for this generation; what was kept of another one goes.
    public func setLatency(_ latency: (UInt64, UInt64), of generation: UInt64) {
        claim(generation)
        store(latency.0, at: Layout.Backend.latency)
        store(latency.1, at: Layout.Backend.latency + 1)
    }

    /// The word about its failures.
    public func penalty(of generation: UInt64) -> UInt64 {
        load(Layout.Backend.generation) == generation ? load(Layout.Backend.penalty) : 0
    }

    /// Keeps the word of `FailurePenalty` for this generation.
    public func setPenalty(_ penalty: UInt64, of generation: UInt64) {
        claim(generation)
        store(penalty, at: Layout.Backend.penalty)
    }

    /// The two words about a request that it has not read.
    public func unread(of generation: UInt64) -> (UInt64, UInt64) {
        if load(Layout.Backend.generation) != generation { return (0, 0) }
        return (load(Layout.Backend.unread), load(Layout.Backend.unread + 1))
    }

    /// Keeps the two words of `UnreadRequest` for this generation.
    public func setUnread(_ unread: (UInt64, UInt64), of generation: UInt64) {
        claim(generation)
        store(unread.0, at: Layout.Backend.unread)
        store(unread.1, at: Layout.Backend.unread + 1)
    }

    /// The word about its being occupied by connections.
    public func occupation(of generation: UInt64) -> UInt64 {
        load(Layout.Backend.generation) == generation ? load(Layout.Backend.occupation) : 0
    }

    /// Keeps the word of `Occupation` for this generation.
    public func setOccupation(_ occupation: UInt64, of generation: UInt64) {
        claim(generation)
        store(occupation, at: Layout.Backend.occupation)
    }

    /// Zeroes what an earlier process left.
    private func claim(_ generation: UInt64) {
        if load(Layout.Backend.generation) == generation { return }
        store(0, at: Layout.Backend.latency)
        store(0, at: Layout.Backend.latency + 1)
        store(0, at: Layout.Backend.penalty)
        store(0, at: Layout.Backend.unread)
        store(0, at: Layout.Backend.unread + 1)
        store(0, at: Layout.Backend.occupation)
        store(generation, at: Layout.Backend.generation)
    }

    private func load(_ index: Int) -> UInt64 {
        unsafe words[index].load(ordering: .relaxed)
    }

    private func store(_ value: UInt64, at index: Int) {
        unsafe words[index].store(value, ordering: .relaxed)
    }
}
