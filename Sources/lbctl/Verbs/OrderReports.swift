import Basics
import Control
import Kernel
import Supervision

/// What became of each child that an order or a change touched, as it is told.
struct OrderReports {
    let format: OutcomeFormat
    /// What of each child's settings is one of the fields.
    var setting: Setting.Kind?
    /// Whether `change` is one.
    var hasChange = false
    /// What is said where no child was touched.
    var ifNone = ""

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
                case .json:
                    objects.append(
                        report.json(withChange: hasChange, with: setting))
                }
            }
        } catch {
            failure = error
        }
        // What was done is told even where the rest could not be.
        if format == .json && (failure == nil || !objects.isEmpty) {
            Console.say(JSONObject.array(objects))
        }
        if failure == nil && count == 0 && format == .text { Console.say(ifNone) }
        return failure.map { VerbEnd.refused($0) } ?? VerbEnd.done
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
            case .status, .killed, .following, .record, .missed, .bans, .board:
                throw ControlClient.lost
            }
        }
        throw ControlClient.lost
    }

    static func line(_ report: TargetReport) -> String {
        let title = Figures.process(report.name, port: report.port, pid: report.pid)
        return "\(title): \(report.outcome)"
    }
}
