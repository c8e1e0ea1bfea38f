import Basics
import Kernel
import Planning

/// Whether a folder is one that no other user has made, can change, or can lead us out of.
struct OwnFolder {
    /// What others may do in it.
    enum Privacy {
        /// Nothing: what lies in it is for us alone.
        case closed
        /// Look: what matters lies deeper.
        case readable

        var forbidden: UInt32 {
            switch self {
            case .closed: 0o077
            case .readable: 0o022
            }
        }
    }

    let path: ByteString
    let privacy: Privacy

    /// What is wrong with it, and what to do about it; nothing when all is well.
    struct Fault: Equatable {
        let why: String
        let advice: String
    }

    /// Looks at the folder. A system call that fails is thrown.
    func fault() throws(SystemError) -> Fault? {
        let facts = try Files.facts(path)
        if !facts.isDirectory {
            return Fault(why: "\(path.text) is no folder, or a link to one", advice: "remove it")
        }
        let isRoots = privacy == .readable && facts.owner == 0
        if facts.owner != ThisProcess.user && !isRoots {
            return Fault(
                why: "\(path.text) belongs to another user (\(facts.owner))", advice: "")
        }
        if facts.permissions & privacy.forbidden == 0 { return nil }
        let mode = privacy == .closed ? "700" : "755"
        return Fault(
            why: "\(path.text) is open to others",
            advice: "chmod \(mode) \(ShellWords.quoted(path))")
    }
}
