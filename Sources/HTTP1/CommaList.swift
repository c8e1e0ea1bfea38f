import Basics

/// Walks the elements of a list value (RFC 9110 §5.6.1), empty ones too.
struct CommaList {
    private var position: Int
    private let end: Int

    /// The list that lies at `range`.
    init(_ range: Range<Int>) {
        position = range.lowerBound
        end = range.upperBound
    }

    /// The next element without the blanks around it; a value of nothing has one, empty.
    mutating func next(_ bytes: Span<UInt8>) -> Range<Int>? {
        if position > end { return nil }
        var stop = position
        while stop < end && bytes[stop] != Ascii.comma { stop &+= 1 }
        let element = Scan.trimmed(bytes, position, stop)
        position = stop &+ 1
        return element
    }

    /// Whether `list` has an element that is `text`, but for the case of its letters.
    static func contains(_ text: Span<UInt8>, in list: Span<UInt8>) -> Bool {
        var elements = CommaList(list.indices)
        while let element = elements.next(list) {
            if element.count != text.count { continue }
            var index = 0
            while index < text.count
                && Ascii.lowered(text[index]) == Ascii.lowered(list[element.lowerBound &+ index])
            {
                index &+= 1
            }
            if index == text.count { return true }
        }
        return false
    }
}
