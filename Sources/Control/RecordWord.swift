import Basics

/// One line of the log stream on its way to a follower.
public struct RecordWord: Equatable, Sendable {
    public var sequence: UInt64
    public var time: WallTime
    public var name: String
    /// Which process of the name it was, counted from 1; 0 where there is none.
    public var generation: UInt32
    /// Logs' `Stream` as a number.
    public var stream: UInt8
    /// Logs' `Part` as a number.
    public var part: UInt8
    public var text: [UInt8]

    public init(
        sequence: UInt64, time: WallTime, name: String, generation: UInt32, stream: UInt8,
        part: UInt8, text: [UInt8]
    ) {
        self.sequence = sequence
        self.time = time
        self.name = name
        self.generation = generation
        self.stream = stream
        self.part = part
        self.text = text
    }
}

extension RecordWord: Spelled {
    public func spell(into frame: inout FrameWriter) {
        frame.put(sequence)
        frame.put(time.nanoseconds)
        frame.put(name)
        frame.put(generation)
        frame.put(stream)
        frame.put(part)
        frame.put(text.span)
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        sequence = try frame.number()
        time = WallTime(nanoseconds: try frame.number())
        name = try frame.text()
        generation = try frame.number()
        stream = try frame.byte()
        part = try frame.byte()
        text = try frame.data()
    }
}
