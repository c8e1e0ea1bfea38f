import Basics
import Kernel
import Synchronization

/// A folder of a test's own, gone with this object and all that is in it.
public final class TemporaryFolder: Sendable {
    /// Short: the path of a socket below it must fit into 107 bytes.
    public let path: String

    private static let made = Atomic(0)

    public init() throws(Failure) {
        let number = Self.made.add(1, ordering: .relaxed).newValue
        path = "/tmp/lbtest-\(ThisProcess.pid)-\(number)"
        // One that was killed may have left it, and had this process's pid.
        Self.remove(path)
        try Self.make(path)
    }

    deinit { Self.remove(path) }

    /// The path of what lies in it under this name.
    public func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

    /// Makes a folder in it.
    @discardableResult
    public func folder(_ name: String) throws(Failure) -> String {
        try Self.make(self(name))
        return self(name)
    }

    /// Makes a file in it, or replaces what it holds; `name` may begin with a folder that is there.
    @discardableResult
    public func file(
        _ name: String, _ text: String, permissions: UInt32 = 0o600
    ) throws(Failure) -> String {
        do throws(SystemError) {
            let file = try Files.open(self(name), for: .replace, permissions: permissions)
            try Files.write(text, to: file)
        } catch { throw Failure("\(error)") }
        return self(name)
    }

    /// The names of what lies in it, sorted.
    public var names: [String] { ((try? Files.names(in: path)) ?? []).sorted() }

    private static func make(_ path: String) throws(Failure) {
        do throws(SystemError) { try Files.makeFolder(path) } catch { throw Failure("\(error)") }
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
