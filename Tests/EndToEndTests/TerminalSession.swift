import Basics
import Kernel
import TestSupport

/// `lbctl` at a terminal of its own, as it looks to a person.
final class TerminalSession {
    private let near: Descriptor
    private let child: HeldChild
    private var bytes: [UInt8] = []

    /// Half past two where it is midnight in Greenwich.
    private static let zone = "TZ=TST-02:30"
    static let ahead = 9_000 as UInt64

    static let setsid = "/usr/bin/setsid"

    /// Starts a verb. `setsid` makes the terminal the one that Ctrl-C and a hang-up come from.
    init(_ place: Place, _ words: [String], columns: Int = 120) throws(Failure) {
        do throws(SystemError) {
            let terminal = try Pseudoterminal(columns: columns, rows: 40)
            near = terminal.near
            let far = terminal.far
            try near.setNonBlocking()
            // Threads of a test come and go, so it does not die with the one that started it.
            child = HeldChild(
                try Child(
                    SpawnPlan(
                        path: Self.setsid,
                        arguments: ["setsid", "-c", Programs.path("lbctl")] + words
                            + ["--name", place.name],
                        environment: place.environment + [
                            "PATH=/usr/bin:/bin", "TERM=xterm", Self.zone,
                        ],
                        directory: place.directory,
                        descriptors: [far.reference, far.reference, far.reference],
                        deathSignal: nil, ownSession: false)))
        } catch { throw Failure("\(error)") }
    }

    /// All that was shown so far.
    var shown: String {
        var queue = ByteQueue(capacity: 65536)
        while true {
            queue.removeAll()
            guard case .moved = near.read(into: &queue) else { break }
            for index in queue.bytes.indices { bytes.append(queue.bytes[index]) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    func type(_ text: String) { _ = near.write(Array(text.utf8).span) }

    /// Waits until this is shown, and returns the line that it is in.
    func line(with text: String) throws(Failure) -> String {
        var found: Substring?
        _ = eventually {
            found = shown.split(separator: "\n", omittingEmptySubsequences: false).dropLast().first
            { $0.contains(text) }
            return found != nil
        }
        if let found { return String(found) }
        throw Failure("never shown: '\(text)' in \(shown)")
    }

    /// Waits for the end, and reads on meanwhile.
    func end() throws(Failure) -> Ending.Cause {
        try child.end { _ = shown }
    }

    /// The terminal's window is closed; what remains is the process.
    consuming func close() -> HeldChild { child }
}

/// A child that several may hold.
final class HeldChild {
    private let child: Child

    init(_ child: consuming Child) { self.child = child }

    /// Waits for its end.
    func end(_ meanwhile: () -> Void = {}) throws(Failure) -> Ending.Cause {
        var ending: Ending?
        _ = eventually {
            meanwhile()
            ending = child.reap()
            return ending != nil
        }
        if let ending { return ending.cause }
        throw Failure("pid \(child.pid) has not ended")
    }
}
