import Basics
import Control
import Kernel
import Logs

/// Standard output and standard error, a whole line at a time.
enum Console {
    /// A line of what was asked for. Where that can't be written nothing that follows makes sense:
    /// a full disk is told, a reader that has left has had enough.
    static func say(_ line: String) { say(text: line + "\n") }

    /// Lines of what was asked for, with their line ends in the text.
    static func say(text: String) {
        var queue = ByteQueue(capacity: max(1, text.utf8.count))
        queue.append(text: text)
        while !queue.isEmpty {
            switch DescriptorReference.standardOutput.write(&queue) {
            case .moved: continue
            case .wouldBlock: _ = Poll.wait(for: .writable, on: .standardOutput, timeout: nil)
            case .end, .failed(.brokenPipe): ThisProcess.exit(0)
            case .failed(let errno):
                complain("what was asked for can't be written", why: "\(errno)")
                ThisProcess.exit(1)
            }
        }
    }

    /// A line about what is going on.
    static func note(_ line: String) {
        DescriptorReference.standardError.writeAll(safe(line) + "\n")
    }

    /// A text without what could reach the terminal as a command: it may have words of other
    /// programs in it, such as the command line of a process that has a port. Colours and line ends
    /// pass.
    static func safe(_ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.map { line in
            var queue = ByteQueue(capacity: line.utf8.count + 16)
            SafeText.append(Array(line.utf8).span, colours: true, to: &queue)
            return Utf8.string(queue.bytes)
        }.joined(separator: "\n")
    }

    /// What failed, and in a second line what to do about it.
    static func complain(_ what: String, why: String = "", advice: String = "") {
        note("lbctl: " + what + (why.isEmpty ? "" : ": " + why))
        if !advice.isEmpty { note("  " + advice) }
    }

    /// What was refused, why, and what to do about it.
    static func complain(_ refusal: Refusal) {
        complain(refusal.what, why: refusal.why, advice: refusal.advice)
    }
}
