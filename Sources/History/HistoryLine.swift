import Basics
import Logs

/// A line of the history, as a record that an honest writer can have left.
enum HistoryLine {
    /// The record; `nil` where the line is none's, or has a number that no record has.
    @_lifetime(copy line)
    static func parse(_ line: Span<UInt8>) -> Record? {
        guard let record = RecordLine.parse(line), isNumber(record.stamp.sequence) else {
            return nil
        }
        return record
    }

    static func isNumber(_ number: UInt64) -> Bool { number <= HistoryLimits.number }
}
