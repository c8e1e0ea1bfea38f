/// A short text that lies in place: no allocation, so it may live in a slab.
public struct SmallText: Sendable {
    @usableFromInline var storage: [63 of UInt8] = .init(repeating: 0)
    @usableFromInline var length: UInt8 = 0

    /// The longest text there can be, in bytes; what is longer is cut.
    public static let capacity = 63

    @inlinable
    public init() {}

    public init(_ text: String) {
        for byte in text.utf8 { append(byte) }
    }

    @inlinable
    public var count: Int { Int(length) }
    @inlinable
    public var isEmpty: Bool { length == 0 }

    @inlinable
    public mutating func append(_ byte: UInt8) {
        if Int(length) < Self.capacity {
            storage[Int(length)] = byte
            length += 1
        }
    }

    /// The text's bytes.
    @inlinable
    public var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        get { storage.span.extracting(0..<Int(length)) }
    }

    /// The text as a String; for cold paths.
    public var string: String {
        var copy: [UInt8] = []
        for index in 0..<Int(length) { copy.append(storage[index]) }
        return String(decoding: copy, as: UTF8.self)
    }
}
