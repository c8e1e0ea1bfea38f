import Control
import Kernel

/// What somebody may type next, so that it can be pasted as it stands.
public enum Advice {
    /// `'lbctl down'`, with `--name` where it would mean another service without. `given` is what
    /// LBCTL_NAME says there.
    public static func line(
        _ verb: String, for service: String,
        given: String? = ThisProcess.variable(Inheritance.service)
    ) -> String {
        let name = service == given ?? "default" ? "" : " --name \(service)"
        return "'lbctl \(verb)\(name)'"
    }
}
