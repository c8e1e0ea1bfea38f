import Basics

/// One line, or part of one, of the log stream; it borrows the bytes that it speaks of.
public struct Record: ~Escapable {
    /// Its number and time.
    public let stamp: Stamp
    /// The child that said it, as `backend.2`.
    public let name: Span<UInt8>
    /// The generation of the child that said it, counted from one; zero where there is none.
    public let generation: UInt32
    public let stream: Stream
    public let part: Part
    /// What was said: any bytes but a line feed.
    public let text: Span<UInt8>

    @inlinable
    @_lifetime(copy name, copy text)
    public init(
        stamp: Stamp, name: Span<UInt8>, generation: UInt32 = 0, stream: Stream,
        part: Part = .whole, text: Span<UInt8>
    ) {
        self.stamp = stamp
        self.name = name
        self.generation = generation
        self.stream = stream
        self.part = part
        self.text = text
    }
}

extension Record {
    /// The event that it carries; `nil` where it carries text, or a spelling that was spoilt.
    @inlinable
    public var event: ServiceEvent? { stream.isEvent ? EventSpelling.parse(text) : nil }

    /// What is shown of the text: of an access line what stands before its first TAB. Behind that
    /// there is what `lbctl logs --request` tells of it.
    public var shown: Span<UInt8> {
        @_lifetime(copy self)
        get {
            guard stream == .access, let end = text.first(Ascii.tab) else { return text }
            return text.extracting(0..<end)
        }
    }

    /// The record of an access line without what is not shown; `nil` for any other.
    var withoutHidden: Record? {
        @_lifetime(copy self)
        get {
            guard stream == .access, let end = text.first(Ascii.tab) else { return nil }
            return Record(
                stamp: stamp, name: name, generation: generation, stream: stream, part: part,
                text: text.extracting(0..<end))
        }
    }

    /// A sentence in the place of this record.
    @_lifetime(copy self, copy sentence)
    func saying(_ sentence: Span<UInt8>) -> Record {
        Record(
            stamp: stamp, name: name, generation: generation,
            stream: stream.opensRun ? .runSentence : .sentence, text: sentence)
    }
}

/// The place of a record in the stream: its number, which has no gaps, and its time.
public struct Stamp: Equatable, Sendable {
    public var sequence: UInt64
    public var time: WallTime

    @inlinable
    public init(sequence: UInt64, time: WallTime) {
        self.sequence = sequence
        self.time = time
    }
}
