import Basics
import Kernel
import TestSupport

/// A service of its own that `lbctl up` runs from a Procfile; it and its files are gone with this
/// object.
final class LoggedService: Sendable {
    let folder: String
    let name: String
    private let up: RunningProgram

    /// Starts a service without backends and waits until all of it is ready. What `procfile` starts
    /// should wait a moment before it speaks.
    init(_ procfile: String, _ arguments: [String] = []) throws {
        name = "logged-\(ThisProcess.pid)-\(Randomness.word() % 1_000_000)"
        folder = "/tmp/lbctl-\(name)"
        for path in [folder, folder + "/run", folder + "/state"] { try Files.makeFolder(path) }
        let file = try Files.open(folder + "/Procfile", for: .replace)
        if !file.reference.write(all: procfile + "\n") { throw Failure("no Procfile written") }
        up = try RunningProgram(
            "lbctl", ["up", "--admin", "off"] + arguments,
            environment: Self.environment(folder, name),
            directory: folder)
        _ = try up.line(with: "in another terminal", in: .errors)
    }

    deinit {
        up.send(.terminate)
        _ = eventually { up.ending != nil }
        Self.remove(folder)
    }

    /// What every verb about this service is told.
    static func environment(_ folder: String, _ name: String) -> [String] {
        [
            "XDG_RUNTIME_DIR=\(folder)/run", "XDG_STATE_HOME=\(folder)/state", "LBCTL_NAME=\(name)",
        ]
    }

    var environment: [String] { Self.environment(folder, name) }

    /// All that `up` showed.
    var shown: String { up.output }

    func stop() throws(Failure) { try up.stop() }

    func logs(_ words: [String] = []) throws(Failure) -> (
        code: Int32, output: String, errors: String
    ) {
        try RunningProgram.run("lbctl", ["logs"] + words, environment: environment)
    }

    /// Waits until the log has a line with this.
    func awaitLine(_ text: String) throws(Failure) {
        if !eventually({ self.shown.contains(text) }) {
            throw Failure("no '\(text)' in: \(shown.suffix(2000))")
        }
    }

    private static func remove(_ path: String) {
        for name in (try? Files.names(in: path)) ?? [] {
            let inner = path + "/" + name
            if (try? Files.facts(inner))?.isDirectory == true {
                remove(inner)
            } else {
                try? Files.remove(inner)
            }
        }
        try? Files.removeFolder(path)
    }
}

extension DescriptorReference {
    /// Writes all of a text; false when it can't be.
    fileprivate func write(all text: String) -> Bool {
        var queue = ByteQueue(capacity: text.utf8.count)
        queue.append(text: text)
        return writeAll(&queue) == nil
    }
}
