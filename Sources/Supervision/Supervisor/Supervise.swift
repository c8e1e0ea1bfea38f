import Basics
import Control
import Kernel
import Planning

/// The supervisor's process, from its first line to its exit code.
public enum Supervise {
    /// The descriptor of the socket to the guardian.
    static let channel: Int32 = 3
    /// That of the socket to what shows the log from its first line on, if anything does.
    static let log: Int32 = 4

    /// Reads the plan from the guardian's socket and runs the service.
    public static func run() -> Int32 {
        Signals.letWritesFail()
        Signals.ignoreStray()
        Signals.ignoreTerminalStops()
        // Before another one gets that number.
        let log = try? Descriptor.inherited(log)
        // Then at once: the guardian may die at any moment, and this is how we hear of it.
        guard let signals = try? SignalQueue([.terminate, .interrupt, .hangUp, .quit, .child]),
            let socket = try? Descriptor.inherited(channel),
            let plan = readPlan(socket)
        else { return 1 }
        ThisProcess.raiseDescriptorLimit(to: 65536)
        do throws(Refusal) {
            let supervisor = Supervisor(try Opening(plan, signals: signals))
            do throws(SystemError) {
                try socket.setNonBlocking()
                try log?.setNonBlocking()
            } catch {
                throw Refusal(what: "the supervisor can't start", why: "\(error)")
            }
            // First what shows the log: what is told to the guardian is shown behind it.
            if let log = consume log { supervisor.serve(log, for: .audience) }
            supervisor.serve(socket, for: .guardian)
            return supervisor.run()
        } catch {
            var queue = ByteQueue(capacity: 1024)
            Framing.append(ControlReply.refused(error), to: &queue)
            socket.reference.writeAll(&queue)
            return 1
        }
    }

    private static func readPlan(_ socket: borrowing Descriptor) -> ServicePlan? {
        // Racing: an order may be right behind it, so nothing is read that is not of the plan.
        var queue = ByteQueue(capacity: 4)
        if !fill(&queue, to: 4, from: socket) { return nil }
        let count = Int(queue.bytes.littleEndian(UInt32.self, at: 0))
        if count > Framing.longest || !fill(&queue, to: 4 + count, from: socket) { return nil }
        do throws(Misspelling) {
            return try Framing.take(ServicePlan.self, from: &queue)
        } catch {
            return nil
        }
    }

    /// Reads until so many bytes have come, and no more; false when they don't.
    private static func fill(
        _ queue: inout ByteQueue, to count: Int, from socket: borrowing Descriptor
    ) -> Bool {
        while queue.count < count {
            var rest = ByteQueue(capacity: count - queue.count)
            switch socket.read(into: &rest) {
            case .moved: queue.append(rest.bytes)
            case .wouldBlock: continue
            case .end, .failed: return false
            }
        }
        return true
    }
}
