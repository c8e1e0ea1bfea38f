import Basics

/// What came of an order, for programs: the verbs print these, and lb-admin answers with them.
extension KillReport {
    /// One target of a `kill`; `signalName` is what it was sent, as `SIGKILL`.
    public func json(signalName: String) -> JSONObject {
        var object = JSONObject()
        object.put("name", text: name)
        object.put("port", number: port == 0 ? nil : port)
        object.put("pid", number: pid == 0 ? nil : pid)
        // One that does not run was sent none.
        object.put("signal", text: pid == 0 ? nil : signalName)
        object.put("out_of_rotation_ms", decimal: outOfRotation?.milliseconds)
        object.put("next", text: next)
        return object
    }
}

extension TargetReport {
    /// One target of another order; with `change`, and what was set, where those are told.
    public func json(withChange: Bool = false, with setting: Setting.Kind? = nil) -> JSONObject {
        var object = JSONObject()
        object.put("name", text: name)
        object.put("port", number: port == 0 ? nil : port)
        object.put("pid", number: pid == 0 ? nil : pid)
        if withChange { object.put("change", text: change?.word) }
        switch setting {
        case .weight: object.put("weight", number: weight)
        case .latency: object.put("latency_ms", decimal: faults?.latency?.milliseconds)
        case .errorRate: object.put("error_percent", decimal: faults?.errorRate?.percent)
        case .algorithm: object.put("algorithm", text: algorithm?.rawValue)
        case nil: break
        }
        object.put("done", flag: isDone)
        object.put("outcome", text: outcome)
        object.put("took_ms", decimal: took.milliseconds)
        return object
    }
}

extension BanWord {
    /// One client that is shut out.
    public var json: JSONObject {
        var row = JSONObject()
        row.put("client", text: client)
        row.put("remaining_s", decimal: remaining.seconds)
        return row
    }
}
