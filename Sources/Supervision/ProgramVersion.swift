import Basics
import Kernel

/// Of which version a program of ours is, by its own word.
public enum ProgramVersion {
    /// How long it may take to say so.
    static let patience = Nanoseconds.seconds(5)

    /// What the program at `path` says when it is asked for its version, without the line feed;
    /// nothing where it can't be run or says nothing in time. Throws where it could not be asked
    /// for want of something that says nothing of it, such as descriptors.
    public static func said(by path: ByteString) throws(SystemError) -> String? {
        do throws(SystemError) {
            let pipe = try Pipe()
            let child = try Child(
                SpawnPlan(
                    path: path, arguments: [path, "--version"],
                    environment: ThisProcess.environment,
                    descriptors: [nil, pipe.writeEnd.reference, nil]))
            let text = read(pipe.readEnd)
            child.send(.kill)
            while Poll.wait(for: .readable, on: child.pidDescriptor.reference, timeout: patience) {
                if child.reap() != nil { break }
            }
            return text
        } catch {
            if error.errno.mayPass { throw error }
            return nil
        }
    }

    /// A line of text; the end of the pipe is not waited for, since we hold its other end.
    private static func read(_ pipe: borrowing Descriptor) -> String? {
        var line = ByteQueue(capacity: 256)
        guard Poll.wait(for: .readable, on: pipe.reference, timeout: patience),
            case .moved = pipe.read(into: &line)
        else { return nil }
        let bytes = line.bytes.indices.map { line.bytes[$0] }
        return String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
    }
}
