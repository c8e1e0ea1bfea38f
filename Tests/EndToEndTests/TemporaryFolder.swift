import Kernel
import Synchronization

/// A folder of a test's own, gone with this object.
final class TemporaryFolder: Sendable {
    let path: String

    private static let made = Atomic(0)

    init() throws(Failure) {
        let number = Self.made.add(1, ordering: .relaxed).newValue
        // Short: a socket below it must fit into 107 bytes.
        path = "/tmp/lbe2e-\(ThisProcess.pid)-\(number)"
        do throws(SystemError) {
            try Files.makeFolder(path)
        } catch { throw Failure("\(error)") }
    }

    deinit { Self.remove(path) }

    /// A folder in it.
    func folder(_ name: String) throws(Failure) -> String {
        do throws(SystemError) {
            try Files.makeFolder("\(path)/\(name)")
        } catch { throw Failure("\(error)") }
        return "\(path)/\(name)"
    }

    /// A file in it; `name` may begin with a folder that is there.
    @discardableResult
    func file(_ name: String, _ text: String) throws(Failure) -> String {
        do throws(SystemError) {
            try Files.write(text, to: try Files.open("\(path)/\(name)", for: .update))
        } catch { throw Failure("\(error)") }
        return "\(path)/\(name)"
    }

    private static func remove(_ path: String) {
        for name in (try? Files.names(in: path)) ?? [] {
            let inner = "\(path)/\(name)"
            if (try? Files.facts(inner))?.isDirectory == true {
                remove(inner)
            } else {
                try? Files.remove(inner)
            }
        }
        try? Files.removeFolder(path)
    }
}
