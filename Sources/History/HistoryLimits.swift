import Basics
import Logs

/// The bounds that the history keeps.
enum HistoryLimits {
    /// The least room there must be: each of a share's segments has to hold the longest record.
    static let smallest: UInt64 = 1 << 20
    /// How many segments a share's room is divided into: so much of it goes when the oldest goes.
    static let segments: UInt64 = 4
    /// The most files of a share, since each run begins a new one.
    static let files = 200
    /// The most that waits to be written, in bytes. What comes on top while the disk is full is
    /// lost.
    static let batch = 1 << 20
    /// How much of a segment's end is looked through for a record, in bytes.
    static let ending: UInt64 = 2 << 20
    /// The highest number of a record: no honest writer gets there, and one more always fits.
    static let number: UInt64 = 999_999_999_999_999_999
    /// A history whose last number is higher is set aside, and a new one begun.
    static let lastNumber = number / 2
    /// How long the writer waits before it tries a disk again that failed, and how often it looks
    /// whether its file is still there.
    static let pause = Nanoseconds.seconds(1)
    /// How much is read at once, in bytes; the longest record line fits into it twice.
    static let block = 256 << 10
}
