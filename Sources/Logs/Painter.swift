import Basics

/// What turns records into lines for a person, as `2026-11-20T09:08:58.123456Z backend.2 | text`.
///
/// Names are padded to the widest that is known. With colour on, each source has one colour that
/// stays the same from run to run, events and access lines are in that of their tone, times and
/// bars are dim, and a line of standard error has a yellow colon for a bar: it is marked, but most
/// of what is written there is no alarm. Nothing that a child wrote can move the cursor, clear the
/// screen or set a title.
public struct Painter: Sendable {
    /// Whether colours are on: those of the names and those that children wrote.
    public let isColoured: Bool
    private let overwritten: Overwritten
    private var widest: Int
    private var time: LineTime
    private var label = Label()

    /// What becomes of the text in front of a line's last `\r`, over which the child has written.
    public enum Overwritten: Sendable {
        /// Left out, as a terminal would show it: a progress bar is what it came to.
        case hidden
        /// Shown, each `\r` as `^M`.
        case shown
    }

    /// A painter that pads names to `width` columns until it meets a wider one.
    public init(
        colour: Bool, width: Int = 0, overwritten: Overwritten = .hidden,
        time: LineTime = LineTime()
    ) {
        self.overwritten = overwritten
        self.time = time
        isColoured = colour
        widest = width
    }

    /// Makes room for a name before its first record comes, so that no line is set less deep.
    public mutating func expect(name: String) {
        widest = max(widest, name.utf8.count)
    }

    /// The column in which texts begin, counted from 0.
    public var textColumn: Int { time.width + widest + 3 }
    /// How many octets of the last line stand before its text.
    public private(set) var headLength = 0

    /// Appends a line that says on which day the next is, where that is news.
    public mutating func appendDay(of time: WallTime, to queue: inout ByteQueue) {
        self.time.appendDay(of: time, isColoured: isColoured, to: &queue)
    }

    /// Appends the line of a record and a line feed; several where the text has line feeds. The
    /// empty end of a line whose beginning was shown leaves nothing to show.
    public mutating func append(_ record: borrowing Record, to queue: inout ByteQueue) {
        if let event = record.event {
            let sentence = Array(event.sentence.utf8)
            append(record.saying(sentence.span), in: event.tone.colour, to: &queue)
            return
        }
        if isColoured && record.stream == .access {
            append(record, in: AccessFacts(record.text)?.tone.colour, to: &queue)
        } else {
            append(record, in: nil, to: &queue)
        }
    }

    /// Appends the line of a record that has text, in a colour where colours are on.
    public mutating func append(
        _ record: borrowing Record, in colour: StaticString?, to queue: inout ByteQueue
    ) {
        if let shown = record.withoutHidden {
            append(shown, in: colour, to: &queue)
            return
        }
        if record.part == .last && record.text.isEmpty { return }
        widest = max(widest, record.name.count)
        let colour = isColoured ? colour : nil
        if record.part == .whole && record.text.firstUnprintable() == record.text.count {
            appendHead(record, to: &queue)
            if let colour { queue.append(colour) }
            queue.append(record.text)
            if colour != nil { queue.append("\u{1B}[0m") }
            queue.append(Ascii.lineFeed)
            return
        }
        var start = 0
        while let end = record.text.first(Ascii.lineFeed, from: start) {
            let line = record.text.extracting(start..<end)
            appendLine(record, line, continues: true, in: colour, to: &queue)
            start = end + 1
        }
        let rest = record.text.extracting(start..<record.text.count)
        appendLine(record, rest, continues: record.part.isPartial, in: colour, to: &queue)
    }

    private mutating func appendLine(
        _ record: borrowing Record, _ text: Span<UInt8>, continues: Bool,
        in colour: StaticString?, to queue: inout ByteQueue
    ) {
        appendHead(record, to: &queue)
        if let colour { queue.append(colour) }
        switch overwritten {
        case .hidden: SafeText.append(text.afterLastReturn, colours: isColoured, to: &queue)
        case .shown: SafeText.append(text.betweenReturns, colours: isColoured, to: &queue)
        }
        if colour != nil { queue.append("\u{1B}[0m") }
        if record.part.isPartial && continues { queue.append(isColoured ? Self.dimMark : " +") }
        queue.append(Ascii.lineFeed)
    }

    private mutating func appendHead(_ record: borrowing Record, to queue: inout ByteQueue) {
        let start = queue.count
        time.append(record.stamp.time, isColoured: isColoured, to: &queue)
        if !label.fits(record, widest) { label.spell(record, widest, isColoured: isColoured) }
        queue.append(label.text.span)
        headLength = queue.count - start
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
        if isColoured { queue.append(SourceColour.code(of: record.name)) }
        SafeText.append(record.name, colours: false, to: &queue)
        for _ in record.name.count..<max(width, record.name.count) { queue.append(Ascii.space) }
        if isColoured { queue.append("\u{1B}[0m") }
        queue.append(bar(isColoured: isColoured))
        text = bytes(queue.bytes)
    }

    /// A plus in place of the bar: this goes on where the source's last line was cut.
    private func bar(isColoured: Bool) -> StaticString {
        switch (isColoured, isOfErrors, isContinued) {
        case (false, _, false): " | "
        case (false, _, true): " + "
        case (true, false, false): " \u{1B}[2m|\u{1B}[0m "
        case (true, false, true): " \u{1B}[2m+\u{1B}[0m "
        case (true, true, false): " \u{1B}[33m:\u{1B}[0m "
        case (true, true, true): " \u{1B}[33m+\u{1B}[0m "
        }
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
