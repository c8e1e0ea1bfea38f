import Basics
import Control
import Kernel
import Logs
import Supervision
import Terminal

/// Who watches `lbctl up`: the terminal, or a launcher that waits to hear how it went.
final class Audience: Guardian.Audience {
    private let flags: UpFlags
    /// Where the log goes; nothing in the background.
    private let terminal: TerminalWriter?
    /// Where notes go that must not wait for it; nothing where standard error is no terminal.
    private let notes: TerminalWriter?
    /// Whether the launcher has been told; it waits for one report.
    private var hasReported = false
    private let report: LaunchReport?
    private var painter: LinePainter
    private var painted = ByteQueue(capacity: 4096)

    init(_ flags: UpFlags, report: LaunchReport?) throws(SystemError) {
        self.flags = flags
        let output = DescriptorReference.standardOutput
        let errors = DescriptorReference.standardError
        let remedy = Advice.line("logs", for: flags.name)
        let terminal = report == nil ? try TerminalWriter(output, remedy: remedy) : nil
        self.terminal = terminal
        // On one screen both go through one writer, so that no line is torn by another.
        let isShared = output.isTerminal && errors.isTerminal
        notes =
            isShared || !errors.isTerminal ? terminal : try TerminalWriter(errors, remedy: remedy)
        self.report = report
        painter = LinePainter(flags.format, colour: flags.colour, on: output)
    }

    var gone: String? {
        if hasFailed { return "'lbctl up -d' gave up" }
        return terminal?.isBroken ?? false ? "nobody reads what 'lbctl up' shows" : nil
    }

    var launcher: DescriptorReference? { report?.reference }

    /// Nobody wants in the background what was interrupted before it was ready.
    func launcherLeft() { if !hasReported { hasFailed = true } }

    /// A service that was to be ready in the background, and is not.
    private var hasFailed = false

    func show(_ record: RecordWord) {
        guard let terminal else { return }
        painted.removeAll()
        painter.append(record, to: &painted)
        terminal.write(&painted)
    }

    func missed(_ lines: UInt64) {
        let remedy = Advice.line("logs", for: flags.name)
        say("\(Figures.count(lines, "line")) left out here; \(remedy) has what is kept")
    }

    func isReady(_ status: ServiceStatus) {
        if let report {
            if hasReported { return }
            hasReported = true
            // The launcher was interrupted: nobody wants it in the background then.
            hasFailed = !report.send(.status(status))
            return
        }
        let style = flags.colour.style(for: .standardError)
        note(Invitation.text(status, name: flags.name, style: style))
    }

    func isNotReady(_ refusal: Refusal) {
        if let report {
            hasFailed = true
            _ = report.send(.refused(refusal))
            return
        }
        Console.complain(refusal.what, why: refusal.why, advice: refusal.advice)
    }

    func say(_ sentence: String) { note("lbctl: " + sentence) }

    /// What is no line of the log goes where it can't be taken for one, but not straight into a
    /// terminal that may be stuck.
    private func note(_ line: String) {
        if let notes, DescriptorReference.standardError.isTerminal {
            notes.write(line + "\n")
        } else {
            Console.note(line)
        }
    }

    /// Lets the last lines out.
    func end() {
        terminal?.drain(within: .milliseconds(200))
        notes?.drain(within: .milliseconds(200))
    }
}
