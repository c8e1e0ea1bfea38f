import Control
import HTTP1

/// Where a request leads.
enum Route: Equatable {
    /// The page of links.
    case index
    /// Whether lb-admin lives.
    case health
    /// Whether some backend can be chosen.
    case readiness
    /// What the service is and how it does.
    case status
    /// Metrics, in the format that was asked for.
    case metrics(MetricsFormat)
    /// A row for each process, or for those that a target means.
    case processes(String?)
    /// What processes have written.
    case logs
    /// What has changed.
    case events
    /// The clients that are shut out.
    case bans
    /// The description of all this.
    case description
    /// Something is to be done.
    case order(OrderPath)

    /// What came of looking for one.
    enum Finding: Equatable {
        case found(Route)
        case absent
        /// The path is known, and takes these methods alone.
        case wrongMethod(allowed: String)
    }

    /// Finds what method and path mean.
    static func find(_ request: AdminRequest) -> Finding {
        if let route = reading(request) {
            let isRead = request.method == .get || request.method == .head
            return isRead ? .found(route) : .wrongMethod(allowed: "GET, HEAD")
        }
        guard let (order, method) = OrderPath.find(request.path) else { return .absent }
        // A GET never changes anything.
        let allowed =
            switch method {
            case .put: "PUT"
            case .delete: "DELETE"
            default: "POST"
            }
        return request.method == method
            ? .found(.order(order)) : .wrongMethod(allowed: allowed)
    }

    private static func reading(_ request: AdminRequest) -> Route? {
        switch request.path {
        case []: return .index
        case ["healthz"]: return .health
        case ["readyz"]: return .readiness
        case ["metrics"]: return .metrics(MetricsFormat.asked(by: request.accept))
        case ["v1", "status"]: return .status
        case ["v1", "processes"]: return .processes(nil)
        case ["v1", "logs"]: return .logs
        case ["v1", "events"]: return .events
        case ["v1", "bans"]: return .bans
        case ["v1", "openapi.json"]: return .description
        default: break
        }
        let isOne = request.path.count == 3 && request.path.starts(with: ["v1", "processes"])
        return isOne ? .processes(request.path[2]) : nil
    }

    /// What a request must bring to be answered.
    var privilege: Privilege {
        switch self {
        case .index, .health, .readiness, .status, .metrics, .processes, .description: .none
        // What processes write may hold secrets, and clients are known by their addresses.
        case .logs, .events, .bans: .token
        case .order: .order
        }
    }
}
