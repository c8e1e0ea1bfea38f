import Basics

/// What the access record of a request tells, read back: `lbctl logs --request` shows it.
public struct RequestRecord: Equatable, Sendable {
    /// An attempt that failed, in the words of Proxy-Status.
    public struct Failure: Equatable, Sendable {
        /// `nil` for a backend that was gone by then.
        public let backend: String?
        public let cause: String
    }

    public var client = ""
    /// `GET /path`, or `-` where it could not be read.
    public var line = ""
    public var version = ""
    public var status: UInt64 = 0
    /// Of the body, as it was sent.
    public var bytes: UInt64 = 0
    public var duration = Nanoseconds(0)
    /// The last that had it; `nil` where none had.
    public var backend: String?
    public var tries = 0
    public var failures: [Failure] = []
    public var error: String?
    public var id = ""
    /// Whether the balancer was killed just as it sent the last of the response.
    public var isUncertain = false
    public var attempts: [StoryAttempt] = []

    public init() {}
}

extension RequestRecord {
    /// What the text of a record says, as `AccessLine` writes it; `nil` where it is another.
    public init?(_ text: Span<UInt8>) {
        let pieces = Utf8.string(text).split(
            separator: "\t", maxSplits: 3, omittingEmptySubsequences: false)
        var attempts: [StoryAttempt] = []
        var plain = pieces[0]
        if pieces.count > 1 {
            // The plain line is the first, or stands behind one of another form.
            guard let last = pieces.last, pieces.count < 4,
                let told = StoryAttempt.parse(last.utf8.span)
            else { return nil }
            attempts = told
            plain = pieces[pieces.count - 2]
        }
        self.init()
        self.attempts = attempts
        if !read(plain) { return nil }
        if tries == 0 { tries = attempts.count }
    }

    /// `127.0.0.1 "GET / HTTP/1.1" 200 13 0.412ms backend.2 tries=2 failed=… error=… id=…`.
    private mutating func read(_ text: Substring) -> Bool {
        guard let open = text.range(of: " \""), let close = Self.end(of: text[open.upper...])
        else { return false }
        client = String(text[..<open.lower])
        guard readRequestLine(Self.unescaped(text[open.upper..<close])) else { return false }
        let rest = text[text.index(after: close)...]
        let words = rest.split(separator: " ", omittingEmptySubsequences: true)
        guard words.count >= 5, words[2].hasSuffix("ms"), let status = UInt64(words[0]),
            let bytes = UInt64(words[1]), let duration = Self.span(words[2].dropLast(2))
        else { return false }
        (self.status, self.bytes, self.duration) = (status, bytes, duration)
        backend = words[3] == "-" ? nil : String(words[3])
        for word in words[4...] where !readField(word) { return false }
        return !id.isEmpty
    }

    private mutating func readRequestLine(_ text: String) -> Bool {
        guard let blank = text.lastIndex(of: " ") else { return false }
        line = String(text[..<blank])
        version = String(text[text.index(after: blank)...])
        return version.hasPrefix("HTTP/")
    }

    private mutating func readField(_ word: Substring) -> Bool {
        guard let mark = word.firstIndex(of: "=") else { return false }
        let value = word[word.index(after: mark)...]
        switch word[..<mark] {
        case "tries": tries = Int(value) ?? 0
        case "failed":
            for part in value.split(separator: ",") {
                guard let colon = part.lastIndex(of: ":") else { return false }
                let name = part[..<colon]
                failures.append(
                    Failure(
                        backend: name == "-" ? nil : String(name),
                        cause: String(part[part.index(after: colon)...])))
            }
        case "error": error = String(value)
        case "id": id = String(value)
        case "sent": isUncertain = true
        default: return false
        }
        return true
    }

    /// The quotation mark that ends what is quoted: one without a backslash in front.
    private static func end(of text: Substring) -> Substring.Index? {
        var isEscaped = false
        for index in text.indices {
            if isEscaped {
                isEscaped = false
            } else if text[index] == "\\" {
                isEscaped = true
            } else if text[index] == "\"" {
                return index
            }
        }
        return nil
    }

    private static func unescaped(_ text: Substring) -> String {
        var plain = ""
        var isEscaped = false
        for character in text {
            if character == "\\" && !isEscaped {
                isEscaped = true
                continue
            }
            isEscaped = false
            plain.append(character)
        }
        return plain
    }

    /// Milliseconds with three decimals.
    private static func span(_ text: Substring) -> Nanoseconds? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].utf8.count == 3, let whole = UInt64(parts[0]),
            let micros = UInt64(parts[1]), whole < 1 << 40
        else { return nil }
        return Nanoseconds((whole * 1000 + micros) * 1000)
    }
}

extension Substring {
    /// Where a text stands first.
    fileprivate func range(of text: String) -> (lower: Index, upper: Index)? {
        var place = startIndex
        while place < endIndex {
            if self[place...].hasPrefix(text) { return (place, index(place, offsetBy: text.count)) }
            place = index(after: place)
        }
        return nil
    }
}
