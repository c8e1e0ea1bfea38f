import Basics
import Control
import History
import Kernel

/// Where a service's history is kept, made sure to be ours. Without one a service runs all the
/// same.
public struct HistoryPlace {
    let path: ByteString

    /// `…/lbctl/NAME/log`: it and the two folders above it are lbctl's own.
    public init(path: ByteString) { self.path = path }

    /// Why nothing can be kept in it; nothing when it can, or when it is still to be made.
    public func obstacle() -> Refusal? {
        let folders = [
            OwnFolder(path: path.parent.parent, privacy: .readable),
            OwnFolder(path: path.parent, privacy: .readable),
            OwnFolder(path: path, privacy: .closed),
        ]
        for folder in folders {
            do throws(SystemError) {
                guard let fault = try folder.fault() else { continue }
                return refusal(fault.why, fault.advice)
            } catch {
                if error.errno == .noSuchFile { return nil }
                return refusal("\(folder.path.text): \(error.errno)", "")
            }
        }
        return nil
    }

    /// The folder of the service that has written to it last, where that is known: others of the
    /// same name may be in other folders.
    public static func directory(of path: ByteString) -> ByteString? {
        guard let file = try? Files.openOwn(owner(of: path), for: .read),
            let octets = try? Files.contents(of: file, limit: 65536), !octets.isEmpty
        else { return nil }
        return ByteString(octets)
    }

    /// Where that stands: beside the history, as nothing in it is but its segments.
    private static func owner(of path: ByteString) -> ByteString { "\(path.parent)/folder" }

    /// Writes which folder's service the history belongs to; where that can't be written only verbs
    /// without a name suffer. A reader sees the one before or this one, never half of it.
    private func claim(_ directory: ByteString) {
        let owner = Self.owner(of: path)
        let next: ByteString = "\(owner).\(ThisProcess.pid)"
        try? Files.remove(next)
        guard let file = try? Files.openOwn(next, for: .update) else { return }
        var octets = ByteQueue(capacity: max(1, directory.bytes.count))
        octets.append(directory.bytes.span)
        if file.reference.writeAll(&octets) != nil { return }
        try? Files.rename(next, to: owner)
    }

    /// Makes it and opens it for writing by the service of a folder.
    func open(limit: UInt64, for directory: ByteString) throws(Refusal) -> HistoryWriter {
        if let obstacle = obstacle() { throw obstacle }
        do throws(SystemError) {
            try Files.makeFolders(path)
        } catch {
            throw refusal("\(path.text): \(error.errno)", "")
        }
        // Racing: a process that made it meanwhile may have made something else.
        if let obstacle = obstacle() { throw obstacle }
        do throws(SystemError) {
            let writer = try HistoryWriter(folder: path, limit: limit)
            claim(directory)
            return writer
        } catch {
            throw refusal("\(path.text): \(error)", "")
        }
    }

    private func refusal(_ why: String, _ advice: String) -> Refusal {
        Refusal(
            what: "what is said is kept nowhere", why: why,
            advice: advice.isEmpty
                ? "set XDG_STATE_HOME to a folder of your own that can be written" : advice)
    }
}
