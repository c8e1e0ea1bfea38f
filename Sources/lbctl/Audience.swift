import Basics
import Control
import Kernel
import Logs
import Supervision

/// Who watches `lbctl up`: the terminal, or a launcher that waits to hear how it went.
final class Audience: Guardian.Audience {
    private let flags: UpFlags
    private let terminal: TerminalWriter?
    private let report: LaunchReport?
    private var painter: LinePainter
    private var painted = ByteQueue(capacity: 4096)

    init(_ flags: UpFlags, report: LaunchReport?) throws(SystemError) {
        self.flags = flags
        let output = DescriptorReference.standardOutput
        terminal = report == nil ? try TerminalWriter(output) : nil
        self.report = report
        painter = LinePainter(flags.format, colour: flags.colour, on: output)
    }

    var isGone: Bool { hasFailed || terminal?.isBroken ?? false }

    /// A service that was to be ready in the background, and is not.
    private var hasFailed = false

    func show(_ record: RecordWord) {
        guard let terminal else { return }
        painted.removeAll()
        painter.append(record, to: &painted)
        terminal.write(&painted)
    }

    func missed(_ lines: UInt64) {
        say("\(lines) lines were left out here; 'lbctl logs' has them")
    }

    func isReady(_ status: ServiceStatus) {
        if let report {
            // The launcher was interrupted: nobody wants it in the background then.
            hasFailed = !report.send(.status(status))
            return
        }
        let name = flags.name == "default" ? "" : " --name \(flags.name)"
        if !status.url.isEmpty { note("open \(status.url)") }
        if let backend = status.children.last(where: { $0.port != nil && $0.type != "balancer" }),
            let port = backend.port
        {
            note("in another terminal: lbctl kill \(port)\(name)")
        }
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

    /// What is no line of the log goes where it can't be taken for one, but not through a terminal
    /// that may be stuck.
    private func note(_ line: String) {
        if DescriptorReference.standardError.isTerminal {
            terminal?.write(line + "\n")
        } else {
            Console.note(line)
        }
    }

    /// Lets the last lines out.
    func end() { terminal?.drain(within: .milliseconds(200)) }
}
