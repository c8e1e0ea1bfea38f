import Kernel

/// Where the history of a service is kept.
enum HistoryFolder {
    /// Below XDG_STATE_HOME, else below `~/.local/state`.
    static func path(of name: String) -> String {
        let home = ThisProcess.variable("HOME") ?? "/tmp"
        let given = ThisProcess.variable("XDG_STATE_HOME") ?? ""
        let state = given.hasPrefix("/") ? given : home + "/.local/state"
        return "\(state)/lbctl/\(name)/log"
    }
}
