import Basics
import Control
import Kernel

/// The supervisor's process, from its first line to its exit code.
public enum Supervise {
    /// The descriptor of the socket to the guardian.
    static let channel: Int32 = 3
    /// That of the socket to whoever shows the log from its first line on, if somebody does.
    static let log: Int32 = 4

    /// Reads the plan from the guardian's socket and runs the service.
    public static func run() -> Int32 {
        Signals.ignoreBrokenPipes()
        // Before another one gets that number.
        let log = try? Descriptor.inherited(log)
        // Then at once: the guardian may die at any moment, and this is how we hear of it.
        guard let signals = try? SignalQueue([.terminate, .interrupt, .hangUp, .quit, .child]),
            let socket = try? Descriptor.inherited(channel)
        else { return 1 }
        var heard = ByteQueue(capacity: 16384)
        guard let plan = readPlan(socket, &heard) else { return 1 }
        ThisProcess.raiseDescriptorLimit(to: 65536)
        do throws(Refusal) {
            let supervisor = Supervisor(try Opening(plan, signals: signals))
            do throws(SystemError) {
                try socket.setNonBlocking()
                try log?.setNonBlocking()
            } catch {
                throw Refusal(what: "the supervisor can't start", why: "\(error)")
            }
            // First who shows the log: what is told to the guardian is shown behind it.
            if let log = consume log { supervisor.take(log, for: .audience) }
            supervisor.take(socket, for: .guardian, heard: heard.bytes)
            return supervisor.run()
        } catch {
            var queue = ByteQueue(capacity: 1024)
            Framing.append(ControlReply.refused(error), to: &queue)
            socket.reference.writeAll(&queue)
            return 1
        }
    }

    /// What came behind the plan stays in `queue`: somebody may have typed Ctrl-C already.
    private static func readPlan(
        _ socket: borrowing Descriptor, _ queue: inout ByteQueue
    ) -> ServicePlan? {
        while true {
            do throws(Misspelling) {
                if let plan = try Framing.take(ServicePlan.self, from: &queue) { return plan }
            } catch {
                return nil
            }
            queue.reserve(16384)
            guard case .moved = socket.read(into: &queue) else { return nil }
        }
    }
}
