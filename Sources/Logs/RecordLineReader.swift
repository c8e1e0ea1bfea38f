import Basics

/// What reads many record lines, one after the other: those of one turn have one time, and most
/// follow one of the same source, which are then read once.
public struct RecordLineReader: ~Copyable {
    private var timeText = ByteQueue(capacity: 32)
    private var time = WallTime(nanoseconds: 0)
    /// What stood between the last number and the last text, and the layout of that line.
    private var source = ByteQueue(capacity: LogLimits.name + 32)
    private var last: RecordLine.Layout?

    public init() {}

    /// How a line without its line feed is laid out; `nil` when it is no record's.
    public mutating func layout(_ line: Span<UInt8>) -> RecordLine.Layout? {
        let width = TimestampWriter.width
        guard line.count > width + 1 else { return nil }
        let first = line.extracting(0..<width)
        if !first.equals(timeText.bytes) {
            guard let time = TimestampReader.parse(exact: first) else { return nil }
            self.time = time
            timeText.removeAll()
            timeText.append(first)
        }
        guard line[width] == Ascii.space,
            let numberEnd = line.first(Ascii.space, from: width + 1)
        else { return nil }
        let sourceEnd = numberEnd + 1 + source.count
        if let last, sourceEnd <= line.count,
            line.extracting(numberEnd + 1..<sourceEnd).equals(source.bytes),
            let sequence = RecordLine.sequence(line, width + 1..<numberEnd)
        {
            let stamp = Stamp(sequence: sequence, time: time)
            return last.moved(to: numberEnd + 1, textAt: sourceEnd, stamp)
        }
        guard let layout = RecordLine.layout(line, time) else { return nil }
        last = layout
        source.removeAll()
        source.append(line.extracting(numberEnd + 1..<layout.text))
        return layout
    }
}
