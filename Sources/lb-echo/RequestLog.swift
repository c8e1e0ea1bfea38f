import Basics
import HTTP1
import Kernel

/// What `--log` says: a line for each request, written before a byte of its answer is, so that what
/// was answered is always there, whenever the process is killed.
enum RequestLog {
    /// `GET /path id=01J…`, with `-` where the request has no id.
    static func say(_ head: borrowing RequestHead, _ bytes: Span<UInt8>) {
        var line = ByteQueue(capacity: 256)
        line.append(bytes.extracting(head.methodRange.range))
        line.append(" ")
        line.append(bytes.extracting(head.target.range))
        line.append(" id=")
        if let id = head.requestID {
            line.append(bytes.extracting(id.range))
        } else {
            line.append("-")
        }
        line.append("\n")
        _ = DescriptorReference.standardOutput.writeAll(&line)
    }
}
