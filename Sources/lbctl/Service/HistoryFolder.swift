import Basics
import Kernel
import Planning
import Supervision

/// Where the history of a service is kept.
enum HistoryFolder {
    /// Below XDG_STATE_HOME, else below `~/.local/state`. Where there is no home, beside the
    /// runtime folders, of which it is made sure that they are ours.
    static func path(of name: String) -> ByteString { "\(parent)/\(name)/log" }

    private static var parent: ByteString {
        let state = ThisProcess.octets(of: "XDG_STATE_HOME") ?? ""
        if state.isAbsolute { return "\(state)/lbctl" }
        let home = ThisProcess.octets(of: "HOME") ?? ""
        if home.isAbsolute { return "\(home)/.local/state/lbctl" }
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
