import Basics
import CLinux

/// Tells in which order pipes were written to, inotify(7).
///
/// The kernel notes a write once the bytes are in the pipe, whichever process made it and by
/// whichever descriptor: also one that was opened anew as /dev/stderr. Writes to the same pipe that
/// follow each other are one note until it has been taken.
public struct WriteWatch: ~Copyable {
    /// Names a watched pipe; never given twice.
    public typealias Mark = Int32

    /// What `inotify_event` takes up where the watched file is no folder.
    private static let noteSize = 16

    private let descriptor: Descriptor
    private var notes = ByteQueue(capacity: 4096)

    /// inotify_init1(2); a user has 128 of them where nothing else was set.
    public init() throws(SystemError) {
        descriptor = Descriptor(number: try checked("inotify_init1", clinux_inotify()))
    }

    /// Watches a pipe of which `end` is one end.
    public borrowing func add(_ end: DescriptorReference) throws(SystemError) -> Mark {
        try checked("inotify_add_watch", clinux_watch_writes(descriptor.number, end.number))
    }

    /// Ends a watch; its mark may still be handed out once.
    public borrowing func remove(_ mark: Mark) { _ = clinux_unwatch(descriptor.number, mark) }

    /// Hands out the marks of the pipes that were written to since this was asked last, in the
    /// order of the writes; and those of pipes that are gone, or watched no more. Where there were
    /// too many (fs.inotify.max_queued_events), the rest is not known.
    public mutating func takeWrites(_ body: (Mark) -> Void) {
        while true {
            notes.removeAll()
            notes.reserve(4096)
            guard case .moved = descriptor.read(into: &notes) else { return }
            let bytes = notes.bytes
            var start = 0
            while start + Self.noteSize <= bytes.count {
                let mark = Mark(bitPattern: bytes.littleEndian(UInt32.self, at: start))
                let length = Int(bytes.littleEndian(UInt32.self, at: start + 12))
                // A mark of -1 says that notes were lost.
                if mark >= 0 { body(mark) }
                start += Self.noteSize + length
            }
            if bytes.count < 4096 - Self.noteSize { return }
        }
    }
}
