import Basics
import Control
import History
import Kernel
import Supervision

/// `lbctl logs`: what everybody has said, from the history and live.
enum LogsCommand {
    static func run(_ words: [String]) throws(UsageError) -> Int32 {
        let flags = try LogsFlags(words)
        let folder = try flags.verb.folder()
        let printer = LogPrinter(flags.format, colour: flags.colour)
        do throws(Refusal) {
            let past = PastLog(of: flags.verb.name)
            var query = HistoryQuery(filter: flags.filter, tail: flags.tail)
            // Asked in any case: it refuses where nothing ever ran.
            let status = runningStatus(folder)
            let run = try past.lastRun(isRunning: status != nil)
            if !flags.spansRuns { query.from = run }
            try KnownNames.check(query, past, status)
            if flags.follows && status != nil {
                var live = try LiveLog(folder, past)
                try live.show(query, on: printer)
                return 0
            }
            try past.show(query, on: printer)
            if printer.flush() && flags.follows {
                Console.note("lbctl: '\(folder.name)' is not running; this was its last run")
            }
            return 0
        } catch {
            _ = printer.flush()
            Console.complain(error.what, why: error.why, advice: error.advice)
            return 1
        }
    }

    /// What runs; nothing where nobody answers.
    private static func runningStatus(_ folder: RuntimeFolder) -> ServiceStatus? {
        do throws(Refusal) {
            var client = try ControlClient(folder)
            guard case .status(let status) = try client.ask(.status) else { return nil }
            return status
        } catch {
            // The history can be read without it.
            return nil
        }
    }
}
