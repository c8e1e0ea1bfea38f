import Basics
import Control
import Kernel
import Supervision

/// What became of each child that an order or a change touched, as it is told.
struct OrderReports {
    let format: OutcomeFormat
    /// Whether `weight` is one of the fields.
    var hasWeight = false
    /// Whether `change` is one.
    var hasChange = false
    /// What is said where nobody was touched.
    var ifNobody = ""

    init(_ format: OutcomeFormat) { self.format = format }

    /// Asks, prints what is told, and returns the exit code.
    func give(_ request: ControlRequest, to folder: RuntimeFolder) -> Int32 {
        var objects: [JSONObject] = []
        var failure: Refusal?
        var count = 0
        do throws(Refusal) {
            try carryOut(request, folder) { report in
                count += 1
                switch format {
                case .text: Console.say(Self.line(report))
                case .json: objects.append(object(report))
                }
            }
        } catch {
            failure = error
        }
        // What was done is told even where the rest could not be.
        if format == .json && (failure == nil || !objects.isEmpty) {
            Console.say(JSONObject.array(objects))
        }
        if failure == nil && count == 0 && format == .text { Console.say(ifNobody) }
        guard let failure else { return 0 }
        Console.complain(failure.what, why: failure.why, advice: failure.advice)
        return 1
    }

    /// Hands on what became of each child as soon as it is told.
    private func carryOut(
        _ request: ControlRequest, _ folder: RuntimeFolder, _ tell: (TargetReport) -> Void
    ) throws(Refusal) {
        var client = try ControlClient(folder)
        try client.send(request)
        while let reply = try client.next() {
            switch reply {
            case .reported(let report): tell(report)
            case .done: return
            case .refused(let refusal): throw refusal
            case .status, .killed, .following, .record, .missed, .bans: throw ControlClient.lost
            }
        }
        throw ControlClient.lost
    }

    private func object(_ report: TargetReport) -> JSONObject {
        var object = JSONObject()
        object.put("name", text: report.name)
        object.put("port", number: report.port == 0 ? nil : report.port)
        object.put("pid", number: report.pid == 0 ? nil : report.pid)
        if hasChange { object.put("change", text: report.change?.word) }
        if hasWeight { object.put("weight", number: report.weight) }
        object.put("done", flag: report.isDone)
        object.put("outcome", text: report.outcome)
        object.put("took_ms", decimal: report.took.milliseconds)
        return object
    }

    private static func line(_ report: TargetReport) -> String {
        var facts: [String] = []
        if report.port != 0 { facts.append("port \(report.port)") }
        if report.pid != 0 { facts.append("pid \(report.pid)") }
        let title =
            facts.isEmpty ? report.name : "\(report.name) (\(facts.joined(separator: ", ")))"
        return "\(title): \(report.outcome)"
    }
}
