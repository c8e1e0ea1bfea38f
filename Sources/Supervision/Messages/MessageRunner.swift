import Basics
import Kernel
import Logs
import Planning

/// Runs the commands of `--on-event`: starts them, reads what they write, ends those that take too
/// long. What is run when is decided by `EventMessages`, one for each command.
final class MessageRunner {
    private struct Commanded {
        let command: EventCommand
        var messages: EventMessages
        /// `nil` while it does not run.
        var run: MessageRun?
        var runs: UInt32 = 0
    }

    private var commands: [Commanded]

    init(_ commands: [EventCommand]) {
        self.commands = commands.map { Commanded(command: $0, messages: EventMessages(of: $0)) }
    }

    /// Those that run, as they are called in a sentence.
    var running: [String] {
        commands.filter { $0.messages.isRunning }.map { $0.messages.title }
    }

    /// Whether some command runs, or is to be told something.
    var isBusy: Bool { commands.contains { $0.messages.isBusy } }

    /// When there is something to do though nothing happens; `never` where nothing is.
    var nextLook: Instant {
        var first = Instant.never
        for one in commands {
            first = min(first, one.messages.nextLook, one.run?.dropsAt ?? .never)
        }
        return first
    }
}

/// What happens.
extension MessageRunner {
    /// Something has happened to the service; it is told later, behind what is more urgent.
    func eventHappened(_ event: ServiceEvent, at stamp: Stamp) {
        if commands.isEmpty { return }
        let now = Clock.now()
        for index in commands.indices {
            commands[index].messages.happened(event, at: stamp, now: now)
        }
    }

    /// The service begins to end.
    func serviceEnds() {
        for index in commands.indices { commands[index].messages.serviceEnds() }
    }

    /// There is no time left: what runs is killed, and what waits is not told.
    func timeIsOver(_ log: LogStream) {
        var count = 0
        for index in commands.indices {
            commands[index].run?.kill()
            count += commands[index].messages.closed()
        }
        // So they are not among those that were left behind.
        let deadline = Clock.now() + Limits.lastWords
        for index in commands.indices {
            guard let run = commands[index].run else { continue }
            _ = Poll.wait(
                for: .readable, on: run.child.pidDescriptor.reference,
                timeout: deadline.since(Clock.now()))
            if run.reap() != nil { run.kill() }
        }
        if count == 0 { return }
        let verb = count == 1 ? "was" : "were"
        log.tellAside(
            "on-event: \(Figures.count(count, "event")) \(verb) not told to the end, since the "
                + "service had to end")
    }

    /// A process of ours has ended, as the kernel tells by its number. Returns whether it was a
    /// command's leader: then it has been reaped.
    func processEnded(
        pid: Int32, _ log: LogStream, _ poller: borrowing Poller, now: Instant
    ) -> Bool {
        guard let index = commands.firstIndex(where: { $0.run?.child.pid == pid }) else {
            return false
        }
        return leaderEnded(index, log, poller, now: now)
    }

    /// The process of a token has ended.
    func processEnded(
        _ token: Token, _ log: LogStream, _ poller: borrowing Poller, now: Instant
    ) {
        guard let index = index(of: token) else { return }
        _ = leaderEnded(index, log, poller, now: now)
    }

    /// What the process of a token writes can be read.
    func outputCame(
        _ token: Token, _ log: LogStream, _ poller: borrowing Poller, now: Instant
    ) {
        guard let index = index(of: token) else { return }
        readOutput(index, log, poller, now: now)
    }

    /// Goes on with all commands, once a turn of the loop.
    func goOn(
        in service: ServicePlan, _ log: LogStream, _ poller: borrowing Poller, now: Instant
    ) {
        for index in commands.indices {
            if let run = commands[index].run, run.dropsAt < now {
                readOutput(index, log, poller, now: now)
            }
            switch commands[index].messages.look(now: now) {
            case .nothing: continue
            case .run(let message): start(index, message, in: service, log, poller)
            case .lookAtRest:
                guard let run = commands[index].run, run.rest.isEmpty else { continue }
                conclude(index, commands[index].messages.restEnded(), log, poller)
            case .kill:
                guard let run = commands[index].run else { continue }
                run.kill()
                if !run.hasEnded { continue }
                conclude(index, commands[index].messages.restKilled(), log, poller)
            }
        }
    }
}

