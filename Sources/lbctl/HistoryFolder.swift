import Kernel
import Supervision

/// Where the history of a service is kept.
enum HistoryFolder {
    /// Below XDG_STATE_HOME, else below `~/.local/state`. Where there is no home, beside the
    /// runtime folders, of which it is made sure that they are ours.
    static func path(of name: String) -> String { "\(parent)/\(name)/log" }

    private static var parent: String {
        let state = ThisProcess.variable("XDG_STATE_HOME") ?? ""
        if state.hasPrefix("/") { return "\(state)/lbctl" }
        let home = ThisProcess.variable("HOME") ?? ""
        if home.hasPrefix("/") { return "\(home)/.local/state/lbctl" }
        return "\(RuntimeFolder.parent)/.state"
    }

    /// Whether there is one.
    static func exists(of name: String) -> Bool { Files.exists(path(of: name)) }

    /// The names of all services that have one.
    static func names() -> [String] {
        ((try? Files.names(in: parent)) ?? []).filter {
            ServiceName.isValid($0) && exists(of: $0)
        }.sorted()
    }
}
