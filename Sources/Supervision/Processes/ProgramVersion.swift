import Basics
import Kernel

/// Of which version a program of ours is, by its own word.
public enum ProgramVersion {
    /// What came of asking.
    public enum Answer: Equatable, Sendable {
        /// The line that it said.
        case said(String)
        /// It ended without a word: how, and the last line of its errors, or nothing of them.
        case ended(Ending.Cause, lastWords: String)
        /// It said nothing in time.
        case silent
    }

    /// How long it may take to say so.
    static let patience = Nanoseconds.seconds(5)

    /// Asks the program at `path` by `words`. Throws where it can't be run.
    public static func asked(
        of path: ByteString, _ words: [ByteString] = ["--version"]
    ) throws(SystemError) -> Answer {
        let output: SharedDescriptor
        let errors: SharedDescriptor
        let child: Child
        do {
            // The ends that it writes to are its own alone from here on.
            let said = try Pipe()
            let complaints = try Pipe()
            child = try Child(
                SpawnPlan(
                    path: path, arguments: [path] + words,
                    environment: ThisProcess.environment,
                    descriptors: [nil, said.writeEnd.reference, complaints.writeEnd.reference]))
            output = SharedDescriptor(said.readEnd)
            errors = SharedDescriptor(complaints.readEnd)
        }
        let deadline = Clock.now() + patience
        let line = firstLine(of: output, until: deadline)
        if line == nil {
            // It has closed its output: that is its end, or near it.
            let left = deadline.since(Clock.now())
            _ = Poll.wait(for: .readable, on: child.pidDescriptor.reference, timeout: left)
        }
        child.send(.kill)
        _ = Poll.wait(for: .readable, on: child.pidDescriptor.reference, timeout: patience)
        let ending = child.reap()
        if let line { return .said(line) }
        guard let ending, Clock.now() < deadline else { return .silent }
        return .ended(ending.cause, lastWords: lastLine(of: errors))
    }

    /// Nothing where the end came first, or nothing in time.
    private static func firstLine(of pipe: SharedDescriptor, until deadline: Instant) -> String? {
        var line = ByteQueue(capacity: 256)
        let left = deadline.since(Clock.now())
        guard Poll.wait(for: .readable, on: pipe.descriptor.reference, timeout: left),
            case .moved = pipe.descriptor.read(into: &line)
        else { return nil }
        let bytes = line.bytes.indices.map { line.bytes[$0] }
        return String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
    }

    /// Of what is there by now.
    private static func lastLine(of pipe: SharedDescriptor) -> String {
        var said = ByteQueue(capacity: 4096)
        guard Poll.wait(for: .readable, on: pipe.descriptor.reference, timeout: Nanoseconds(0)),
            case .moved = pipe.descriptor.read(into: &said)
        else { return "" }
        let bytes = said.bytes.indices.map { said.bytes[$0] }
        return bytes.split(separator: 0x0A).last.map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
