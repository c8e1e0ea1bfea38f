/// What a backend has in hand, and what is counted where its process has ended.
public enum WorkUnit: Sendable {
    case request, connection

    /// In the singular.
    public var noun: String {
        switch self {
        case .request: "request"
        case .connection: "connection"
        }
    }

    /// What becomes of those that come while no backend can be chosen.
    public var withoutBackend: String {
        switch self {
        case .request: "requests are answered with 503"
        case .connection: "connections are reset"
        }
    }

    /// What becomes of them while one is on its way.
    public var whileWaiting: String {
        switch self {
        case .request: "requests wait for one"
        case .connection: "connections wait for one"
        }
    }

    /// As a sentence says it of those that are not over.
    public var underWay: String {
        switch self {
        case .request: "in flight"
        case .connection: "open"
        }
    }
}
