import Basics
import Control
import Planning
import Supervision

/// `lbctl reload`: the Procfile as it is now, applied to what runs.
enum ReloadCommand {
    private static let remark = """
        What is new starts; what is gone finishes what it has and is ended; what has changed (its
        command, or .env) is restarted, the balanced ones one after the other; a balancer whose line
        has changed is replaced without refusing anybody. All else is left alone, and so is what
        'scale' and 'weight' have set, unless the file has changed there. A Procfile that can't be
        used changes nothing. Where the balancer listens is changed by 'down' and 'up' alone.
        """

    static func run(_ words: [String]) throws(UsageError) -> Int32 {
        let verb = try Verb(
            words, usage: "lbctl reload",
            examples: [
                ("lbctl reload", "apply what has changed in the Procfile and in .env"),
                ("lbctl reload --format json", "the same for programs: an array"),
            ],
            options: [
                OutcomeFormat.option("name, port, pid, change, done, outcome, took_ms")
            ], remark: remark)
        try verb.refuseOperands()
        var reports = OrderReports(
            try verb.options.choice("format", OutcomeFormat.self) ?? .text)
        reports.hasChange = true
        return reports.give(.reload, to: try verb.folder())
    }
}
