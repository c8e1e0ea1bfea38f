import Basics
import Control

/// What requests are answered with, of what is known of the service.
enum Answers {
    /// What is needed before a request can be answered.
    enum Need {
        case nothing(AdminResponse)
        /// The state of the service.
        case status
        /// What the supervisor replies to this; an order takes as long as it takes.
        case reply(ControlRequest, isOrder: Bool)
        /// Records of the history.
        case history(HistoryAsk)
    }

    static func need(of route: Route, _ request: AdminRequest, now: WallTime) -> Need {
        do throws(UsageError) {
            switch route {
            case .health: return .nothing(alive)
            case .description: return .nothing(.json(OpenAPI.text))
            case .index, .readiness, .status, .metrics, .processes: return .status
            case .bans: return .reply(.bans, isOrder: false)
            case .logs: return .history(try HistoryAsk(.lines, request, now: now))
            case .events: return .history(try HistoryAsk(.events, request, now: now))
            case .order(let order): return .reply(try order.request(request.body), isOrder: true)
            }
        } catch {
            return .nothing(.error(400, error.message, advice: error.hint))
        }
    }

    private static let alive = AdminResponse.plain("alive")

    /// The answer to a request that needs the state of the service.
    static func answer(
        _ route: Route, _ status: ServiceStatus, _ board: ServiceBoard, now: Instant
    ) -> AdminResponse {
        switch route {
        case .health, .description, .logs, .events, .bans, .order: return alive
        case .index: return IndexPage.response(status)
        case .readiness:
            let serves = status.canServe
            return .plain(StateSentence.text(status), status: serves ? 200 : 503)
        case .metrics(let format): return metrics(format, status, board, now: now)
        case .status: return .json(ServiceJSON.text(status))
        case .processes(nil): return .json(StatusJSON.text(status, counters: true))
        case .processes(let target?):
            let rows = status.children.filter { $0.isMeant(by: target) }
            if rows.isEmpty {
                let known = status.children.map(\.name).joined(separator: ", ")
                return .error(404, "there is no '\(target)'", advice: "known are \(known)")
            }
            return .json(JSONObject.array(rows.map { StatusJSON.object($0, counters: true) }))
        }
    }

    private static func metrics(
        _ format: MetricsFormat, _ status: ServiceStatus, _ board: ServiceBoard, now: Instant
    ) -> AdminResponse {
        let metrics = ServiceMetrics(
            status: status, backends: board.backends, balancers: board.balancers,
            bans: board.bans(now: now),
            processes: status.children.map { child in
                ProcessFigures(
                    status: child, usage: child.pid.flatMap { ProcessUsage(of: $0) })
            })
        return AdminResponse(
            200, format.contentType, MetricsText.text(metrics.families, format))
    }

    /// The supervisor does not answer, or there is no room for another question to it.
    static func unavailable(_ why: String) -> AdminResponse {
        .error(503, why, fields: ["Retry-After: 1"])
    }
}

extension ChildStatus {
    /// Whether a target as `lbctl kill` takes it means this child.
    fileprivate func isMeant(by target: String) -> Bool {
        target == "all" || target == name || target == type
            || UInt16(target).map { $0 == port } == true
    }
}

extension ServiceStatus {
    /// Whether a request would be answered: some backend is ready, or nothing is balanced and all
    /// runs.
    var canServe: Bool {
        let backends = children.filter { $0.weight != nil }
        if phase != .running { return false }
        return backends.isEmpty || backends.contains { $0.state == .ready && $0.health == .up }
    }
}
