import Basics
import Kernel
import Logs

/// How the lines of the log are shown where a person reads them: `--timestamps`, `--access-lines`.
struct LineView {
    /// What was said; `nil` for what is usual.
    private let times: TimeStyle?
    private let access: AccessFolding.Choice?

    static let timestamps = Option(
        "timestamps", value: "local|full|none",
        help: "times of lines (local on a terminal; else full: UTC, with the date)",
        words: TimeStyle.allCases.map(\.rawValue))
    static let accessLines = Option(
        "access-lines", value: "WHICH",
        help: "on a terminal: all, errors, none, or folded into one a second above 50",
        words: AccessFolding.Choice.allCases.map(\.rawValue))

    /// As usual.
    init() { (times, access) = (nil, nil) }

    init(_ given: ParsedOptions) throws(UsageError) {
        times = try given.choice("timestamps")
        access = try given.choice("access-lines")
    }

    /// Which access lines are shown: all but on a terminal, and where lines were asked for that are
    /// like something.
    func access(on output: DescriptorReference, choosing: Bool) -> AccessFolding.Choice {
        if !output.isTerminal { return .all }
        return access ?? (choosing ? .all : .folded)
    }

    func time(on output: DescriptorReference) -> LineTime {
        let style = times ?? (output.isTerminal ? .local : .full)
        return LineTime(style, now: Clock.wallTime()) { Clock.zoneOffset(atSecond: $0) }
    }
}
