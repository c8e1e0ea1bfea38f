import Basics
import Kernel
import Logs

extension HistoryWriter {
    /// Adds a sentence of lbctl's own to a history when its writer has died and could not say it.
    public static func add(
        _ sentence: String, to folder: some OctetText, limit: UInt64
    ) throws(SystemError) {
        var writer = try HistoryWriter(folder: folder, limit: limit)
        var clock = StampClock(after: writer.last)
        clock.tick(Clock.wallTime())
        let name = Array("lbctl".utf8)
        let text = Array(sentence.utf8)
        writer.append(
            Record(stamp: clock.next(), name: name.span, stream: .event, text: text.span))
        if case .failed(let error) = writer.flush(now: Clock.now()) { throw error }
    }
}
