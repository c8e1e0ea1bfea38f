import Basics
import Control
import Kernel
import Logs
import Supervision
import Terminal

/// Where `lbctl up` tells how it goes: the terminal, or a launcher that waits for a report.
final class UpObserver: Guardian.Audience {
    private let flags: UpFlags
    /// Where the log goes; `nil` in the background.
    private let screen: Screen?
    /// Where notes go where standard error alone is a terminal: they must not wait for it.
    private let notes: TerminalWriter?
    /// Whether the launcher has been told; it waits for one report.
    private var hasReported = false
    private let report: LaunchReport?

    init(_ flags: UpFlags, names: [String], report: LaunchReport?) throws(SystemError) {
        self.flags = flags
        let errors = DescriptorReference.standardError
        screen = report == nil ? try Screen(flags, names: names) : nil
        let remedy = Hint.line("logs", for: flags.name)
        notes = errors.isTerminal ? try TerminalWriter(errors, remedy: remedy) : nil
        self.report = report
    }

    var gone: String? {
        if hasFailed { return "'lbctl up -d' gave up" }
        return screen?.isGone ?? false ? "nobody reads what 'lbctl up' shows" : nil
    }

    var departure: DescriptorReference? { report?.reference ?? screen?.departure }

    /// A launcher that was interrupted wants no service in the background any more.
    func departed() { if report != nil && !hasReported { hasFailed = true } }

    /// A service that was to be ready in the background, and is not.
    private var hasFailed = false

    var showsLog: Bool { screen != nil }

    func follow(_ log: consuming Descriptor) { screen?.follow(log) }

    func isReady(_ status: ServiceStatus) {
        if let report {
            if hasReported { return }
            hasReported = true
            // The launcher was interrupted, and wants no service in the background any more.
            hasFailed = !report.send(.status(status))
            return
        }
        let style = flags.colour.style(for: .standardError)
        let implied = ReadyMessage.implied(status, name: flags.name)
        note(
            ReadyMessage.text(
                status, name: flags.name, style: style, implied: implied,
                admin: Self.admin(status, of: flags)))
    }

    /// Where lb-admin is, with the token on a terminal alone: elsewhere it could be kept.
    static func admin(_ status: ServiceStatus, of flags: UpFlags) -> AdminAddress? {
        let isSeen = DescriptorReference.standardError.isTerminal
        return AdminAddress(status, token: isSeen ? AdminToken.read(in: flags.folder) : nil)
    }

    func isNotReady(_ refusal: Refusal) {
        if let report {
            hasFailed = true
            let rest = "what had been started is stopped again"
            let advice = refusal.advice.isEmpty ? rest : "\(rest); \(refusal.advice)"
            _ = report.send(
                .refused(Refusal(what: refusal.what, why: refusal.why, advice: advice)))
            return
        }
        Console.complain(refusal)
    }

    func say(_ sentence: String) {
        // Over the `^C` that the terminal has echoed.
        note((DescriptorReference.standardError.isTerminal ? "\r" : "") + "lbctl: " + sentence)
    }

    /// What is no line of the log goes where it can't be taken for one, but not straight into a
    /// terminal that may be stuck; and on one screen no line is torn by another.
    private func note(_ line: String) {
        if let screen, notes != nil, DescriptorReference.standardOutput.isTerminal {
            screen.note(line)
        } else if let notes {
            notes.write(line + "\n")
        } else {
            Console.note(line)
        }
    }

    /// Lets the last lines out.
    func end() {
        screen?.end()
        notes?.drain(within: .milliseconds(200))
    }
}
