import Basics

/// Something that can be written into a frame and read back.
///
/// Numbers are little-endian and of fixed size, texts are their length and their octets. Both sides
/// come from one build, and say so to each other first; so there is no room for older spellings.
public protocol Spelled {
    func spell(into frame: inout FrameWriter)
    init(from frame: inout FrameReader) throws(Misspelling)
}

/// A frame that does not say what it should.
public struct Misspelling: Error, Equatable {
    public let reason: String

    public init(_ reason: String) { self.reason = reason }
}

/// Writes the fields of one frame.
public struct FrameWriter {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    public mutating func put(_ value: UInt8) { bytes.append(value) }
    public mutating func put(_ value: Bool) { put(value ? 1 as UInt8 : 0) }

    public mutating func put(_ value: some FixedWidthInteger) {
        var rest = UInt64(truncatingIfNeeded: value)
        for _ in 0..<(value.bitWidth / 8) {
            bytes.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    /// Which case of several follows, or stands alone.
    public mutating func put(_ tag: some RawRepresentable<UInt8>) { put(tag.rawValue) }

    public mutating func put(_ value: Double) { put(value.bitPattern) }

    public mutating func put(_ text: String) {
        put(UInt32(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    public mutating func put(_ octets: ByteString) {
        put(UInt32(octets.count))
        bytes.append(contentsOf: octets.bytes)
    }

    public mutating func put(_ list: [ByteString]) {
        put(UInt32(list.count))
        for element in list { put(element) }
    }

    public mutating func put(_ span: Span<UInt8>) {
        put(UInt32(span.count))
        for index in span.indices { bytes.append(span[index]) }
    }

    public mutating func put(_ list: [some Spelled]) {
        put(UInt32(list.count))
        for element in list { element.spell(into: &self) }
    }

    public mutating func put(_ list: [String]) {
        put(UInt32(list.count))
        for element in list { put(element) }
    }

    public mutating func put(_ value: some Spelled) { value.spell(into: &self) }

    public mutating func put(_ value: (some Spelled)?) {
        put(value != nil)
        value?.spell(into: &self)
    }
}

/// Reads the fields of one frame, trusting nothing in it.
public struct FrameReader {
    private let bytes: [UInt8]
    private var next = 0

    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    public var isAtEnd: Bool { next == bytes.count }

    public mutating func byte() throws(Misspelling) -> UInt8 {
        if next >= bytes.count { throw Misspelling("the frame ends too early") }
        next += 1
        return bytes[next - 1]
    }

    public mutating func flag() throws(Misspelling) -> Bool {
        switch try byte() {
        case 0: false
        case 1: true
        default: throw Misspelling("a flag is neither 0 nor 1")
        }
    }

    /// Which case of several it is; `what` says of what kind, where there is no such case.
    public mutating func tag<Tag: RawRepresentable<UInt8>>(
        _ type: Tag.Type = Tag.self, _ what: StaticString
    ) throws(Misspelling) -> Tag {
        let number = try byte()
        guard let tag = Tag(rawValue: number) else {
            throw Misspelling("\(what) \(number) is unknown")
        }
        return tag
    }

    public mutating func number<Value: FixedWidthInteger>(
        _ type: Value.Type = Value.self
    ) throws(Misspelling) -> Value {
        var value: UInt64 = 0
        for index in 0..<(Value.bitWidth / 8) {
            value |= UInt64(try byte()) << UInt64(8 * index)
        }
        return Value(truncatingIfNeeded: value)
    }

    public mutating func double() throws(Misspelling) -> Double {
        Double(bitPattern: try number(UInt64.self))
    }

    public mutating func data() throws(Misspelling) -> [UInt8] {
        let count = Int(try number(UInt32.self))
        if count > bytes.count - next { throw Misspelling("a text is longer than its frame") }
        next += count
        return Array(bytes[(next - count)..<next])
    }

    public mutating func text() throws(Misspelling) -> String {
        String(decoding: try data(), as: UTF8.self)
    }

    public mutating func octets() throws(Misspelling) -> ByteString { ByteString(try data()) }

    public mutating func octetList() throws(Misspelling) -> [ByteString] {
        var list: [ByteString] = []
        for _ in 0..<(try number(UInt32.self)) { list.append(try octets()) }
        return list
    }

    public mutating func list<Element: Spelled>(
        of type: Element.Type = Element.self
    ) throws(Misspelling) -> [Element] {
        var list: [Element] = []
        for _ in 0..<(try number(UInt32.self)) { list.append(try Element(from: &self)) }
        return list
    }

    public mutating func texts() throws(Misspelling) -> [String] {
        var list: [String] = []
        for _ in 0..<(try number(UInt32.self)) { list.append(try text()) }
        return list
    }

    public mutating func optional<Element: Spelled>(
        _ type: Element.Type = Element.self
    ) throws(Misspelling) -> Element? {
        try flag() ? try Element(from: &self) : nil
    }
}
