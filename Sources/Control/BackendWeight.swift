import Basics

extension BalancerOptions {
    /// One `--backend`.
    public struct Backend: Equatable, Sendable {
        public var endpoint: Endpoint
        /// `name=`; nothing when it was not given.
        public var name: String?
        /// `weight=`.
        public var weight = Weight.usual

        /// Reads the words of `--backend`.
        init(_ text: String) throws(UsageError) {
            let parts = text.split(separator: ",", omittingEmptySubsequences: false)
                .map(String.init)
            endpoint = try EndpointOption.backend.endpoint(parts[0])
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

    /// One `TARGET=W`: how large a share of the requests a backend gets.
    public struct Weight: Equatable, Sendable {
        public static let range = RequestBounds.weight
        /// Where nothing is said.
        public static let usual: UInt32 = 1

        /// A port, a name or a type.
        public var target: String
        public var weight: UInt32

        /// Reads the words of `--weight`, or of `lbctl weight`.
        public init(_ text: String) throws(UsageError) {
            guard let sign = text.lastIndex(of: "="), sign != text.startIndex else {
                throw UsageError(
                    "'\(text)' says no weight", hint: "TARGET=W, such as 3001=3 or backend.2=3")
            }
            target = String(text[..<sign])
            weight = try Setting.weight(String(text[text.index(after: sign)...]), of: target)
        }
    }

    /// What `--weight` says last of a backend's name, type or port; `nil` where it says nothing.
    public func weight(name: String, type: String, port: UInt16) -> UInt32? {
        weights.last { [name, type, String(port), "all"].contains($0.target) }?.weight
    }
}
