/// A short text that lies where it is stored: an address, an identifier, a name.
public struct InlineText: Sendable {
    /// How many bytes there is room for.
    public static let capacity = 48

    @usableFromInline var storage: [48 of UInt8]
    @usableFromInline var length: UInt8

    /// No text.
    @inlinable
    public init() {
        storage = .init(repeating: 0)
        length = 0
    }

    /// The first 48 bytes of `text`.
    @inlinable
    public init(_ text: Span<UInt8>) {
        self.init()
        append(text)
    }

    /// How many bytes there are.
    @inlinable
    public var count: Int { Int(length) }
    /// Whether there are none.
    @inlinable
    public var isEmpty: Bool { length == 0 }

    /// The bytes.
    @inlinable
    public var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        get { storage.span.extracting(0..<Int(length)) }
    }

    /// The byte at `index`, which must be within the text.
    @inlinable
    public subscript(index: Int) -> UInt8 {
        get {
            invariant(index >= 0 && index < Int(length), "a byte beyond a text was read")
            return storage[index]
        }
        set {
            invariant(index >= 0 && index < Int(length), "a byte beyond a text was written")
            storage[index] = newValue
        }
    }

    /// Adds a byte, or nothing where there is no room.
    @inlinable
    public mutating func append(_ byte: UInt8) {
        if Int(length) == InlineText.capacity { return }
        storage[Int(length)] = byte
        length += 1
    }

    /// Adds as many of these bytes as there is room for.
    @inlinable
    public mutating func append(_ text: Span<UInt8>) {
        for index in text.indices {
            append(text[index])
        }
    }

    /// Adds as much of a literal as there is room for.
    public mutating func append(_ literal: StaticString) {
        for index in 0..<literal.utf8CodeUnitCount {
            append(unsafe literal.utf8Start[index])
        }
    }
}
