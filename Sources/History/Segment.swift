import Basics
import Kernel
import Logs

/// One of the two halves of the history's space, so that access lines never push out the rest.
enum Share: String, CaseIterable, Sendable {
    case lines
    case access

    init(of stream: Stream) {
        switch stream {
        case .access: self = .access
        case .out, .err, .event, .run, .sentence, .runSentence: self = .lines
        }
    }
}

/// One file of the history, named after the first record in it, as `lines-000000000123.log`.
///
/// A segment is never renamed, only appended to and in the end removed, so a reader that has listed
/// the folder can't mistake one for another. One of the lines' share may begin with a copy of the
/// mark of the run that it belongs to: it is known by its number, which is lower than that in the
/// file's name.
struct Segment: Equatable, Sendable {
    let share: Share
    /// The number of the first record that is not a copy.
    let first: UInt64
    /// In bytes, as far as it was looked up.
    var size: UInt64 = 0

    init(share: Share, first: UInt64) {
        self.share = share
        self.first = first
    }

    /// The segment that a file's name speaks of; `nil` when it is none of ours.
    init?(share: Share, fileName: String) {
        let prefix = share.rawValue + "-"
        guard fileName.hasPrefix(prefix), fileName.hasSuffix(".log") else { return nil }
        let digits = fileName.dropFirst(prefix.count).dropLast(4)
        guard digits.allSatisfy({ $0.isASCII && $0.isNumber }), let first = UInt64(digits),
            first <= HistoryLimits.number
        else {
            return nil
        }
        self.init(share: share, first: first)
        if self.fileName != fileName { return nil }
    }

    var fileName: String {
        let digits = String(first)
        let zeros = String(repeating: "0", count: max(0, 12 - digits.utf8.count))
        return "\(share.rawValue)-\(zeros)\(digits).log"
    }

    /// Whether a file has a name as segments have, but a number that none can have.
    static func isMisnamed(_ fileName: String) -> Bool {
        Share.allCases.contains { share in
            fileName.hasPrefix(share.rawValue + "-") && fileName.hasSuffix(".log")
                && Segment(share: share, fileName: fileName) == nil
        }
    }

    func path(in folder: ByteString) -> ByteString { "\(folder)/\(fileName)" }

    /// The segments of a share in a folder, oldest first; none where there is no folder.
    static func all(of share: Share, in folder: ByteString) throws(SystemError) -> [Segment] {
        let names: [String]
        do throws(SystemError) {
            names = try Files.names(in: folder)
        } catch {
            if error.errno == .noSuchFile { return [] }
            throw error
        }
        return names.compactMap { Segment(share: share, fileName: $0) }
            .sorted { $0.first < $1.first }
    }
}
