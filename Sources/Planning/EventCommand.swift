import Basics
import Control
import Logs

/// A command that is run when something happens, as `--on-event` of `up` says it.
public struct EventCommand: Equatable, Sendable {
    /// The name under which the log has what such commands write.
    public static let name = "on-event"
    /// What they are known by in their environment: no process of a Procfile can have that name.
    private static let instance = "lbctl.on-event"

    /// The kinds that it is run for; empty for all but remarks.
    public let kinds: [EventKind]
    /// What /bin/sh runs.
    public let command: ByteString

    public init(kinds: [EventKind], command: ByteString) {
        self.kinds = kinds
        self.command = command
    }

    /// Reads `killed,down:COMMAND` or `COMMAND`. Fails where a kind is none, and without a command.
    ///
    /// What stands before the first colon is a list of kinds where it looks like one: letters,
    /// digits, `_` and `,` alone. So a mistyped kind is told, and `curl http://…` is a command. A
    /// command that begins so itself is written behind a colon of its own.
    public init(_ word: ByteString) throws(UsageError) {
        let parts = word.split(by: Ascii.colon, maxSplits: 1)
        let head = parts[0]
        let isList = head.bytes.allSatisfy { Self.isOfList($0) }
        if parts.count == 1 || !isList {
            if isList, !head.isEmpty, let kinds = try? EventKind.list(head.text) {
                throw Self.lacksCommand(kinds)
            }
            self.init(kinds: [], command: word)
        } else {
            let kinds = head.isEmpty ? [] : try Self.kinds(of: head.text)
            self.init(kinds: kinds, command: parts[1])
        }
        if command.bytes.allSatisfy({ $0 <= Ascii.space }) {
            throw Self.lacksCommand(kinds)
        }
    }

    private static func isOfList(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2C: true
        default: false
        }
    }

    private static func kinds(of text: String) throws(UsageError) -> [EventKind] {
        do throws(EventKind.Unknown) {
            return try EventKind.list(text)
        } catch {
            throw UsageError(
                "--on-event: \(error.why)",
                hint: error.advice + (error.advice.hasSuffix("?") ? " A" : "; a")
                    + " command that begins so itself is written behind a colon: "
                    + "--on-event ':\(text):…'")
        }
    }

    private static func lacksCommand(_ kinds: [EventKind]) -> UsageError {
        let list = kinds.isEmpty ? "killed,failed" : kinds.map(\.rawValue).joined(separator: ",")
        return UsageError(
            "--on-event has no command",
            hint: "it stands behind the kinds and a colon, as in "
                + "--on-event '\(list):mail -s \"$LBCTL_WHAT\" me'")
    }

    /// Whether it is run for events of this kind.
    public func wants(_ kind: EventKind) -> Bool {
        kinds.isEmpty ? kind != .notice : kinds.contains(kind)
    }
}

extension Launch {
    /// What the command is started with, in a service.
    public init(of command: EventCommand, in service: ServicePlan) {
        self.init(plan: command.child, service: service)
    }
}

extension EventCommand {
    /// The words of its command line.
    public var words: [ByteString] { ["/bin/sh", "-c", command] }

    /// The command as if it were a process of the Procfile: it gets the same environment.
    fileprivate var child: ChildPlan {
        ChildPlan(
            name: Self.instance, type: Self.name, role: .other, port: 0,
            words: words, rule: .never)
    }
}

extension EventCommand: Spelled {
    public func spell(into frame: inout FrameWriter) {
        frame.put(kinds.map(\.rawValue))
        frame.put(command)
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        var kinds: [EventKind] = []
        for word in try frame.texts() {
            guard let kind = EventKind(rawValue: word) else {
                throw Misspelling("'\(word)' is no kind of event")
            }
            kinds.append(kind)
        }
        self.init(kinds: kinds, command: try frame.octets())
    }
}
