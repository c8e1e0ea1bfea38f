import Basics
import Kernel
import Supervision

/// Where the history of a service is kept.
enum HistoryFolder {
    /// Below XDG_STATE_HOME, else below `~/.local/state`. Where there is no home, beside the
    /// runtime folders, of which it is made sure that they are ours.
    static func path(of name: String) -> ByteString {
        let state = ThisProcess.octets(of: "XDG_STATE_HOME") ?? ""
        if state.isAbsolute { return "\(state)/lbctl/\(name)/log" }
        let home = ThisProcess.octets(of: "HOME") ?? ""
        if home.isAbsolute { return "\(home)/.local/state/lbctl/\(name)/log" }
        return "\(RuntimeFolder.parent)/.state/\(name)/log"
    }
}
