import Basics

/// What an access line tells that is counted and coloured, read from any of its forms without a
/// copy: the balancer's own, JSON, and Apache's combined form, which has neither the time taken nor
/// the backend.
public struct AccessFacts: Equatable, Sendable {
    /// The status of the answer; 0 for a connection of the TCP mode, and for one that was refused.
    public private(set) var status: UInt16 = 0
    /// How long it took, in microseconds; `nil` where the line does not say so.
    public private(set) var duration: UInt32?
    /// Where in the text the backend's name is; empty where it has none.
    public private(set) var backend = 0..<0
    /// Whether more than one attempt was made.
    public private(set) var isRetried = false
    /// Whether a connection ended as it should not.
    private var isBroken = false

    /// Whether the client did not get what it was there for, and not by its own fault.
    public var isFailed: Bool { status >= 500 || isBroken }

    /// How the line is to be taken.
    public var tone: EventTone {
        if isFailed { return .bad }
        return status >= 400 ? .warning : .plain
    }

    /// `nil` for a text that is no access line.
    public init?(_ text: Span<UInt8>) {
        let line = Self.line(of: text)
        if line.isEmpty { return nil }
        let isKnown =
            text[line.lowerBound] == UInt8(ascii: "{")
            ? readObject(text, line) : readText(text, line)
        if !isKnown { return nil }
    }

    /// The part of a record that is a line of its own: it may stand behind one of another form, and
    /// in front of what is told of the request besides, between TABs.
    private static func line(of text: Span<UInt8>) -> Range<Int> {
        guard let first = text.first(Ascii.tab) else { return 0..<text.count }
        guard let second = text.first(Ascii.tab, from: first + 1) else { return 0..<first }
        return first + 1..<second
    }

    // MARK: Text

    /// `127.0.0.1 "GET / HTTP/1.1" 200 13 0.412ms backend.2 tries=2 … id=01J…`,
    /// `127.0.0.1:40112 tcp up=17 down=4096 12.345ms backend.1 end=client`, `… refused error=…`.
    private mutating func readText(_ text: Span<UInt8>, _ line: Range<Int>) -> Bool {
        var words = Words(rest: line)
        guard words.next(of: text) != nil, let second = words.next(of: text) else { return false }
        if text.spells("refused", in: second) {
            isBroken = true
            return true
        }
        if text.spells("tcp", in: second) { return readStream(text, &words) }
        guard let open = text.first(Ascii.quote, from: second.lowerBound), open < line.upperBound,
            let close = Self.closing(text, from: open + 1, before: line.upperBound)
        else { return false }
        words = Words(rest: close + 1..<line.upperBound)
        guard let word = words.next(of: text), let number = Self.number(text, word),
            (100...999).contains(number), words.next(of: text) != nil
        else { return false }
        status = UInt16(number)
        guard let taken = words.next(of: text) else { return false }
        // The combined form goes on with what the client said of itself.
        if text[taken.lowerBound] == Ascii.quote { return true }
        duration = Self.microseconds(
            text, taken.lowerBound..<max(taken.lowerBound, taken.upperBound - 2))
        guard duration != nil, let name = words.next(of: text) else { return false }
        readRest(text, name, &words)
        return true
    }

    private mutating func readStream(_ text: Span<UInt8>, _ words: inout Words) -> Bool {
        guard words.next(of: text) != nil, words.next(of: text) != nil,
            let taken = words.next(of: text), let name = words.next(of: text)
        else { return false }
        duration = Self.microseconds(
            text, taken.lowerBound..<max(taken.lowerBound, taken.upperBound - 2))
        readRest(text, name, &words)
        return duration != nil
    }

    private mutating func readRest(_ text: Span<UInt8>, _ name: Range<Int>, _ words: inout Words) {
        if !text.spells("-", in: name) { backend = name }
        while let word = words.next(of: text) {
            if Self.begins(text, word, "tries=") { isRetried = true }
            if Self.begins(text, word, "end=") {
                readEnd(text, word.lowerBound + 4..<word.upperBound)
            }
        }
    }

