import Basics

/// What a sentence of lbctl's own says has changed, and of which child: the sentences are the
/// record of what happened, so nothing else need be kept.
public struct StateChange: Equatable, Sendable {
    /// What has changed, in a word that programs can rely on.
    public enum Kind: String, CaseIterable, Sendable {
        // Of the service.
        case started, stopping, stopped
        // Of one process.
        case ready, unready, failed, signalled, exited, killed, overdue, paused, resumed
        // Of the choice.
        case draining, drained, undrained, weighed, down, up, replaced
        case noneLeft = "nobody"
        // Of the log itself.
        case unwritable, writable
        /// Something else of a process.
        case other
    }

    public let kind: Kind
    /// The child that it is about, as `backend.2`; `nil` where it is the service.
    public let name: String?
    /// As the sentence says; `nil` where it names none.
    public let port: UInt16?
    public let pid: Int32?
    /// What was said of it, without its name.
    public let what: String

    /// How sentences about a process go on behind `backend.2 (port 3001, pid 4242) `.
    private static let ofProcess: [(String, Kind)] = [
        ("is ready", .ready), ("is not ready", .unready), ("was not ready", .unready),
        ("can't be started", .failed), ("is sent ", .signalled), ("killed by ", .killed),
        ("exited ", .exited), ("was stopped", .paused), ("is paused", .paused),
        ("goes on", .resumed), ("is draining", .draining), ("is drained", .drained),
        ("has finished", .drained), ("is back", .undrained), ("has weight", .weighed),
        ("is taken for down", .down), ("answers again", .up), ("takes over", .replaced),
        ("still has", .overdue), ("did not end in time", .overdue),
    ]

    /// How sentences about the service begin.
    private static let ofService: [(String, Kind)] = [
        ("stopping: ", .stopping), ("nobody is left", .noneLeft),
        ("the history can't be written", .unwritable),
        ("the history is written again", .writable),
    ]

    /// `nil` where the sentence tells of no change.
    public init?(_ sentence: String, opensRun: Bool = false) {
        if opensRun {
            self.init(.started, sentence)
        } else if sentence.hasPrefix("'"), sentence.hasSuffix("' is stopped") {
            self.init(.stopped, sentence)
        } else if let found = Self.ofService.first(where: { sentence.hasPrefix($0.0) }) {
            self.init(found.1, sentence)
        } else {
            self.init(ofProcess: sentence)
        }
    }

    private init(_ kind: Kind, _ what: String) {
        self.kind = kind
        self.what = what
        name = nil
        port = nil
        pid = nil
    }

    private init?(ofProcess sentence: String) {
        guard let blank = sentence.firstIndex(of: " "), blank > sentence.startIndex else {
            return nil
        }
        var rest = sentence[sentence.index(after: blank)...]
        var port: UInt16?
        var pid: Int32?
        if rest.hasPrefix("(port ") || rest.hasPrefix("(pid ") {
            guard let end = rest.firstIndex(of: ")") else { return nil }
            for fact in rest[rest.index(after: rest.startIndex)..<end].split(separator: ",") {
                let words = fact.split(separator: " ")
                if words.first == "port" { port = words.last.flatMap { UInt16($0) } }
                if words.first == "pid" { pid = words.last.flatMap { Int32($0) } }
            }
            rest = rest[rest.index(after: end)...]
            // Behind a colon stands what has become known of its requests: nothing has changed.
            if rest.hasPrefix(":") { return nil }
            rest = rest.drop { $0 == " " }
        } else if !rest.hasPrefix("can't be started") {
            return nil
        }
        kind = Self.ofProcess.first { rest.hasPrefix($0.0) }?.1 ?? .other
        name = String(sentence[..<blank])
        self.port = port
        self.pid = pid
        what = String(rest)
    }
}

extension StateChange {
    /// What a record says has changed; `nil` where that is none of lbctl's sentences, or of no
    /// change.
    public init?(_ record: borrowing Record) {
        switch record.stream {
        case .out, .err, .access: return nil
        case .event, .run: break
        }
        self.init(Utf8.string(record.text), opensRun: record.stream == .run)
    }
}
