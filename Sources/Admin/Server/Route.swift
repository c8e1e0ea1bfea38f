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

    /// What came of looking for one.
    enum Finding: Equatable {
        case found(Route)
        case absent
        /// The path is known, and takes these methods alone.
        case wrongMethod(allowed: String)
    }

    /// Finds what method and path mean.
    static func find(_ request: AdminRequest) -> Finding {
        let isRead = request.method == .get || request.method == .head
        switch request.path {
        case []: return read(.index, isRead)
        case ["healthz"]: return read(.health, isRead)
        case ["readyz"]: return read(.readiness, isRead)
        case ["metrics"]: return read(.metrics(MetricsFormat.asked(by: request.accept)), isRead)
        case ["v1", "status"]: return read(.status, isRead)
        case ["v1", "processes"]: return read(.processes(nil), isRead)
        default: break
        }
        if request.path.count == 3, request.path.starts(with: ["v1", "processes"]) {
            return read(.processes(request.path[2]), isRead)
        }
        return .absent
    }

    private static func read(_ route: Route, _ isRead: Bool) -> Finding {
        isRead ? .found(route) : .wrongMethod(allowed: "GET, HEAD")
    }

    /// What a request must bring to be answered.
    var privilege: Privilege {
        switch self {
        case .index, .health, .readiness, .status, .metrics, .processes: .none
        }
    }
}
