import Basics
import Kernel
import Logs

/// Stands in for the History room until it is there: one file, without a limit.
struct HistoryFile: ~Copyable {
    private let file: Descriptor
    private var queue = ByteQueue(capacity: 65536)
    private var timestamps = TimestampWriter()

    init(folder: String) throws(SystemError) {
        try Files.makeFolders(folder)
        file = try Files.open(folder + "/current.log", for: .append)
    }

    mutating func append(_ record: borrowing Record) {
        RecordLine.append(record, to: &queue, timestamps: &timestamps)
        if queue.count > 1 << 18 { flush() }
    }

    mutating func flush() {
        while !queue.isEmpty {
            switch file.write(&queue) {
            case .moved, .wouldBlock: continue
            case .end, .failed: queue.removeAll()
            }
        }
        queue.removeAll()
    }
}
