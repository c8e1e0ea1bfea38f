import Control

/// The rows of `lbctl ps` for programs: an array with an object for each child.
enum StatusJSON {
    static func text(_ status: ServiceStatus, counters: Bool = false) -> String {
        JSONObject.array(status.children.map { object($0, counters) })
    }

    private static func object(_ child: ChildStatus, _ counters: Bool) -> JSONObject {
        var row = JSONObject()
        row.put("name", text: child.name)
        row.put("type", text: child.type)
        row.put("port", number: child.port)
        row.put("pid", number: child.pid)
        row.put("state", text: child.state.word)
        row.put("health", text: child.health.word)
        row.put("started_at", text: child.startedAt.map { Stamps.text($0) })
        row.put("restarts", number: child.restarts)
        row.put("weight", number: child.weight)
        row.put("active", number: child.active)
        row.put("requests", number: child.requests)
        row.put("p50_ms", decimal: child.p50)
        row.put("p99_ms", decimal: child.p99)
        row.put("cpu_percent", decimal: child.cpuPercent)
        row.put("rss_bytes", number: child.residentBytes)
        if counters {
            put(child.traffic, into: &row)
            put(child.fronting, into: &row)
        }
        return row
    }

    private static func put(_ traffic: BalancerTraffic?, into row: inout JSONObject) {
        row.put("connections_accepted", number: traffic?.connections)
        row.put("waiting", number: traffic?.waiting)
        row.put("own_answers", number: traffic?.ownAnswers)
        row.put("limited", number: traffic?.limited)
        row.put("shut_out", number: traffic?.shutOut)
        row.put("lines_dropped", number: traffic?.linesDropped)
    }

    private static func put(_ traffic: BackendTraffic?, into row: inout JSONObject) {
        for index in 0..<5 { row.put("http_\(index + 1)xx", number: traffic?.classes[index]) }
        row.put("failed", number: traffic?.failed)
        row.put("retried_from", number: traffic?.retriedFrom)
        row.put("retried_to", number: traffic?.retriedTo)
        row.put("retries_denied", number: traffic?.retriesDenied)
        row.put("connects", number: traffic?.connects)
        row.put("connect_failures", number: traffic?.connectFailures)
        row.put("checks_passed", number: traffic?.checksPassed)
        row.put("checks_failed", number: traffic?.checksFailed)
        row.put("ewma_ms", decimal: traffic?.average)
    }
}
