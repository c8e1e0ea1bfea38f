import Basics

/// What a balanced child has counted, for a process that reads the scoreboard.
public struct BoardRow: Equatable, Sendable {
    /// Where in the scoreboard it is counted.
    public struct Place: Equatable, Sendable {
        public var slot: BackendSlot
        /// Of its present process; what is in flight is counted for that one.
        public var generation: UInt64

        public init(slot: BackendSlot, generation: UInt64) {
            self.slot = slot
            self.generation = generation
        }
    }

    public var name: String
    /// Nil for one that is gone.
    public var place: Place?
    /// As Scoreboard's `BackendTotals.words`: what had been counted in that place before it was
    /// this child's; of one that is gone, all that it had counted.
    public var words: [UInt64]

    public init(name: String, place: Place?, words: [UInt64]) {
        self.name = name
        self.place = place
        self.words = words
    }
}

extension BoardRow: Spelled {
    public func spell(into frame: inout FrameWriter) {
        frame.put(name)
        frame.put(place != nil)
        if let place {
            frame.put(place.slot.number)
            frame.put(place.generation)
        }
        frame.put(UInt32(words.count))
        for word in words { frame.put(word) }
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        name = try frame.text()
        place =
            try frame.flag()
            ? Place(slot: BackendSlot(try frame.number()), generation: try frame.number()) : nil
        let count: UInt32 = try frame.number(in: RequestBounds.boardWords, "a count of figures")
        words = []
        for _ in 0..<count { words.append(try frame.number()) }
    }
}
