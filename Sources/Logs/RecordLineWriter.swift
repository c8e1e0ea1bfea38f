import Basics

/// What spells many records, one after the other: those of one turn have one time, and most follow
/// one of the same source, which is then spelt once.
public struct RecordLineWriter: ~Copyable {
    private var timestamps = TimestampWriter()
    /// How the last source was spelt, and what it was.
    private var source = ByteQueue(capacity: LogLimits.name + 32)
    private var nameLength = 0
    private var generation: UInt32 = 0
    private var stream = Stream.out
    private var part = Part.whole

    public init() {}

    /// Appends the line of a record and the line feed that ends it.
    public mutating func append(_ record: borrowing Record, to queue: inout ByteQueue) {
        if !isOfLastSource(record) { spellSource(of: record) }
        queue.reserve(record.text.count + source.count + 64)
        timestamps.append(record.stamp.time, to: &queue)
        queue.append(Ascii.space)
        RecordLine.append(number: record.stamp.sequence, to: &queue)
        queue.append(Ascii.space)
        queue.append(source.bytes)
        RecordLine.append(text: record.text, to: &queue)
        queue.append(Ascii.lineFeed)
    }

    private func isOfLastSource(_ record: borrowing Record) -> Bool {
        record.generation == generation && record.stream == stream && record.part == part
            && record.name.equals(source.bytes.extracting(first: nameLength))
            && !source.isEmpty
    }

    private mutating func spellSource(of record: borrowing Record) {
        source.removeAll()
        RecordLine.appendSource(of: record, to: &source)
        nameLength = record.name.count
        generation = record.generation
        stream = record.stream
        part = record.part
    }
}
