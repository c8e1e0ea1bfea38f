import Basics
import Kernel

/// A pipe whose write end is given to what is tested, to see what is written. It takes 64 KiB
/// before a writer waits.
public final class OutputPipe {
    private var readEnd: Descriptor?
    private var writeEnd: Descriptor?
    /// Where to write.
    public let output: DescriptorReference

    public init() throws(SystemError) {
        let pipe = try Pipe()
        output = pipe.writeEnd.reference
        let reader = pipe.readEnd
        let writer = pipe.writeEnd
        readEnd = consume reader
        writeEnd = consume writer
    }

    /// Closes the write end, and returns all that was written.
    public func finish() -> String {
        writeEnd = nil
        switch readEnd {
        case .some(let descriptor): return allText(descriptor)
        case .none: return ""
        }
    }

    /// Closes the read end: a write fails from now on (EPIPE).
    public func closeReader() { readEnd = nil }
}
