/// A text as its octets, in whatever encoding: what files, paths, the words of a command line and
/// variables are made of.
///
/// Nothing is lost on its way from a file to a process, and two are the same only if all their
/// octets are. It can't be put into a String but by `text`, which is for people to read.
public struct ByteString: Hashable, Sendable {
    public var bytes: [UInt8]

    public init() { bytes = [] }
    public init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }
    public init(_ text: some StringProtocol) { bytes = Array(text.utf8) }

    public var isEmpty: Bool { bytes.isEmpty }
    /// In octets.
    public var count: Int { bytes.count }

    /// For people: what is no UTF-8 is shown as `\xNN`.
    public var text: String {
        if Utf8.isValid(bytes.span) { return String(decoding: bytes, as: UTF8.self) }
        var shown: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            let length = byte < 0x80 ? 1 : Utf8.length(bytes.span, at: index)
            if length > 0 {
                shown += bytes[index..<index + length]
                index += length
            } else {
                shown += "\\x".utf8
                shown += [Ascii.hexDigit(byte >> 4), Ascii.hexDigit(byte & 0x0F)]
                index += 1
            }
        }
        return String(decoding: shown, as: UTF8.self)
    }

    public func hasPrefix(_ prefix: ByteString) -> Bool { bytes.starts(with: prefix.bytes) }

    /// Whether the octets of `part` stand in it one after the other; true for none at all.
    public func contains(_ part: ByteString) -> Bool { firstRange(of: part) != nil }

    /// Where the octets of `part` first stand in it.
    public func firstRange(of part: ByteString) -> Range<Int>? {
        if part.count > count { return nil }
        for start in 0...count - part.count {
            let range = start..<start + part.count
            if bytes[range].elementsEqual(part.bytes) { return range }
        }
        return nil
    }

    /// The pieces between those octets, empty ones too.
    public func split(by separator: UInt8, maxSplits: Int = .max) -> [ByteString] {
        bytes.split(
            separator: separator, maxSplits: maxSplits, omittingEmptySubsequences: false
        ).map { ByteString($0) }
    }

    public static func + (one: ByteString, other: ByteString) -> ByteString {
        ByteString(one.bytes + other.bytes)
    }

    public static func += (one: inout ByteString, other: ByteString) {
        one.bytes += other.bytes
    }
}

/// As a path.
extension ByteString {
    /// Whether it begins with a slash.
    public var isAbsolute: Bool { hasPrefix("/") }

    /// What stands behind the last slash; all of it where there is nothing.
    public var lastComponent: ByteString {
        bytes.split(separator: Ascii.slash).last.map { ByteString($0) } ?? self
    }

    /// The folder that a path leads to a file in; `.` where it names none.
    public var parent: ByteString {
        guard let slash = bytes.lastIndex(of: Ascii.slash) else { return "." }
        return slash == 0 ? "/" : ByteString(bytes[..<slash])
    }
}

extension ByteString: ExpressibleByStringInterpolation {
    public init(stringLiteral text: String) { self.init(text) }

    public init(stringInterpolation: StringInterpolation) { bytes = stringInterpolation.bytes }

    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var bytes: [UInt8] = []

        public init(literalCapacity: Int, interpolationCount: Int) {}

        public mutating func appendLiteral(_ text: String) { bytes += text.utf8 }
        public mutating func appendInterpolation(_ text: some StringProtocol) { bytes += text.utf8 }
        public mutating func appendInterpolation(_ text: ByteString) { bytes += text.bytes }
        public mutating func appendInterpolation(_ number: some BinaryInteger) {
            bytes += String(number).utf8
        }
    }
}

extension DefaultStringInterpolation {
    /// A String would lose the octets that are no UTF-8: for people there is `text`.
    @available(*, unavailable, message: "say .text where it is shown to people")
    public mutating func appendInterpolation(_ bytes: ByteString) {}
}

/// What can be handed to the kernel as a path, a word or a variable.
public protocol OctetText {
    var octets: ByteString { get }
}

extension ByteString: OctetText {
    public var octets: ByteString { self }
}

extension String: OctetText {
    public var octets: ByteString { ByteString(self) }
}

extension Substring: OctetText {
    public var octets: ByteString { ByteString(self) }
}
