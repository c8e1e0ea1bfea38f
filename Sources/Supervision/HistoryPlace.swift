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

    /// Makes it and opens it for writing.
    func open(limit: UInt64) throws(Refusal) -> HistoryWriter {
        if let obstacle = obstacle() { throw obstacle }
        do throws(SystemError) {
            try Files.makeFolders(path)
        } catch {
            throw refusal("\(path.text): \(error.errno)", "")
        }
        // Racing: whoever made it meanwhile may have made something else.
        if let obstacle = obstacle() { throw obstacle }
        do throws(SystemError) {
            return try HistoryWriter(folder: path, limit: limit)
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
