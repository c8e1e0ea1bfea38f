import Basics
import Kernel

/// Where access lines go: standard output, in a form that never makes a worker wait.
final class AccessLogOutput: Sendable {
    /// Ours alone, so that it may be set not to wait; `nil` where standard output is a file, which
    /// takes what it is given.
    private let output: Descriptor?
    private let isWanted: Bool

    /// `isPrivate`: no other process has standard output open for writing, as under the supervisor.
    init(isWanted: Bool, isPrivate: Bool) {
        self.isWanted = isWanted
        // A terminal or pipe is shared with the shell and others, which do not expect it to be
        // non-blocking; so it is opened a second time.
        var opened: Descriptor?
        if isWanted && isPrivate {
            opened = try? DescriptorReference.standardOutput.duplicate()
            try? opened?.setNonBlocking()
        } else if isWanted {
            opened = Files.reopenForWriting(.standardOutput)
        }
        output = opened
    }

    var isOn: Bool { isWanted }

    /// Writes whole lines, all or none where they are no longer than PIPE_BUF.
    func write(_ lines: Span<UInt8>) -> Transfer {
        if output != nil { return output!.write(lines) }
        return DescriptorReference.standardOutput.write(lines)
    }
}
