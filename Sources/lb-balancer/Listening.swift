import Basics
import Control
import Kernel

/// The sockets that clients connect to: inherited, or opened here.
final class Listening {
    private(set) var sockets: [ListeningSocket]
    /// A line for each, for the person that started the balancer by hand.
    private(set) var announcements: [String] = []

    init(_ options: BalancerOptions, inherited: [ListeningSocket]) {
        sockets = inherited
        if !inherited.isEmpty { return }
        for (address, isOptional) in Self.addresses(options.listen) {
            var address = address
            // Where the kernel chooses, the second loopback gets the port of the first.
            if isOptional, address.port == 0, let chosen = sockets.last?.address.port {
                address = address.with(port: chosen)
            }
            do throws(SystemError) {
                let socket = try ListeningSocket(address)
                sockets.append(socket)
                announcements.append("listening on \(socket.address)")
            } catch {
                let hasNoSixth =
                    error.errno == .noSuchFamily || error.errno == .addressNotAvailable
                if isOptional && hasNoSixth {
                    announcements.append("not listening on \(address): \(error.errno)")
                    continue
                }
                Self.fail(address, error)
            }
        }
    }

    private static func fail(_ address: Address, _ error: SystemError) -> Never {
        var why = "\(error.errno)"
        if error.errno == .addressInUse, let port = address.port,
            let holder = Processes.listener(onPort: port)
        {
            let command = Processes.commandLine(of: holder) ?? "?"
            why = "the port is taken by pid \(holder) (\(command))"
        }
        App.fail(
            "can't listen on \(address): \(why)", "choose another with --listen", code: 1)
    }

    /// The addresses, and which of them may be missing: of two loopbacks the second.
    static func addresses(_ endpoints: [Endpoint]) -> [(Address, Bool)] {
        (endpoints.isEmpty ? [BalancerOptions.usualListen] : endpoints).flatMap { endpoint in
            endpoint.addresses.enumerated().map { ($0.element, $0.offset > 0) }
        }
    }
}
