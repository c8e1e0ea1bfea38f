import Basics

/// The looking for a request's identity in what was said: of the balancer in its access line, of a
/// backend that was told it in X-Request-Id, of lbctl in its account of a failure.
public struct RequestMention: Sendable {
    /// Its spellings: a trace-id is the balancer's identifier in another one, and either way round.
    private let spellings: [[UInt8]]

    /// `nil` when the text can't be an identity: it is empty or has blanks in it.
    public init?(of identity: String) {
        let octets = Array(identity.utf8)
        if octets.isEmpty || octets.contains(where: { $0 <= Ascii.space }) { return nil }
        if let identity = ULID(octets.span) {
            let trace = identity.hexadecimal
            spellings = [octets, Array(Utf8.string(trace.bytes).utf8)]
        } else if let identity = ULID(hexadecimal: octets.span) {
            let text = identity.text
            spellings = [octets, Array(Utf8.string(text.bytes).utf8)]
        } else {
            spellings = [octets]
        }
    }

    /// What an access record may call it.
    public var identities: [String] { spellings.map { String(decoding: $0, as: UTF8.self) } }

    /// Whether a record carries it: an event in its sentence, any other in its text, also where
    /// that is not shown.
    public func isIn(_ record: borrowing Record) -> Bool {
        guard let event = record.event else { return isIn(record.text) }
        let sentence = Array(event.sentence.utf8)
        return isIn(sentence.span)
    }

    /// Whether a text carries the identity as a whole word: not as a piece of a longer one.
    public func isIn(_ text: Span<UInt8>) -> Bool {
        spellings.contains { Self.stands($0, in: text) }
    }

    private static func stands(_ identity: [UInt8], in text: Span<UInt8>) -> Bool {
        var start = 0
        while start + identity.count <= text.count,
            let place = text.first(identity[0], from: start)
        {
            let end = place + identity.count
            if end > text.count { return false }
            if text.extracting(place..<end).equals(identity.span),
                place == 0 || !isOfWord(text[place - 1]),
                end == text.count || !isOfWord(text[end])
            {
                return true
            }
            start = place + 1
        }
        return false
    }

    private static func isOfWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
        default: false
        }
    }
}
