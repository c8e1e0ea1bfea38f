import Basics
import Control
import Kernel

/// The supervisor's end of the socket to one lb-echo process: how that is to behave, and whether it
/// has said that it does.
final class EchoLink {
    private let socket: Descriptor
    private var outgoing = ByteQueue(capacity: 64)
    private var incoming = ByteQueue(capacity: 64)
    private var ordersSoFar: UInt64 = 0
    /// What is told as soon as there is room; an order replaces those before it.
    private var pending: EchoOrder?
    private var adopted: UInt64 = 0
    /// Nothing more will come from it.
    private(set) var isBroken = false

    /// Takes a socket that never waits, and says the first words: they are there before the process
    /// that reads them.
    init(_ socket: consuming Descriptor, faults: EchoFaults) {
        self.socket = socket
        tell(faults)
    }

    var reference: DescriptorReference { socket.reference }

    /// Whether it goes by what it was told last.
    var isAdopted: Bool { adopted == ordersSoFar }

    /// Tells it how to behave from now on.
    func tell(_ faults: EchoFaults) {
        ordersSoFar += 1
        pending = EchoOrder(number: ordersSoFar, faults: faults)
        flush()
    }

    /// Takes in what it has said.
    func hear() {
        while !isBroken {
            do throws(Misspelling) {
                while let report = try Framing.take(EchoReport.self, from: &incoming) {
                    adopted = max(adopted, report.number)
                }
            } catch {
                isBroken = true
                return
            }
            incoming.reserve(64)
            switch socket.receive(into: &incoming) {
            case .moved: continue
            case .wouldBlock:
                // What it has answered it has read: there is room again.
                flush()
                return
            case .end, .failed: isBroken = true
            }
        }
    }

    private func flush() {
        while true {
            if outgoing.isEmpty {
                guard let order = pending else { return }
                pending = nil
                outgoing.removeAll()
                Framing.append(order, to: &outgoing)
            }
            switch socket.write(&outgoing) {
            case .moved: continue
            case .wouldBlock: return
            case .end, .failed:
                // It is dead or dying, which its pidfd tells.
                outgoing.removeAll()
                pending = nil
                return
            }
        }
    }
}
