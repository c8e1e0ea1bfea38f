import Basics
import Logs

/// Points in time as texts.
enum Stamps {
    /// `2026-11-20T09:08:58.123456Z`.
    static func text(_ time: WallTime) -> String {
        var queue = ByteQueue(capacity: 32)
        var writer = TimestampWriter()
        writer.append(time, to: &queue)
        return text(queue.bytes)
    }

    static func text(_ bytes: Span<UInt8>) -> String {
        Utf8.string(bytes)
    }
}
