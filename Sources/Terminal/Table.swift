import Basics

/// Rows of cells below a header, two blanks between columns and none at the end of a line.
public struct Table: Sendable {
    /// At which side of its column a text stands.
    public enum Alignment: Sendable { case left, right }

    /// What stands above the cells of a column, and how they stand in it.
    public struct Column: Sendable {
        public let title: String
        public let alignment: Alignment

        public init(_ title: String, _ alignment: Alignment = .left) {
            self.title = title
            self.alignment = alignment
        }
    }

    /// One text in a row; control characters in it are shown as `?`.
    public struct Cell: Sendable, ExpressibleByStringInterpolation {
        public let text: String
        /// How it is shown where colours are on.
        public let look: SGR?

        public init(_ text: String, _ look: SGR? = nil) {
            self.text = Columns.plain(text)
            self.look = look
        }

        public init(stringLiteral text: String) { self.init(text) }
    }

    private let columns: [Column]
    private var rows: [[Cell]] = []

    public init(_ columns: [Column]) {
        self.columns = columns
    }

    /// Adds a row, which has a cell for each column.
    public mutating func add(_ cells: [Cell]) {
        invariant(cells.count == columns.count, "a row must have a cell for each column")
        rows.append(cells)
    }

    /// How many columns of a terminal the table takes where nothing is cut.
    public var width: Int { fitted(to: nil).reduce(0, +) + 2 * (columns.count - 1) }

    /// The whole table, a line feed behind each line. Where it is wider than `width` columns, the
    /// widest of the left-aligned columns is cut, again and again, down to eight; no width, no
    /// limit.
    public func text(width: Int? = nil, style: Style = Style(isColoured: false)) -> String {
        let widths = fitted(to: width)
        var text = line(columns.map { Cell($0.title, .bold) }, widths, style)
        for row in rows { text += line(row, widths, style) }
        return text
    }

    private func line(_ cells: [Cell], _ widths: [Int], _ style: Style) -> String {
        var line = ""
        // Blanks wait until something follows them.
        var blanks = 0
        for index in cells.indices {
            let text = Columns.fit(cells[index].text, to: widths[index])
            let free = widths[index] - Columns.width(of: text)
            if columns[index].alignment == .right { blanks += free }
            if !text.isEmpty {
                line += String(repeating: " ", count: blanks)
                line += cells[index].look.map { style.paint(text, $0) } ?? text
                blanks = 0
            }
            if columns[index].alignment == .left { blanks += free }
            blanks += 2
        }
        return line + "\n"
    }

    /// The widths of the columns so that a line takes at most `width`, where that can be.
    private func fitted(to width: Int?) -> [Int] {
        var widths = columns.indices.map { index in
            rows.reduce(Columns.width(of: columns[index].title)) {
                max($0, Columns.width(of: $1[index].text))
            }
        }
        guard let width else { return widths }
        var excess = widths.reduce(0, +) + 2 * (columns.count - 1) - width
        while excess > 0 {
            let candidates = columns.indices.filter {
                columns[$0].alignment == .left && widths[$0] > 8
            }
            guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }
}
