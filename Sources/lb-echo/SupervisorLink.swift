import Basics
import Control
import Kernel

/// lb-echo's end of the socket over which a supervisor says how it is to behave.
final class SupervisorLink {
    private let socket: Descriptor
    private var incoming = ByteQueue(capacity: 64)
    /// Whether nothing more will come.
    private(set) var isOver = false

    /// Takes a socket that never waits.
    init(_ socket: consuming Descriptor) { self.socket = socket }

    /// Takes a socket that was handed down.
    convenience init(inherited number: Int32) throws(SystemError) {
        do throws(SystemError) {
            let socket = try Descriptor.inherited(number)
            try socket.setNonBlocking()
            self.init(socket)
        } catch {
            throw SystemError(call: "--control-fd \(number)", errno: error.errno)
        }
    }

    var reference: DescriptorReference { socket.reference }

    /// The last order that has come; `nil` where none has.
    func next() -> EchoOrder? {
        var last: EchoOrder?
        while !isOver {
            do throws(Misspelling) {
                while let order = try Framing.take(EchoOrder.self, from: &incoming) { last = order }
            } catch {
                isOver = true
                return last
            }
            incoming.reserve(64)
            switch socket.receive(into: &incoming) {
            case .moved: continue
            case .wouldBlock: return last
            case .end, .failed: isOver = true
            }
        }
        return last
    }

    /// Says that requests go by an order from now on. There is room: the supervisor reads.
    func confirm(_ order: EchoOrder) {
        var report = ByteQueue(capacity: 64)
        Framing.append(EchoReport(number: order.number), to: &report)
        _ = socket.write(&report)
    }
}
