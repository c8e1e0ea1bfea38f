import Basics

/// The spelling of a record as one line of the history, and the strict reading of it.
///
///     2026-11-20T09:08:58.123456Z 000123 backend.2#4 out| text
///     ---- time, UTC ------------ number name  #gen  stream| text
///
/// `out+|` is a line that goes on in a later record, `+out|` one that began in an earlier one,
/// `+out+|` both. The generation is left out where there is none. The text is as the child wrote
/// it, byte for byte; only a line feed, which no splitter lets through, becomes a space.
public enum RecordLine {
    /// Appends what is the same for many records that follow each other: name, stream, part.
    static func appendSource(of record: borrowing Record, to queue: inout ByteQueue) {
        queue.append(record.name)
        if record.generation != 0 {
            queue.append(0x23)
            queue.append(decimal: UInt64(record.generation))
        }
        queue.append(record.part.isContinued ? " +" : " ")
        queue.append(record.stream.word)
        queue.append(record.part.isPartial ? "+| " : "| ")
    }

    static func append(text: Span<UInt8>, to queue: inout ByteQueue) {
        var start = 0
        while let end = text.first(Ascii.lineFeed, from: start) {
            queue.append(text.extracting(start..<end))
            queue.append(Ascii.space)
            start = end + 1
        }
        queue.append(text.extracting(start..<text.count))
    }

    /// A number in at least six digits, so that lines stand below each other.
    static func append(number: UInt64, to queue: inout ByteQueue) {
        var digits: [20 of UInt8] = .init(repeating: Ascii.zero)
        var first = 20
        var rest = number
        repeat {
            first -= 1
            digits[first] = Ascii.zero + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest != 0
        queue.append(digits.span.extracting(min(first, 14)..<20))
    }

    /// The record that a line without its line feed spells; `nil` when it is none.
    @_lifetime(copy line)
    public static func parse(_ line: Span<UInt8>) -> Record? {
        guard let time = TimestampReader.parse(exact: line), let layout = layout(line, time) else {
            return nil
        }
        return layout.record(in: line)
    }

    /// Where the parts of a record stand in its line.
    public struct Layout: Sendable {
        public let stamp: Stamp
        fileprivate let name: Range<Int>
        fileprivate let generation: UInt32
        public let stream: Stream
        fileprivate let part: Part
        let text: Int

        /// This layout for a line that differs in the number and the text alone.
        func moved(to name: Int, textAt text: Int, _ stamp: Stamp) -> Layout {
            Layout(
                stamp: stamp, name: name..<name + self.name.count, generation: generation,
                stream: stream, part: part, text: text)
        }

        /// The record; `line` must be the one that was laid out.
        @_lifetime(copy line)
        public func record(in line: Span<UInt8>) -> Record {
            Record(
                stamp: stamp, name: line.extracting(name), generation: generation, stream: stream,
                part: part, text: line.extracting(text..<line.count))
        }
    }

    /// How a line is laid out whose time is known; `nil` when it is no record's.
    static func layout(_ line: Span<UInt8>, _ time: WallTime) -> Layout? {
        guard line.count > 28, line[27] == Ascii.space else { return nil }
        guard let numberEnd = line.first(Ascii.space, from: 28) else { return nil }
        guard let sequence = sequence(line, 28..<numberEnd) else { return nil }
        guard let nameEnd = line.first(Ascii.space, from: numberEnd + 1) else { return nil }
        guard let word = streamWord(line, from: nameEnd + 1) else { return nil }
        var name = numberEnd + 1..<nameEnd
        var generation: UInt64 = 0
        if let mark = line.extracting(0..<nameEnd).first(0x23, from: name.lowerBound) {
            guard let value = number(line, mark + 1..<nameEnd), line[mark + 1] != Ascii.zero,
                value <= UInt32.max
            else { return nil }
            generation = value
            name = name.lowerBound..<mark
        }
        guard !name.isEmpty, name.count <= LogLimits.name else { return nil }
        return Layout(
            stamp: Stamp(sequence: sequence, time: time), name: name,
            generation: UInt32(generation), stream: word.stream, part: word.part, text: word.end)
    }

    /// A record's number: six digits, or more that do not begin with a zero.
    static func sequence(_ line: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
        if range.count < 6 || range.count > 6 && line[range.lowerBound] == Ascii.zero { return nil }
        return number(line, range)
    }

    /// The stream and part that are named at `start`, and where the text begins behind them.
    private static func streamWord(
        _ line: Span<UInt8>, from start: Int
    ) -> (stream: Stream, part: Part, end: Int)? {
        var index = start
        let isContinued = index < line.count && line[index] == 0x2B
        if isContinued { index += 1 }
        guard let stream = stream(line, at: index) else { return nil }
        index += stream.word.utf8CodeUnitCount
        let isPartial = index < line.count && line[index] == 0x2B
        if isPartial { index += 1 }
        guard index + 1 < line.count, line[index] == 0x7C, line[index + 1] == Ascii.space else {
            return nil
        }
        return (stream, Part(continued: isContinued, partial: isPartial), index + 2)
    }

    private static func stream(_ line: Span<UInt8>, at index: Int) -> Stream? {
        guard index < line.count else { return nil }
        // No two of the words begin alike but `err` and `event`.
        let candidate: Stream
        switch line[index] {
        case 0x6F: candidate = .out
        case 0x61: candidate = .access
        case 0x63: candidate = .event
        case 0x73: candidate = .run
        case 0x72: candidate = .runSentence
        case 0x65:
            guard index + 1 < line.count else { return nil }
            candidate = line[index + 1] == 0x72 ? .err : .sentence
        default: return nil
        }
        let word = candidate.word
        guard index + word.utf8CodeUnitCount <= line.count else { return nil }
        let range = index..<index + word.utf8CodeUnitCount
        return line.spells(word, in: range) ? candidate : nil
    }

    private static func number(_ line: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
        guard !range.isEmpty, range.count <= 20 else { return nil }
        var value: UInt64 = 0
        for index in range {
            guard line[index] >= Ascii.zero, line[index] <= Ascii.nine else { return nil }
            // Nineteen digits always fit.
            if range.count < 20 {
                value = value &* 10 &+ UInt64(line[index] &- Ascii.zero)
                continue
            }
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(UInt64(line[index] - Ascii.zero))
            if overflow || carry { return nil }
            value = sum
        }
        return value
    }
}
