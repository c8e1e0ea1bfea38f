import Control
import Kernel

/// What somebody may type next, so that it can be pasted as it stands.
public enum Advice {
    /// `'lbctl down'`, with `--name` where it would mean another service without. `implied` is the
    /// one that would be meant then.
    public static func line(
        _ verb: String, for service: String,
        implied: String = ServiceName.implied()
    ) -> String {
        let name = service == implied ? "" : " --name \(service)"
        return "'lbctl \(verb)\(name)'"
    }
}
