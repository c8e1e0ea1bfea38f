import Basics
import Kernel

/// Where the real programs are.
///
/// SwiftPM puts them beside the program that runs the tests. LBCTL_PROGRAMS names another folder,
/// such as that of a release build.
enum Programs {
    static let folder: String = {
        if let given = ThisProcess.variable("LBCTL_PROGRAMS"), !given.isEmpty {
            return Files.resolved(ByteString(given)).text
        }
        let own = ThisProcess.executable
        return String(own[..<(own.lastIndex(of: "/") ?? own.startIndex)])
    }()

    /// The file of `lbctl`, `lb-balancer`, `lb-echo`; with a slash it is a path already.
    static func path(_ name: String) -> String {
        name.contains("/") ? name : folder + "/" + name
    }
}
