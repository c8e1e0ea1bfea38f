import Basics
import Kernel

/// Where access lines go: standard output, in a form that never makes a worker wait.
final class AccessLogOutput: Sendable {
    /// Ours alone, so that it may be set not to wait; nothing where standard output is a file,
    /// which takes what it is given.
    private let output: Descriptor?
    private let isWanted: Bool

    /// `isPrivate`: nobody else has standard output open for writing, as under the supervisor.
    init(isWanted: Bool, isPrivate: Bool) {
        self.isWanted = isWanted
        // A terminal or pipe is shared with the shell and others, who would be surprised to find
        // that it does not wait any more; so it is opened a second time.
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
    func write(_ lines: borrowing ByteQueue, first count: Int) -> Transfer {
        let bytes = lines.bytes.extracting(0..<count)
        if output != nil { return output!.write(bytes) }
        return DescriptorReference.standardOutput.write(bytes)
    }
}

/// The access lines of one worker on their way out, in batches of whole lines.
struct AccessLog: ~Copyable {
    private var batch = ByteQueue(capacity: Limits.logBatch * 2)
    private var lines: UInt64 = 0
    /// When the oldest line of the batch was made.
    private var oldest = Instant.never
    private let output: AccessLogOutput

    init(_ output: AccessLogOutput) { self.output = output }

    var isOn: Bool { output.isOn }

    /// When the batch is to be written at the latest; nothing while it is empty.
    var due: Instant? { batch.isEmpty ? nil : oldest + Limits.logDelay }

    /// Adds a line, given with its end. Returns how many lines were dropped.
    mutating func add(_ line: borrowing ByteQueue, _ now: Instant) -> UInt64 {
        let before = batch.count
        batch.append(line.bytes)
        if before == 0 { oldest = now }
        if batch.count <= Limits.logBatch {
            lines += 1
            return 0
        }
        // The batch would not be written in one piece with this line: first what was there.
        let dropped = writeFirst(before)
        oldest = now
        lines = 1
        return dropped
    }

    /// Writes what has waited long enough. Returns how many lines were dropped.
    mutating func flush(_ now: Instant, force: Bool = false) -> UInt64 {
        guard let due else { return 0 }
        if !force && now < due { return 0 }
        let dropped = writeFirst(batch.count)
        lines = 0
        return dropped
    }

    private mutating func writeFirst(_ count: Int) -> UInt64 {
        if count == 0 { return 0 }
        let outcome = output.write(batch, first: count)
        batch.consume(count)
        if batch.isEmpty { batch.removeAll() } else { batch.compact() }
        switch outcome {
        case .moved(let written): return written == count ? 0 : 1
        case .wouldBlock, .end, .failed: return lines
        }
    }
}

extension ByteQueue {
    /// A quotation mark or backslash in a target must not end the quoted part of a line: from
    /// `start` on each gets a backslash in front.
    mutating func escape(from start: Int) {
        let marks = Self.count(in: self, from: start)
        if marks == 0 { return }
        var escaped = ByteQueue(capacity: count - start + marks)
        Self.copyEscaped(self, from: start, to: &escaped)
        truncate(to: start)
        append(escaped.bytes)
    }

    private static func needsEscape(_ byte: UInt8) -> Bool { byte == Ascii.quote || byte == 0x5C }

    private static func count(in queue: borrowing ByteQueue, from start: Int) -> Int {
        let bytes = queue.bytes
        var marks = 0
        for index in start..<bytes.count where needsEscape(bytes[index]) { marks += 1 }
        return marks
    }

    private static func copyEscaped(
        _ queue: borrowing ByteQueue, from start: Int, to target: inout ByteQueue
    ) {
        let bytes = queue.bytes
        for index in start..<bytes.count {
            if needsEscape(bytes[index]) { target.append(0x5C) }
            target.append(bytes[index])
        }
    }
}
