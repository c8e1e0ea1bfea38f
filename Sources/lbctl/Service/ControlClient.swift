import Basics
import Control
import Kernel
import Logs
import Planning
import Supervision

/// A verb's connection to the running supervisor.
struct ControlClient: ~Copyable {
    private let socket: Descriptor
    /// The pid of the process that is asked; `nil` where that is not known.
    private var supervisor: Int32?
    private var incoming = ByteQueue(capacity: 65536)

    /// Connects; fails where no such service runs.
    ///
    /// `isPatient`: where it seems to run and has no socket, that is looked at for a second.
    init(_ folder: RuntimeFolder, isPatient: Bool = true) throws(Refusal) {
        // A folder of another user may hold another user's supervisor.
        try folder.look()
        socket = try Self.connect(folder, isPatient)
        supervisor = FileLock.holder(folder.supervisorLock)
    }

    /// Whether a supervisor listens there.
    static func isRunning(_ folder: RuntimeFolder) -> Bool {
        do throws(SystemError) {
            _ = try Socket.connect(to: .unix(folder.controlSocket))
            return true
        } catch {
            return error.errno != .noSuchFile && error.errno != .connectionRefused
        }
    }

    /// The supervisor of a service that runs and can't be reached, since its socket is gone;
    /// `nil` where none runs. It is looked for a while: one that starts or ends has none either.
    static func unreachable(_ folder: RuntimeFolder) -> Int32? {
        var holder: Int32?
        for _ in 0..<200 {
            holder = FileLock.holder(folder.supervisorLock)
            if holder == nil || isRunning(folder) { return nil }
            Poll.sleep(.milliseconds(5))
        }
        return holder
    }

    /// Takes over a connection that is made already.
    init(_ socket: consuming Descriptor) { self.socket = socket }

    /// Why there is no supervisor to connect to.
    private static func absence(of folder: RuntimeFolder) -> Refusal {
        guard let pid = unreachable(folder) else {
            let advice = "\(Hint.line("up", for: folder.name)) starts it"
            return Refusal(what: "nothing runs as '\(folder.name)'", why: "", advice: advice)
        }
        let advice = Advice.line("down", for: folder.name, implied: nil)
        return Refusal(
            what: "the service '\(folder.name)' can't be reached",
            why: "its control socket is gone, and its supervisor (pid \(pid)) runs",
            advice: "\(advice) stops it all the same")
    }

    private static func connect(
        _ folder: RuntimeFolder, _ isPatient: Bool
    ) throws(Refusal) -> Descriptor {
        do throws(SystemError) {
            let socket = try Socket.connect(to: .unix(folder.controlSocket))
            try socket.setNonBlocking(false)
            return socket
        } catch {
            if error.errno == .noSuchFile || error.errno == .connectionRefused {
                throw isPatient ? absence(of: folder) : lost
            }
            throw Refusal(
                what: "the service '\(folder.name)' can't be reached", why: "\(error)")
        }
    }

    func send(_ request: ControlRequest) throws(Refusal) {
        var words = ByteQueue(capacity: 1024)
        Framing.append(request, to: &words)
        if socket.reference.writeAll(&words) != nil { throw Self.lost }
    }

    /// The next reply, waited for as long as it takes; `nil` when the supervisor has gone.
    mutating func next() throws(Refusal) -> ControlReply? {
        while true {
            do throws(Misspelling) {
                if let reply = try Framing.take(ControlReply.self, from: &incoming) { return reply }
            } catch {
                throw Refusal(what: "the supervisor was not understood", why: error.reason)
            }
            tellIfStopped()
            incoming.reserve(65536)
            switch socket.read(into: &incoming) {
            case .moved, .wouldBlock: continue
            case .end, .failed: return nil
            }
        }
    }

    /// Tells, once, that the supervisor was stopped (SIGSTOP) and answers when it goes on.
    private mutating func tellIfStopped() {
        guard let pid = supervisor,
            !Poll.wait(for: .readable, on: socket.reference, timeout: .seconds(1)),
            Processes.facts(of: pid)?.isStopped == true
        else { return }
        supervisor = nil
        Console.note(
            "lbctl: the supervisor (pid \(pid)) is stopped and answers when it goes on: "
                + "'kill -CONT \(pid)'")
    }

    /// Hands out the records that have come whole, up to something else or until `body` says false.
    mutating func takeRecords(_ body: (Record) -> Bool) {
        incoming.consume(Self.records(in: incoming.bytes, body))
    }

    /// How many bytes they take.
    private static func records(in bytes: Span<UInt8>, _ body: (Record) -> Bool) -> Int {
        var taken = 0
        while let record = RecordFrame.first(in: bytes.extracting(taken..<bytes.count)) {
            taken += RecordFrame.length(of: record)
            if !body(record) { break }
        }
        return taken
    }

    /// The socket, to wait for it and for something else.
    var reference: DescriptorReference { socket.reference }

    /// Whether some of the next reply has come already.
    var hasMore: Bool { !incoming.isEmpty }

    /// Asks and waits for the answer; a refusal is thrown.
    mutating func ask(_ request: ControlRequest) throws(Refusal) -> ControlReply {
        try send(request)
        guard let reply = try next() else { throw Self.lost }
        if case .refused(let refusal) = reply { throw refusal }
        return reply
    }

    static let lost = Refusal(
        what: "the supervisor did not answer", why: "the connection ended",
        advice: "it may just have been stopped; its log tells more")
}
