import Basics
import Control
import Kernel
import Supervision

/// The guardian's end of the socket on which a launcher waits.
final class LaunchReport {
    private let socket: Descriptor

    init(_ socket: consuming Descriptor) { self.socket = socket }

    var reference: DescriptorReference { socket.reference }

    /// False when the launcher waits no more.
    func send(_ reply: ControlReply) -> Bool {
        var words = ByteQueue(capacity: 1024)
        Framing.append(reply, to: &words)
        return socket.reference.writeAll(&words) == nil
    }
}

/// `lbctl up -d`: a guardian in a session of its own, and a launcher that waits until it is ready.
enum Detached {
    /// The hidden verb of the guardian.
    static let verb = "__guard"

    /// Starts the guardian and waits for its report.
    static func launch(_ flags: UpFlags, _ words: [ByteString]) throws(Refusal) -> Int32 {
        // What can be refused is refused here, where the user is.
        let notices = try UpCommand.prepared(flags).notices
        for notice in notices { Console.note("lbctl: " + notice) }
        let near: Descriptor
        do throws(SystemError) {
            let pair = try Socket.pair()
            let program = ThisProcess.program
            // It is meant to outlive this process, so it is not reaped here.
            _ = try Child(
                SpawnPlan(
                    path: program, arguments: [program, ByteString(verb)] + words,
                    environment: ThisProcess.environment,
                    descriptors: [nil, nil, nil, pair.second.reference], deathSignal: nil))
            near = pair.first
        } catch {
            throw Refusal(what: "'\(flags.name)' can't be started", why: "\(error)")
        }
        return try wait(near, flags)
    }

    private static func wait(_ socket: borrowing Descriptor, _ flags: UpFlags) throws(Refusal)
        -> Int32
    {
        var incoming = ByteQueue(capacity: 4096)
        while true {
            let reply: ControlReply?
            do throws(Misspelling) {
                reply = try Framing.take(ControlReply.self, from: &incoming)
            } catch {
                throw ControlClient.lost
            }
            if let reply {
                if case .refused = reply { waitForEnd(of: socket) }
                return try conclude(reply, flags)
            }
            incoming.reserve(4096)
            guard case .moved = socket.read(into: &incoming) else {
                throw Refusal(
                    what: "'\(flags.name)' can't be started", why: "its guardian has ended",
                    advice: "see \(Hint.line("logs", for: flags.name))")
            }
        }
    }

    /// The guardian stops what did start, and ends.
    private static func waitForEnd(of socket: borrowing Descriptor) {
        var rest = ByteQueue(capacity: 4096)
        while true {
            rest.removeAll()
            switch socket.read(into: &rest) {
            case .moved, .wouldBlock: continue
            case .end, .failed: return
            }
        }
    }

    private static func conclude(_ reply: ControlReply, _ flags: UpFlags) throws(Refusal) -> Int32 {
        switch reply {
        case .refused(let refusal): throw refusal
        case .status(let status):
            if flags.format == .json {
                Console.say(StatusJSON.text(status))
                return VerbEnd.done
            }
            Console.say(ReadyMessage.summary(status, name: flags.name))
            if let admin = UpObserver.admin(status, of: flags) { Console.say("see \(admin.text)") }
            return VerbEnd.done
        case .done, .killed, .following, .record, .missed, .reported, .bans, .board:
            throw ControlClient.lost
        }
    }

    /// Becomes the guardian of a service in the background.
    static func guardService(_ words: [ByteString]) throws(UsageError) -> Int32 {
        let flags = try UpFlags(words)
        guard let socket = try? Descriptor.inherited(3) else { return VerbEnd.failed }
        let report = LaunchReport(socket)
        do throws(Refusal) {
            return try UpCommand.start(flags, report: report)
        } catch {
            _ = report.send(.refused(error))
            return VerbEnd.failed
        }
    }
}
