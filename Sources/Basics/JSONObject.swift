/// An object of JSON (RFC 8259), its fields in the order in which they are put.
public struct JSONObject: Sendable {
    private var fields: [String] = []

    /// An object without fields.
    public init() {}

    /// A text, or null; so with all that follow.
    public mutating func put(_ name: String, text: String?) {
        put(name, raw: text.map { JSONText.literal($0) })
    }

    public mutating func put(_ name: String, number: (some BinaryInteger)?) {
        put(name, raw: number.map { "\($0)" })
    }

    public mutating func put(_ name: String, decimal: Double?) {
        put(name, raw: decimal.map { Figures.decimal($0, places: 3) })
    }

    public mutating func put(_ name: String, flag: Bool) { put(name, raw: flag ? "true" : "false") }

    public mutating func put(_ name: String, list: [String]) {
        put(name, raw: "[" + list.joined(separator: ",") + "]")
    }

    public mutating func put(_ name: String, object: JSONObject?) {
        put(name, raw: object.map(\.text))
    }

    /// A value that is `nil` becomes null, so that all objects of a list have equal fields.
    private mutating func put(_ name: String, raw: String?) {
        fields.append("\(JSONText.literal(name)):\(raw ?? "null")")
    }

    /// As RFC 8259 spells it.
    public var text: String { "{" + fields.joined(separator: ",") + "}" }

    /// An array with one object a line.
    public static func array(_ objects: [JSONObject]) -> String {
        "[" + objects.map(\.text).joined(separator: ",\n ") + "]"
    }
}
