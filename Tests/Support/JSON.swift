/// JSON as the tests read it, RFC 8259: by a reader of their own, so that it does not share the
/// programs' errors.
public enum JSON: Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSON])
    /// In the order of the text.
    case object([Field])

    public struct Field: Equatable {
        public let name: String
        public let value: JSON
    }

    public init(_ text: String) throws(Failure) {
        var reader = JSONReader(bytes: Array(text.utf8))
        self = try reader.whole()
    }

    /// The lines of a text, each a value.
    public static func lines(_ text: String) throws(Failure) -> [JSON] {
        var values: [JSON] = []
        for line in text.split(separator: "\n") { values.append(try JSON(String(line))) }
        return values
    }

    /// The field of this name; null where there is none.
    public subscript(_ name: String) -> JSON {
        guard case .object(let fields) = self else { return .null }
        return fields.first { $0.name == name }?.value ?? .null
    }

    public var keys: [String] {
        guard case .object(let fields) = self else { return [] }
        return fields.map(\.name)
    }

    public var items: [JSON] {
        guard case .array(let items) = self else { return [] }
        return items
    }

    public var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// A number; `nil` for anything else.
    public var double: Double? {
        guard case .number(let number) = self else { return nil }
        return number
    }

    public var isNull: Bool { self == .null }

    public var int: Int? { double.flatMap { Int(exactly: $0) } }
}

private struct JSONReader {
    let bytes: [UInt8]
    var next = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    private var byte: UInt8 { next < bytes.count ? bytes[next] : 0 }

    mutating func whole() throws(Failure) -> JSON {
        let value = try value()
        skipBlanks()
        if next < bytes.count { throw wrong("the end") }
        return value
    }

    private func wrong(_ expected: String) -> Failure {
        let text = String(decoding: bytes, as: UTF8.self)
        return Failure("no JSON: \(expected) expected at \(next) of '\(text)'")
    }

    private mutating func skipBlanks() {
        while [0x20, 0x09, 0x0A, 0x0D].contains(byte) { next += 1 }
    }

    private mutating func skip(_ mark: Unicode.Scalar) -> Bool {
        skipBlanks()
        if byte != UInt8(ascii: mark) { return false }
        next += 1
        return true
    }

    private mutating func value() throws(Failure) -> JSON {
        skipBlanks()
        switch byte {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func word(_ word: String, _ value: JSON) throws(Failure) -> JSON {
        guard bytes[next...].starts(with: word.utf8) else { throw wrong(word) }
        next += word.utf8.count
        return value
    }

    private mutating func number() throws(Failure) -> JSON {
        let start = next
        while "+-.0123456789eE".utf8.contains(byte) { next += 1 }
        guard let number = Double(String(decoding: bytes[start..<next], as: UTF8.self)) else {
            throw wrong("a value")
        }
        return .number(number)
    }

    private mutating func array() throws(Failure) -> JSON {
        next += 1
        var items: [JSON] = []
        if skip("]") { return .array(items) }
        while true {
            items.append(try value())
            if skip("]") { return .array(items) }
            if !skip(",") { throw wrong("',' or ']'") }
        }
    }

    private mutating func object() throws(Failure) -> JSON {
        next += 1
        var fields: [JSON.Field] = []
        if skip("}") { return .object(fields) }
        while true {
            skipBlanks()
            if byte != UInt8(ascii: "\"") { throw wrong("a name") }
            let name = try string()
            if !skip(":") { throw wrong("':'") }
            fields.append(JSON.Field(name: name, value: try value()))
            if skip("}") { return .object(fields) }
            if !skip(",") { throw wrong("',' or '}'") }
        }
    }

    private mutating func string() throws(Failure) -> String {
        next += 1
        var text: [UInt8] = []
        while next < bytes.count {
            let byte = bytes[next]
            next += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): text += try escape()
            case 0..<0x20: throw wrong("no control byte")
            default: text.append(byte)
            }
        }
        throw wrong("the end of a string")
    }

    private mutating func escape() throws(Failure) -> [UInt8] {
        let byte = byte
        next += 1
        switch byte {
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "u"):
            let digits = String(decoding: bytes[next..<min(next + 4, bytes.count)], as: UTF8.self)
            guard let code = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(code) else {
                throw wrong("four digits of a character")
            }
            next += 4
            return Array(String(Character(scalar)).utf8)
        default: throw wrong("an escape")
        }
    }
}
