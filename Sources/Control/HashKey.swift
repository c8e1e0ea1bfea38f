extension BalancerOptions {
    /// What tells requests apart for `hash`.
    public enum HashKey: Equatable, Sendable {
        /// The client's address.
        case source
        /// Path and query.
        case uri
        case path
        /// The value of a field.
        case header(String)
        case cookie(String)
    }
}

extension BalancerOptions.HashKey: CustomStringConvertible {
    init?(_ text: String) {
        switch text {
        case "source": self = .source
        case "uri": self = .uri
        case "path": self = .path
        default:
            let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
            if parts.count == 2, parts[0] == "header" {
                self = .header(parts[1])
            } else if parts.count == 2, parts[0] == "cookie" {
                self = .cookie(parts[1])
            } else {
                return nil
            }
        }
    }

    public var description: String {
        switch self {
        case .source: "source"
        case .uri: "uri"
        case .path: "path"
        case .header(let name): "header:\(name)"
        case .cookie(let name): "cookie:\(name)"
        }
    }
}
