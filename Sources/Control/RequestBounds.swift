import Basics

/// What may be asked for, at most: the command line is held to these bounds, and so is any process
/// that writes to the control socket without it.
public enum RequestBounds {
    /// How many backends a service may have.
    public static let backends: ClosedRange<UInt32> = 1...256
    /// The share of a backend.
    public static let weight: ClosedRange<UInt32> = 0...256
    /// How much later an echo backend may answer, in nanoseconds.
    public static let latency: ClosedRange<UInt64> = 0...3_600_000_000_000
    /// How many targets, or clients, one request may name.
    public static let names = 1...1024
    /// The bytes of a target or client.
    public static let name = 0...256
    /// The bytes of the words that tell why a service is stopped.
    public static let reason = 0...256
    /// How many figures of a backend stand behind each other.
    static let boardWords: ClosedRange<UInt32> = 0...1024
    /// The bytes of what the supervisor and a balancer tell each other of a backend.
    public static let words = 0...4096
}

extension FrameReader {
    /// A number that is not out of bounds.
    mutating func number<Value: FixedWidthInteger>(
        in bounds: ClosedRange<Value>, _ what: StaticString
    ) throws(Misspelling) -> Value {
        let value = try number(Value.self)
        if !bounds.contains(value) {
            throw Misspelling(
                "\(what) is \(value), not \(bounds.lowerBound) to \(bounds.upperBound)")
        }
        return value
    }

    /// A text of so many bytes that is UTF-8 and has no NUL in it.
    mutating func text(
        in bounds: ClosedRange<Int>, _ what: StaticString
    ) throws(Misspelling) -> String {
        let bytes = try data()
        if !bounds.contains(bytes.count) {
            throw Misspelling("\(what) is \(bytes.count) bytes long")
        }
        if bytes.contains(0) || !Utf8.isValid(bytes.span) {
            throw Misspelling("\(what) is no text")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// As many names as one request may have.
    mutating func names(_ what: StaticString) throws(Misspelling) -> [String] {
        let count = try number(UInt32.self)
        if !RequestBounds.names.contains(Int(count)) {
            throw Misspelling(
                "\(count) names were given, not \(RequestBounds.names.lowerBound) to "
                    + "\(RequestBounds.names.upperBound)")
        }
        var names: [String] = []
        for _ in 0..<count { names.append(try text(in: RequestBounds.name, what)) }
        return names
    }
}
