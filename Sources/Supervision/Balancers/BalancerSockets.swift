import Control
import Kernel

/// The sockets on which the balancers take in clients: the supervisor's, with their ports, and
/// handed down to each balancer.
struct BalancerSockets {
    let all: [ListeningSocket]
    /// What they were opened for; the Procfile may say something else by now.
    let asked: [Address]

    /// Where people reach the balancer; nil without one.
    var address: Address? { all.first?.address }

    /// Where the kernel chose the port, it is known from the sockets; nil without a port.
    var port: UInt16? { address?.port }

    /// The kernel lets a unix(7) socket that was shut down not listen again: there clients wait.
    private let suspendable: [ListeningSocket]

    init(all: [ListeningSocket], asked: [Address]) {
        self.all = all
        self.asked = asked
        suspendable = all.filter { $0.address.port != nil }
    }

    /// Whether there are any that can be suspended.
    var canBeSuspended: Bool { !suspendable.isEmpty }

    /// Has the kernel refuse connections to them.
    func suspend() throws(SystemError) {
        for socket in suspendable { try socket.suspend() }
    }

    /// Has them listen again.
    func resume() throws(SystemError) {
        for socket in suspendable { try socket.resume() }
    }

    /// Closes the supervisor's share: the balancers take in the clients that wait, and let go too.
    func letGo() {
        for socket in all { socket.letGo() }
    }

    /// `port 8080`, as a sentence calls them.
    var words: String {
        let ports = suspendable.compactMap(\.address.port)
        let first = "port \(ports.first ?? 0)"
        return ports.allSatisfy { $0 == ports.first } ? first : "the balancer's ports"
    }
}
