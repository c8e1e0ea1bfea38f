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

    /// How long something may take that takes milliseconds on a machine with nothing else to do.
    static let patience = Nanoseconds.seconds(30)

    /// Waits until `condition` holds; false when it does not in time.
    static func eventually(
        within span: Nanoseconds = patience, _ condition: () -> Bool
    ) -> Bool {
        let deadline = Clock.now() + span
        while !condition() {
            if Clock.now() >= deadline { return false }
            Poll.sleep(.milliseconds(2))
        }
        return true
    }
}

/// A test that could not go on, and why.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
