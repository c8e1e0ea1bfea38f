import Basics
import Kernel
import Synchronization
import TestSupport

/// One of the real programs, running: what it says is kept, and it does not outlive this object.
final class RunningProgram: Sendable {
    let name: String
    let pid: Int32
    private let told: Told

    /// Starts a program. Beside the standard three it gets `inheriting` as descriptors 3, 4 and so
    /// on, and of this process's environment only what every program needs.
    init(
        _ name: String, _ arguments: [String] = [], environment: [String] = [],
        directory: String? = nil, inheriting: [DescriptorReference] = []
    ) throws(Failure) {
        self.name = name
        var plan = SpawnPlan(
            path: Programs.path(name), arguments: [name] + arguments,
            environment: Self.usual + environment, directory: directory,
            descriptors: [nil, nil, nil] + inheriting)
        // If the tests crash, nothing of theirs is left running.
        plan.deathSignal = .kill
        let told = Told()
        self.told = told
        // The kernel takes the end of the thread that started a child for the parent's death, and
        // threads of a test come and go: so each child has one that lives as long as it does.
        let sent = plan
        Thread.start(named: "child") { told.follow(sent) }
        pid = try told.awaitStart(of: name)
    }

    deinit {
        told.send(.kill)
        told.release()
    }

    private static let usual = [
        "PATH", "HOME", "TMPDIR", "LANG", "ASAN_OPTIONS", "TSAN_OPTIONS",
    ].compactMap { name in
        ThisProcess.variable(name).map { "\(name)=\($0)" }
    }

    /// All that it wrote to standard output so far.
    var output: String { told.text(.output) }
    /// All that it wrote to standard error so far.
    var errors: String { told.text(.errors) }

    /// The first whole line that contains `text`.
    func line(
        with text: String, in stream: Stream = .output, within span: Nanoseconds = patience
    ) throws(Failure) -> String {
        var found: String?
        _ = eventually(within: span) {
            // Asked first: what was said before the end is all there when the end is known.
            let isOver = told.ending != nil
            found = told.line(with: text, in: stream)
            return found != nil || isOver
        }
        if let found { return found }
        throw Failure("\(name) did not say '\(text)': \(output)\(errors)")
    }

    /// Where it says it listens: what stands behind `listening on ` in its first such line.
    func address() throws(Failure) -> Address {
        let line = try line(with: "listening on ")
        let words = line.split(separator: " ")
        for word in words.reversed() {
            if let address = Address(String(word)) { return address }
        }
        throw Failure("no address in '\(line)'")
    }

    /// Sends a signal unless it has ended.
    func send(_ signal: Signal) { told.send(signal) }

    /// How it ended; nothing while it runs.
    var ending: Ending? { told.ending }

    /// Waits for its end.
    func end(within span: Nanoseconds = patience) throws(Failure) -> Ending {
        if eventually(within: span, { told.ending != nil }), let ending = told.ending {
            return ending
        }
        throw Failure("\(name) (pid \(pid)) has not ended: \(output)\(errors)")
    }

    /// Asks it to end, and waits for that.
    @discardableResult
    func stop(within span: Nanoseconds = patience) throws(Failure) -> Ending {
        send(.terminate)
        return try end(within: span)
    }

    /// Runs a program to its end.
    static func run(
        _ name: String, _ arguments: [String] = [], environment: [String] = []
    ) throws(Failure) -> (code: Int32, output: String, errors: String) {
        let program = try RunningProgram(name, arguments, environment: environment)
        switch try program.end().cause {
        case .exited(let code): return (code, program.output, program.errors)
        case .killed(let signal, _): throw Failure("\(name) was killed by \(signal.name)")
        }
    }
}

/// One of the two things that a program speaks to.
enum Stream: Int, Sendable { case output, errors }