    /// A connection ends well when one of the sides has ended it; that a client broke it off is
    /// nothing that can be mended here.
    private mutating func readEnd(_ text: Span<UInt8>, _ word: Range<Int>) {
        isBroken =
            !text.spells("client", in: word) && !text.spells("backend", in: word)
            && !text.spells("client_reset", in: word)
    }

    /// The quotation mark that ends what is quoted: one without a backslash in front.
    private static func closing(_ text: Span<UInt8>, from start: Int, before end: Int) -> Int? {
        var index = start
        while index < end {
            if text[index] == Ascii.quote { return index }
            index += text[index] == Ascii.backslash ? 2 : 1
        }
        return nil
    }

    // MARK: JSON

    /// What a client can make long comes last in it, so the keys that are looked for come first.
    private mutating func readObject(_ text: Span<UInt8>, _ line: Range<Int>) -> Bool {
        guard let taken = Self.value("\"duration_ms\":", text, line) else {
            isBroken = Self.value("\"error\":", text, line) != nil
            return isBroken
        }
        duration = Self.microseconds(text, taken)
        if let word = Self.value("\"status\":", text, line.lowerBound..<taken.lowerBound),
            let number = Self.number(text, word)
        {
            status = UInt16(clamping: number)
        }
        let rest = taken.upperBound..<line.upperBound
        if let name = Self.value("\"backend\":", text, rest), text[name.lowerBound] == Ascii.quote {
            backend = name.lowerBound + 1..<name.upperBound - 1
        }
        if let word = Self.value("\"tries\":", text, rest) {
            isRetried = Self.number(text, word) ?? 0 > 1
        }
        if status == 0, let word = Self.value("\"end\":", text, rest) {
            readEnd(text, word.lowerBound + 1..<word.upperBound - 1)
        }
        return duration != nil
    }

    /// What stands behind a key: a word, or a number.
    private static func value(
        _ key: StaticString, _ text: Span<UInt8>, _ range: Range<Int>
    ) -> Range<Int>? {
        let length = key.utf8CodeUnitCount
        var index = range.lowerBound
        while let quote = text.first(Ascii.quote, from: index), quote + length < range.upperBound {
            index = quote + 1
            if !text.spells(key, in: quote..<quote + length) { continue }
            let start = quote + length
            var end = start
            while end < range.upperBound, text[end] != Ascii.comma, text[end] != UInt8(ascii: "}") {
                end += 1
            }
            return start..<end
        }
        return nil
    }

    // MARK: Words and numbers

    private static func begins(
        _ text: Span<UInt8>, _ word: Range<Int>, _ beginning: StaticString
    ) -> Bool {
        let end = word.lowerBound + beginning.utf8CodeUnitCount
        return end <= word.upperBound && text.spells(beginning, in: word.lowerBound..<end)
    }

    private static func number(_ text: Span<UInt8>, _ word: Range<Int>) -> UInt64? {
        var value: UInt64 = 0
        if word.isEmpty || word.count > 15 { return nil }
        for index in word {
            guard text[index] >= Ascii.zero, text[index] <= Ascii.nine else { return nil }
            value = value * 10 + UInt64(text[index] - Ascii.zero)
        }
        return value
    }

    /// Milliseconds with three decimals.
    private static func microseconds(_ text: Span<UInt8>, _ word: Range<Int>) -> UInt32? {
        let point = word.upperBound - 4
        guard point > word.lowerBound, text[point] == 0x2E,
            let whole = number(text, word.lowerBound..<point),
            let rest = number(text, point + 1..<word.upperBound)
        else { return nil }
        return UInt32(clamping: whole * 1_000 + rest)
    }
}

/// The words of a text, one after the other.
private struct Words {
    var rest: Range<Int>

    mutating func next(of text: Span<UInt8>) -> Range<Int>? {
        var start = rest.lowerBound
        while start < rest.upperBound, text[start] == Ascii.space { start += 1 }
        if start == rest.upperBound { return nil }
        let end = min(text.first(Ascii.space, from: start) ?? rest.upperBound, rest.upperBound)
        rest = end..<rest.upperBound
        return start..<end
    }
}
