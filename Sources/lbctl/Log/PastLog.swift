import Basics
import Control
import History
import Kernel
import Logs
import Supervision

/// The history of a service, as `logs` reads it.
struct PastLog {
    let name: String
    private let path: ByteString

    init(of name: String) { self.init(of: name, in: HistoryFolder.path(of: name)) }

    /// The history of a service that is kept at `path`.
    init(of name: String, in path: ByteString) {
        self.name = name
        self.path = path
    }

    /// The number of the mark that the last run begins with; of a history whose
    /// beginning was removed, that of the first record. Refuses where nothing ever ran.
    func lastRun(isRunning: Bool) throws(Refusal) -> UInt64 {
        do throws(SystemError) {
            let history = try HistoryReader(folder: path)
            if let mark = try history.lastRun() { return mark }
            if isRunning || !history.isEmpty { return 0 }
        } catch {
            if isRunning { return 0 }
            throw unreadable(error)
        }
        throw Refusal(
            what: "there is nothing to show", why: "'\(name)' has never run here",
            advice: "start it with \(Hint.line("up", for: name))")
    }

    /// Why there is nothing of a service that runs and is not kept.
    var absence: Refusal {
        let obstacle = HistoryPlace(path: path).obstacle()
        return Refusal(
            what: "there is nothing to show",
            why: "what '\(name)' says is not kept in \(path.text)"
                + (obstacle.map { ": \($0.why)" } ?? ""),
            advice: "\(Hint.line("logs -f", for: name)) shows what comes")
    }

    /// Prints what is asked for, as the history stands now.
    func show(_ query: HistoryQuery, on printer: LogPrinter) throws(Refusal) {
        try read(query) { printer.append($0) }
    }

    /// Hands out the records that are wanted until `body` says false.
    func read(_ query: HistoryQuery, _ body: (Record) -> Bool) throws(Refusal) {
        do throws(SystemError) {
            try HistoryReader(folder: path).read(query, body)
        } catch {
            throw unreadable(error)
        }
    }

    private func unreadable(_ error: SystemError) -> Refusal {
        Refusal(what: "the history in \(path.text) can't be read", why: "\(error)")
    }
}