/// What is done about it.
extension MessageRunner {
    private func index(of token: Token) -> Int? {
        let index = Int(token.slot)
        guard commands.indices.contains(index), commands[index].run?.number == token.generation
        else { return nil }
        return index
    }

    private func start(
        _ index: Int, _ message: EventMessages.Message, in service: ServicePlan, _ log: LogStream,
        _ poller: borrowing Poller
    ) {
        commands[index].runs &+= 1
        let number = commands[index].runs
        // Counted down, where those of children are counted up.
        let mark = LineageMark(owner: ThisProcess.pid, number: 0xFF_FFFF - index)
        let launch = MessageLaunch(
            command: commands[index].command, event: message.event, stamp: message.stamp,
            count: message.count)
        do throws(MessageLaunch.Obstacle) {
            let pipe = try Self.makePipe()
            let writeEnd = SharedDescriptor(pipe.writeEnd)
            let child = try launch.start(
                in: service, output: writeEnd.descriptor.reference, mark: mark)
            withExtendedLifetime(writeEnd) {}
            let run = MessageRun(
                child, ChildPipe(pipe.readEnd, stream: .out), number: number, mark: mark)
            commands[index].run = run
            do throws(SystemError) {
                try poller.add(
                    run.child.pidDescriptor.reference, for: .readable,
                    token: Self.token(.messageEnded, index, run))
                try poller.add(
                    run.output.reference, for: .readable,
                    token: Self.token(.messageOutput, index, run))
            } catch {
                // Its end is heard of all the same: the kernel tells that of every child.
                run.kill()
            }
        } catch {
            conclude(index, commands[index].messages.couldNotStart(error.why), log, poller)
        }
    }

    private static func makePipe() throws(MessageLaunch.Obstacle) -> Pipe {
        do throws(SystemError) {
            let pipe = try Pipe()
            try pipe.readEnd.setNonBlocking()
            return pipe
        } catch {
            throw MessageLaunch.Obstacle(why: "\(error)")
        }
    }

    private static func token(_ source: EventSource, _ index: Int, _ run: MessageRun) -> Token {
        Token(kind: source.rawValue, slot: UInt32(index), generation: run.number)
    }

    private func readOutput(
        _ index: Int, _ log: LogStream, _ poller: borrowing Poller, now: Instant
    ) {
        guard let run = commands[index].run, run.output.isOpen else { return }
        var isCut = false
        keep(log) { isCut = run.read(now: now, $0) }
        if !run.output.isOpen {
            poller.remove(run.output.reference)
        } else if isCut {
            // From now on it is read by the clock. Its end is told in any case.
            try? poller.change(
                run.output.reference, to: [], token: Self.token(.messageOutput, index, run))
        }
        if isCut { tell(commands[index].messages.outputCut(), log) }
    }

    /// Takes into the log the lines that `source` hands out.
    private func keep(_ log: LogStream, _ source: ((Span<UInt8>, Part) -> Void) -> Void) {
        let name = Self.name
        log.take { taker in
            source { line, part in
                taker.take(line, part, of: name.span, generation: 0, stream: .out)
            }
        }
    }

    /// The name under which what they write is in the log.
    private static let name = Array(EventCommand.name.utf8)

    /// Returns whether it had ended and had not been reaped.
    private func leaderEnded(
        _ index: Int, _ log: LogStream, _ poller: borrowing Poller, now: Instant
    ) -> Bool {
        guard let run = commands[index].run, let ending = run.reap() else { return false }
        poller.remove(run.child.pidDescriptor.reference)
        // What it has written stands before what is said of its end.
        readOutput(index, log, poller, now: now)
        let remarks = commands[index].messages.leaderEnded(
            ending.cause, hasRest: !run.rest.isEmpty, now: now)
        if commands[index].messages.isRunning {
            tell(remarks, log)
        } else {
            run.kill()
            conclude(index, remarks, log, poller)
        }
        return true
    }

    /// A run is over.
    private func conclude(
        _ index: Int, _ remarks: [String], _ log: LogStream, _ poller: borrowing Poller
    ) {
        if let run = commands[index].run, run.output.isOpen {
            // A process may hold it that is no longer waited for.
            poller.remove(run.output.reference)
            keep(log) { run.output.finish($0) }
        }
        commands[index].run = nil
        tell(remarks, log)
    }

    private func tell(_ remarks: [String], _ log: LogStream) {
        for remark in remarks { log.tellAside(remark) }
    }
}
