import Control
import Kernel

/// A command line to be typed next, so that it can be pasted as it stands.
public enum Advice {
    /// `'lbctl down'`, with `--name` where it would mean another service without. `implied` is the
    /// one that would be meant then; `nil` where none would. `own` is how this program is called.
    public static func line(
        _ verb: String, for service: String,
        implied: String? = ServiceName.implied(), own: String = OwnCommand.words
    ) -> String {
        let name = service == implied ? "" : " --name \(service)"
        return quoted("\(own) \(verb)\(name)")
    }

    /// A line set off from the sentence that it stands in; one that has quotes itself stays as it
    /// is, so that it works when it is copied with what is around it.
    public static func quoted(_ line: String) -> String {
        line.contains("'") ? line : "'\(line)'"
    }
}
