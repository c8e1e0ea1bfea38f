import Basics
import Kernel
import Logs

extension HistoryWriter {
    /// Adds an event to a history when its writer has died and could not tell it.
    /// Returns the place of its record.
    public static func add(
        _ event: ServiceEvent, to folder: some OctetText, limit: UInt64
    ) throws(SystemError) -> Stamp {
        var writer = try HistoryWriter(folder: folder, limit: limit)
        var clock = StampClock(after: writer.last)
        clock.tick(Clock.wallTime())
        let name = Array("lbctl".utf8)
        var text = ByteQueue(capacity: 256)
        EventSpelling.append(event, to: &text)
        let stamp = clock.next()
        writer.append(
            Record(stamp: stamp, name: name.span, stream: .event, text: text.bytes))
        if case .failed(let error) = writer.flush(now: Clock.now()) { throw error }
        return stamp
    }
}
