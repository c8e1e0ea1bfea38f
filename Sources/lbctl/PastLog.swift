import Control
import History
import Kernel
import Logs

/// The history of a service, as `logs` reads it.
struct PastLog {
    let name: String
    private let path: String

    init(of name: String) {
        self.name = name
        path = HistoryFolder.path(of: name)
    }

    /// The number of the mark that the last run begins with.
    func lastRun() throws(Refusal) -> UInt64 {
        let first: UInt64?
        do throws(SystemError) {
            first = try HistoryReader(folder: path).lastRun()
        } catch {
            throw unreadable(error)
        }
        guard let first else {
            throw Refusal(
                what: "there is nothing to show", why: "'\(name)' has never run here",
                advice: "start it with 'lbctl up'")
        }
        return first
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
        Refusal(what: "the history in \(path) can't be read", why: "\(error)")
    }
}
