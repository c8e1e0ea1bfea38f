import Basics
import Control
import Kernel

/// The balancer's end of the link to the supervisor.
struct Link: ~Copyable {
    private let descriptor: Descriptor
    private var incoming = ByteQueue(capacity: 4096)
    private var outgoing = ByteQueue(capacity: 1024)

    init(_ descriptor: consuming Descriptor) throws(SystemError) {
        try descriptor.setNonBlocking()
        self.descriptor = descriptor
    }

    var reference: DescriptorReference { descriptor.reference }

    /// The orders that have come; `nil` when the supervisor is gone or does not speak our language.
    mutating func receive() -> [LinkOrder]? {
        while true {
            incoming.reserve(4096)
            switch descriptor.receive(into: &incoming) {
            case .moved: continue
            case .wouldBlock: return take()
            case .end, .failed: return nil
            }
        }
    }

    private mutating func take() -> [LinkOrder]? {
        var orders: [LinkOrder] = []
        do throws(Misspelling) {
            while let order = try Framing.take(LinkOrder.self, from: &incoming) {
                orders.append(order)
            }
            return orders
        } catch {
            return nil
        }
    }

    /// Says something. The supervisor reads its links all the time; should it ever not, then what
    /// it is not told now is told with what comes next.
    mutating func send(_ report: LinkReport) {
        Framing.append(report, to: &outgoing)
        while !outgoing.isEmpty {
            switch descriptor.send(outgoing.bytes) {
            case .moved(let count): outgoing.consume(count)
            case .wouldBlock, .end, .failed: return
            }
        }
        outgoing.removeAll()
    }
}
