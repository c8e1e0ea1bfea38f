import Basics
import Control
import History
import Kernel
import Logs
import Supervision

/// What is to be shown of a service's log, and how `logs` and `events` find it.
struct LogRequest {
    let folder: RuntimeFolder
    /// What is shown of the processes with these names; of all where there are none.
    let filter: (_ names: [String]) -> LogFilter
    /// The processes that are asked for, as it was typed: by name, type or port.
    let targets: [String]
    /// How many lines at most, counted from the end and after the filter.
    let tail: Int?
    let follows: Bool
    /// Whether earlier runs are looked at too.
    let spansRuns: Bool

    /// Shows it, and returns the exit code.
    func show(on printer: LogPrinter) -> Int32 {
        VerbEnd.of { () throws(Refusal) in
            do throws(Refusal) {
                try find(on: printer)
            } catch {
                _ = printer.flush()
                throw error
            }
            if let errno = printer.failure {
                throw Refusal(what: "what was asked for can't be written", why: "\(errno)")
            }
            return VerbEnd.done
        }
    }

    private func find(on printer: LogPrinter) throws(Refusal) {
        let past = PastLog(of: folder.name)
        // Asked in any case: it refuses where nothing ever ran, and what was said until now is in
        // the history then.
        let status = Self.status(of: folder)
        let run = try past.lastRun(isRunning: status != nil)
        let from = spansRuns ? 0 : run
        let names = try KnownNames.names(targets, from: from, past, status)
        var query = HistoryQuery(filter: filter(names), tail: tail)
        query.from = from
        printer.expect(
            (status?.children ?? []).map(\.name).filter { name in
                names.isEmpty || names.contains { LogFilter.name(name.utf8.span, isOf: $0) }
            })
        if follows && status != nil {
            var live = try LiveLog(folder, past)
            if !live.isKept { Console.note("lbctl: \(past.absence.why)") }
            if try live.show(query, on: printer) {
                Console.note("lbctl: '\(folder.name)' has ended")
            }
            return
        }
        if status != nil, let live = try? LiveLog(folder, past), !live.isKept {
            throw past.absence
        }
        try past.show(query, on: printer)
        printer.finish()
        if printer.flush() && follows {
            Console.note("lbctl: '\(folder.name)' is not running; this was its last run")
        }
    }

    /// What the service says of itself; `nil` where none runs.
    static func status(of folder: RuntimeFolder) -> ServiceStatus? {
        do throws(Refusal) {
            var client = try ControlClient(folder)
            _ = try client.ask(.gatherLog)
            guard case .status(let status) = try client.ask(.status) else { return nil }
            return status
        } catch {
            // The history can be read without it.
            return nil
        }
    }
}
