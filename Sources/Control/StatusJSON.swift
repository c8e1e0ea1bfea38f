import Basics

/// The rows of `lbctl ps` for programs: an array with an object for each child.
public enum StatusJSON {
    /// All rows; with `counters` each has what was counted too.
    public static func text(_ status: ServiceStatus, counters: Bool = false) -> String {
        JSONObject.array(status.children.map { object($0, counters: counters) })
    }

    /// One row.
    public static func object(_ child: ChildStatus, counters: Bool) -> JSONObject {
        var row = JSONObject()
        row.put("name", text: child.name)
        row.put("type", text: child.type)
        row.put("port", number: child.port)
        row.put("pid", number: child.pid)
        row.put("state", text: child.state.word)
        row.put("health", text: child.health.word)
        row.put("started_at", text: child.startedAt?.timestamp)
        row.put("restarts", number: child.restarts)
        row.put("weight", number: child.weight)
        row.put("active", number: child.active)
        row.put("requests", number: child.requests)
        row.put("p50_ms", decimal: child.p50)
        row.put("p99_ms", decimal: child.p99)
        row.put("cpu_percent", decimal: child.cpuPercent)
        row.put("rss_bytes", number: child.residentBytes)
        row.put("algorithm", text: child.algorithm?.rawValue)
        row.put("latency_ms", decimal: child.faults?.latency?.milliseconds)
        row.put("error_percent", decimal: child.faults?.errorRate?.percent)
        if counters { putCounters(child, into: &row) }
        return row
    }

    /// What backends and balancers both have stands first, under one name.
    private static func putCounters(_ child: ChildStatus, into row: inout JSONObject) {
        let (backend, balancer) = (child.traffic, child.fronting)
        let classes = backend?.classes ?? balancer?.classes
        for index in 0..<5 { row.put("http_\(index + 1)xx", number: classes?[index]) }
        row.put("streams", number: backend?.streams ?? balancer?.streams)
        row.put("abandoned", number: backend?.abandoned ?? balancer?.abandoned)
        row.put("lost", number: backend?.lost ?? balancer?.lost)
        row.put("bytes_sent", number: backend?.bytesSent ?? balancer?.bytesSent)
        row.put("bytes_received", number: backend?.bytesReceived ?? balancer?.bytesReceived)
        put(backend, into: &row)
        put(balancer, into: &row)
    }

    private static func put(_ traffic: BalancerTraffic?, into row: inout JSONObject) {
        row.put("connections_accepted", number: traffic?.connections)
        row.put("delivered", number: traffic?.delivered)
        row.put("uncertain", number: traffic?.uncertain)
        row.put("waiting", number: traffic?.waiting)
        row.put("waited", number: traffic?.waited)
        row.put("waited_ms", decimal: traffic?.waitingTime.milliseconds)
        row.put("own_answers", number: traffic?.ownAnswers)
        row.put("own_answers_by_cause", object: traffic.map { object($0.ownAnswersByCause) })
        row.put("limited", number: traffic?.limited)
        row.put("shut_out", number: traffic?.shutOut)
        row.put("lines_dropped", number: traffic?.linesDropped)
    }

    private static func put(_ traffic: BackendTraffic?, into row: inout JSONObject) {
        row.put("failed", number: traffic?.failed)
        row.put("failed_by_cause", object: traffic.map { object($0.failures) })
        row.put("unanswered", number: traffic?.unanswered)
        row.put("spoilt", number: traffic?.spoilt)
        row.put("retried_from", number: traffic?.retriedFrom)
        row.put("retried_to", number: traffic?.retriedTo)
        row.put("retries_denied", number: traffic?.retriesDenied)
        row.put("connects", number: traffic?.connections.tried)
        row.put("connect_failures", number: traffic?.connections.failed)
        row.put("reuses", number: traffic?.connections.reused)
        row.put("connections_open", number: traffic?.connections.open)
        row.put("connections_idle", number: traffic?.connections.idle)
        row.put("response_ms", decimal: traffic?.responseTime.milliseconds)
        row.put("withdrawals", number: traffic?.withdrawals)
        row.put("withdrawal_ms", decimal: traffic?.withdrawalTime.milliseconds)
        row.put("checks_passed", number: traffic?.checksPassed)
        row.put("checks_failed", number: traffic?.checksFailed)
        row.put("ewma_ms", decimal: traffic?.average)
    }

    private static func object(_ counts: CauseCounts) -> JSONObject {
        var object = JSONObject()
        for (cause, count) in counts.counted { object.put(cause.name, number: count) }
        return object
    }
}
