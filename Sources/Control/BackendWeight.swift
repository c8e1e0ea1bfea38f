import Basics

extension BalancerOptions {
    /// One `TARGET=W`: how large a share of the choice somebody has.
    public struct Weight: Equatable, Sendable {
        public static let range = RequestBounds.weight

        /// A port, a name or a type.
        public var target: String
        public var weight: UInt32

        /// Reads the words of `--weight`, or of `lbctl weight`.
        public init(_ text: String) throws(UsageError) {
            guard let sign = text.lastIndex(of: "="), sign != text.startIndex else {
                throw UsageError(
                    "'\(text)' says no weight", hint: "TARGET=W, such as 3001=3 or backend.2=3")
            }
            let number = text[text.index(after: sign)...]
            guard let weight = UInt32(number), Self.range.contains(weight) else {
                throw UsageError(
                    "a weight is a number from \(Self.range.lowerBound) to "
                        + "\(Self.range.upperBound), not '\(number)'",
                    hint: "such as \(text[..<sign])=3")
            }
            target = String(text[..<sign])
            self.weight = weight
        }
    }

    /// What the weight of a backend is: what is said last of its name, its type or its port.
    public func weight(name: String, type: String, port: UInt16) -> UInt32? {
        let said = weights.last { [name, type, String(port), "all"].contains($0.target) }
        if let said { return said.weight }
        let backend = backends.last { $0.name == name || $0.address.hasSuffix(":\(port)") }
        return backend?.weight
    }
}
