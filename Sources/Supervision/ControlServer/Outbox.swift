import Basics
import Control
import Kernel
import Logs

/// What waits to be sent on one connection; never more than its limit.
///
/// A slow reader costs none but itself. From the first record on that does not fit, records are
/// counted only, until all that waits was sent; then it is told how many it missed. So one that
/// finds them in the history gets them from there in great pieces, and not each a second time.
final class Outbox {
    private var queue = ByteQueue(capacity: 4096)
    private var missed: UInt64 = 0

    /// What became of an attempt to send.
    enum Outcome { case emptied, blocked, broken }

    var isEmpty: Bool { queue.isEmpty && missed == 0 }

    /// Appends an answer; there is at most one for each request that was read.
    func put(_ reply: ControlReply) {
        tellMissed()
        Framing.append(reply, to: &queue)
    }

    /// Appends the frame of a record, or drops it.
    func offer(_ record: borrowing Record) {
        if missed > 0 || queue.count + RecordFrame.length(of: record) > Limits.waitingRecords {
            missed += 1
            return
        }
        RecordFrame.append(record, to: &queue)
    }

    private func tellMissed() {
        if missed == 0 { return }
        Framing.append(ControlReply.missed(missed), to: &queue)
        missed = 0
    }

    /// Sends what can be sent without waiting.
    func flush(to socket: DescriptorReference) -> Outcome {
        while true {
            if queue.isEmpty { tellMissed() }
            if queue.isEmpty {
                queue.removeAll()
                return .emptied
            }
            switch socket.write(&queue) {
            case .moved: continue
            case .wouldBlock: return .blocked
            case .end, .failed: return .broken
            }
        }
    }
}
