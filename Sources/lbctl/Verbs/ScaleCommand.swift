import Basics
import Control
import Supervision

/// `lbctl scale`: more backends, or fewer, while the service runs.
enum ScaleCommand {
    private static let remark = """
        New ones get the next ports, which must be free; else nothing is changed. Of those that are
        too many the last ones go: they finish what they have (30 s at most, --drain-timeout), then
        they are ended. It returns when all new ones are ready and all others gone.
        """

    static func run(_ words: [String]) throws(UsageError) -> Int32 {
        let verb = try Verb(
            words, usage: "lbctl scale N",
            examples: [
                ("lbctl scale 8", "have eight backends, without losing a request"),
                ("lbctl scale 2 --format json", "the same for programs: an array"),
            ],
            options: [
                OutcomeFormat.option("name, port, pid, change, done, outcome, took_ms")
            ], remark: remark)
        let operands = verb.options.operands
        guard operands.count == 1, let text = operands.first else {
            throw UsageError("scale needs a number", hint: "how many backends there are to be")
        }
        let bounds = RequestBounds.backends
        // A sign would mean more or fewer than there are.
        guard text.allSatisfy(\.isNumber), let count = UInt32(text), bounds.contains(count)
        else {
            throw UsageError(
                "scale takes a number from \(bounds.lowerBound) to \(bounds.upperBound), "
                    + "not '\(text)'",
                hint: text == "0"
                    ? "'lbctl stop TYPE' ends all of a type" : "it is how many there are to be")
        }
        var reports = OrderReports(
            try verb.options.choice("format", OutcomeFormat.self) ?? .text)
        reports.hasChange = true
        reports.ifNone = "there \(count == 1 ? "is" : "are") \(count) already"
        return reports.give(.scale(to: count), to: try verb.folder())
    }
}
