import Basics

extension BalancerOptions {
    /// One `--backend`.
    public struct Backend: Equatable, Sendable {
        /// `127.0.0.1:3000`, `3000`; as `Endpoint` reads it.
        public var address: String
        /// `name=`; nothing when it was not given.
        public var name: String?
        /// `weight=`.
        public var weight: UInt32 = 1

        /// Reads the words of `--backend`.
        init(_ text: String) throws(UsageError) {
            let parts = text.split(separator: ",", omittingEmptySubsequences: false)
                .map(String.init)
            address = parts[0]
            for part in parts.dropFirst() {
                let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
                if pair.count == 2, pair[0] == "name" {
                    name = pair[1]
                } else if pair.count == 2, pair[0] == "weight", let weight = UInt32(pair[1]),
                    Weight.range.contains(weight)
                {
                    self.weight = weight
                } else {
                    throw UsageError(
                        "'\(part)' in --backend \(text) is not understood",
                        hint: "--backend takes [ADDR:]PORT[,name=N][,weight=W], W from 0 to 256")
                }
            }
        }
    }

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
