import Basics

/// What a client says of itself, where the access log has it: `Referer` and `User-Agent`.
struct Visitor {
    /// One behind the other.
    private let words: [UInt8]
    private let referrerLength: Int

    init(_ words: [UInt8], referrerLength: Int) {
        self.words = words
        self.referrerLength = referrerLength
    }

    /// Empty where it says nothing.
    var referrer: Span<UInt8> {
        @_lifetime(borrow self)
        get { words.span.extracting(0..<referrerLength) }
    }

    /// Empty where it says nothing.
    var agent: Span<UInt8> {
        @_lifetime(borrow self)
        get { words.span.extracting(referrerLength..<words.count) }
    }
}
