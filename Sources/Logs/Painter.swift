import Basics

/// What turns records into lines for a person, as `2026-11-20T09:08:58.123456Z backend.2 | text`.
///
/// Names are padded to the widest that is known. With colour on, each source has one colour that
/// stays the same from run to run, and the bar of a standard error line is red. Nothing that a
/// child wrote can move the cursor, clear the screen or set a title.
public struct Painter: Sendable {
    /// Whether colours are on: those of the names and those that children wrote.
    public let isColoured: Bool
    private let overwritten: Overwritten
    private var widest: Int
    private var timestamps = TimestampWriter()
    private var label = Label()

    /// What becomes of the text in front of a line's last `\r`, over which the child has written.
    public enum Overwritten: Sendable {
        /// Left out, as a terminal would show it: a progress bar is what it came to.
        case hidden
        /// Shown, each `\r` as `^M`.
        case shown
    }

    /// A painter that pads names to `width` columns until it meets a wider one.
    public init(colour: Bool, width: Int = 0, overwritten: Overwritten = .hidden) {
        self.overwritten = overwritten
        isColoured = colour
        widest = width
    }

    /// Makes room for a name before its first record comes, so that no line is set less deep.
    public mutating func expect(name: String) {
        widest = max(widest, name.utf8.count)
    }

    /// Appends the line of a record and a line feed; several where the text has line feeds. The
    /// empty end of a line whose beginning was shown leaves nothing to show.
    public mutating func append(_ record: borrowing Record, to queue: inout ByteQueue) {
        if let event = record.event {
            let sentence = Array(event.sentence.utf8)
            append(record.saying(sentence.span), to: &queue)
            return
        }
        if let shown = record.withoutHidden {
            append(shown, to: &queue)
            return
        }
        if record.part == .last && record.text.isEmpty { return }
        widest = max(widest, record.name.count)
        if record.part == .whole && record.text.firstUnprintable() == record.text.count {
            appendHead(record, to: &queue)
            queue.append(record.text)
            queue.append(Ascii.lineFeed)
            return
        }
        var start = 0
        while let end = record.text.first(Ascii.lineFeed, from: start) {
            appendLine(record, record.text.extracting(start..<end), continues: true, to: &queue)
            start = end + 1
        }
        let rest = record.text.extracting(start..<record.text.count)
        appendLine(record, rest, continues: record.part.isPartial, to: &queue)
    }

    private mutating func appendLine(
        _ record: borrowing Record, _ text: Span<UInt8>, continues: Bool, to queue: inout ByteQueue
    ) {
        appendHead(record, to: &queue)
        switch overwritten {
        case .hidden: SafeText.append(text.afterLastReturn, colours: isColoured, to: &queue)
        case .shown: SafeText.append(text.betweenReturns, colours: isColoured, to: &queue)
        }
        if record.part.isPartial && continues { queue.append(isColoured ? Self.dimMark : " +") }
        queue.append(Ascii.lineFeed)
    }

    private mutating func appendHead(_ record: borrowing Record, to queue: inout ByteQueue) {
        timestamps.append(record.stamp.time, to: &queue)
        if !label.fits(record, widest) { label.spell(record, widest, isColoured: isColoured) }
        queue.append(label.text.span)
    }

    private static let dimMark: StaticString = " \u{1B}[2m+\u{1B}[0m"
}

/// What stands between the time and the text: the name, padded, and the bar. Many lines that follow
/// each other have the same, which is then spelt once.
private struct Label: Sendable {
    private(set) var text: [UInt8] = []
    private var name: [UInt8] = []
    private var width = 0
    private var isContinued = false
    private var isOfErrors = false

    func fits(_ record: borrowing Record, _ width: Int) -> Bool {
        width == self.width && record.part.isContinued == isContinued
            && (record.stream == .err) == isOfErrors && record.name.equals(name.span)
    }

    mutating func spell(_ record: borrowing Record, _ width: Int, isColoured: Bool) {
        self.width = width
        isContinued = record.part.isContinued
        isOfErrors = record.stream == .err
        name = bytes(record.name)
        var queue = ByteQueue(capacity: 64)
        queue.append(Ascii.space)
        if isColoured { queue.append(SourceColour.code(of: record.name)) }
        SafeText.append(record.name, colours: false, to: &queue)
        for _ in record.name.count..<max(width, record.name.count) { queue.append(Ascii.space) }
        if isColoured { queue.append("\u{1B}[0m") }
        // A plus in place of the bar: this goes on where the source's last line was cut.
        if isColoured && isOfErrors {
            queue.append(isContinued ? " \u{1B}[31m+\u{1B}[0m " : " \u{1B}[31m|\u{1B}[0m ")
        } else {
            queue.append(isContinued ? " + " : " | ")
        }
        text = bytes(queue.bytes)
    }

    private func bytes(_ span: Span<UInt8>) -> [UInt8] { span.indices.map { span[$0] } }
}

extension Span where Element == UInt8 {
    /// The text without the `\r` at its ends, which write over nothing.
    var betweenReturns: Span<UInt8> {
        @_lifetime(copy self)
        get {
            var start = 0
            var end = count
            while end > 0 && self[end - 1] == Ascii.carriageReturn { end -= 1 }
            while start < end && self[start] == Ascii.carriageReturn { start += 1 }
            return extracting(start..<end)
        }
    }

    /// What a progress line shows in the end: the last piece that is not empty, each `\r` beginning
    /// a new one.
    var afterLastReturn: Span<UInt8> {
        @_lifetime(copy self)
        get {
            if first(Ascii.carriageReturn) == nil { return self }
            var end = count
            while end > 0 && self[end - 1] == Ascii.carriageReturn { end -= 1 }
            let start = last(Ascii.carriageReturn, before: end).map { $0 + 1 } ?? 0
            return extracting(start..<end)
        }
    }
}
