/// A part of a whole, exact to a millionth.
public struct Share: Equatable, Sendable {
    /// From 0 to 1,000,000.
    public let millionths: UInt32

    public static let zero = Share(0)
    public static let whole = Share(1_000_000)

    private init(_ millionths: UInt32) { self.millionths = millionths }

    /// A number of millionths; `nil` where that is more than all.
    public init?(millionths: UInt64) {
        guard millionths <= 1_000_000 else { return nil }
        self.init(UInt32(millionths))
    }

    /// Reads what people call a percentage: `10%`, `10`, `0.5%`. `nil` where it is none, and also
    /// where no sign says whether a number below 1 is a part of a hundred or of one.
    public init?(percentage text: String) {
        let digits = text.hasSuffix("%") ? text.dropLast() : text[...]
        guard let number = Self.number(digits), number <= 100 else { return nil }
        if !text.hasSuffix("%") && number > 0 && number < 1 { return nil }
        self.init(UInt32((number * 10_000).rounded()))
    }

    /// Reads a part of one, as `0.01`, or a percentage with its sign.
    public init?(fraction text: String) {
        if text.hasSuffix("%") {
            self.init(percentage: text)
            return
        }
        guard let number = Self.number(text[...]), number <= 1 else { return nil }
        self.init(UInt32((number * 1_000_000).rounded()))
    }

    /// Digits with at most one point among them, and nothing else.
    private static func number(_ text: Substring) -> Double? {
        guard text.utf8.allSatisfy({ ($0 >= 48 && $0 <= 57) || $0 == 46 }) else { return nil }
        return Double(text)
    }

    public var percent: Double { Double(millionths) / 10_000 }
}

extension Share: CustomStringConvertible {
    /// `10%`, `0.5%`.
    public var description: String {
        var text = Figures.decimal(percent, places: 4)
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text + "%"
    }
}
