import Basics

/// Where the figures of a balanced child stand in the scoreboard, for a process that reads them
/// there.
public struct BoardRow: Equatable, Sendable {
    public var name: String
    public var slot: BackendSlot
    /// Of its present process; what is in flight is counted for that one.
    public var generation: UInt64
    /// What had been counted in that place before it was this child's, as Scoreboard's
    /// `BackendTotals.words`.
    public var earlier: [UInt64]

    public init(name: String, slot: BackendSlot, generation: UInt64, earlier: [UInt64]) {
        self.name = name
        self.slot = slot
        self.generation = generation
        self.earlier = earlier
    }
}

extension BoardRow: Spelled {
    public func spell(into frame: inout FrameWriter) {
        frame.put(name)
        frame.put(slot.number)
        frame.put(generation)
        frame.put(UInt32(earlier.count))
        for word in earlier { frame.put(word) }
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        name = try frame.text()
        slot = BackendSlot(try frame.number())
        generation = try frame.number()
        let count: UInt32 = try frame.number(in: RequestBounds.boardWords, "a count of figures")
        earlier = []
        for _ in 0..<count { earlier.append(try frame.number()) }
    }
}
