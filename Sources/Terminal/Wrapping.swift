import Basics

/// What breaks a painted line that is wider than the terminal between its words, each row below the
/// text of the first. A word that is wider than a row is cut.
///
/// Lines have no control characters but tabs, and no escape sequences but those of colours.
public struct Wrapping: Sendable {
    /// Below so many columns, and with less room for texts, all is left to the terminal.
    private static let fewestColumns = 40
    private static let leastRoom = 16
    /// More sequences are not set again in the next row than this, the last ones.
    private static let mostColours = 8

    private let columns: Int
    private let indent: Int
    private let hang: [UInt8]

    /// For a terminal that is `columns` wide and lines whose text begins in column `indent`; `nil`
    /// where there is too little room. The next rows begin with a bar, as the first does.
    public init?(columns: Int, indent: Int, style: Style) {
        if columns < Self.fewestColumns || columns - indent < Self.leastRoom { return nil }
        self.columns = columns
        self.indent = indent
        let blanks = String(repeating: " ", count: max(0, indent - 2))
        hang = Array((blanks + style.paint("|", .dim) + " ").utf8)
    }

    /// Whether a line takes one row: sure only where it is true. `hidden` of its octets take no
    /// column.
    public func fits(_ line: Span<UInt8>, hidden: Int) -> Bool {
        // No character is wider than it has octets, but for a tab.
        line.count - hidden <= columns && line.first(Ascii.tab) == nil
    }

    /// Appends a line without its line feed; its text begins behind `head` octets.
    public func append(_ line: Span<UInt8>, head: Int, to queue: inout ByteQueue) {
        // The colours that are on at the end of what was appended, each as its place in the line.
        var colours: [Range<Int>] = []
        queue.append(line.extracting(0..<min(head, line.count)))
        var start = head
        while start < line.count {
            let end = rowEnd(line, from: start)
            if start > head {
                queue.append(Ascii.lineFeed)
                queue.append(hang.span)
                for colour in colours { queue.append(line.extracting(colour)) }
            }
            var shown = end
            if end < line.count {
                while shown > start && Self.isBlank(line[shown - 1]) { shown -= 1 }
            }
            queue.append(line.extracting(start..<shown))
            Self.note(&colours, line, start..<end)
            start = end
            if end == line.count { return }
            if !colours.isEmpty { queue.append("\u{1B}[0m") }
            while start < line.count && Self.isBlank(line[start]) { start += 1 }
        }
    }

    /// Where the row that begins at `start` ends: behind the last blank that leaves room for the
    /// word before it, or in a word that has a row to itself.
    private func rowEnd(_ line: Span<UInt8>, from start: Int) -> Int {
        var column = indent
        var index = start
        var blank: Int?
        var hasWord = false
        while index < line.count {
            let byte = line[index]
            if byte == Ascii.escape {
                index = Self.sequenceEnd(line, from: index)
                continue
            }
            if Self.isBlank(byte) {
                if column >= columns { return index }
                column += byte == Ascii.tab ? 8 - column % 8 : 1
                index += 1
                if hasWord { blank = index }
                continue
            }
            hasWord = true
            if byte < 0x80 {
                if column == columns { return blank ?? index }
                column += 1
                index += 1
                continue
            }
            let end = Self.runEnd(line, from: index)
            for character in Utf8.string(line.extracting(index..<end)) {
                let width = Columns.width(of: character)
                if column + width > columns { return blank ?? index }
                column += width
                index += character.utf8.count
            }
        }
        return line.count
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == Ascii.space || byte == Ascii.tab }

    /// The end of characters that are not ASCII, of 4096 octets at most: a line may be long.
    private static func runEnd(_ line: Span<UInt8>, from start: Int) -> Int {
        var end = start
        while end < line.count, line[end] >= 0x80 {
            if end - start >= 4096 && line[end] >= 0xC0 { break }
            end += 1
        }
        return end
    }

    /// Behind the `m` of a sequence, ECMA-48 §8.3.117.
    private static func sequenceEnd(_ line: Span<UInt8>, from start: Int) -> Int {
        (line.first(UInt8(ascii: "m"), from: start) ?? line.count - 1) + 1
    }

    private static func note(
        _ colours: inout [Range<Int>], _ line: Span<UInt8>, _ range: Range<Int>
    ) {
        var index = range.lowerBound
        while let start = line.first(Ascii.escape, from: index), start < range.upperBound {
            index = sequenceEnd(line, from: start)
            if line.spells("\u{1B}[0m", in: start..<index)
                || line.spells("\u{1B}[m", in: start..<index)
            {
                colours.removeAll()
            } else {
                if colours.count == mostColours { colours.removeFirst() }
                colours.append(start..<index)
            }
        }
    }
}
