import Basics
import Control
import Kernel

/// The sockets that clients connect to: inherited, or opened here.
final class Listening {
    private(set) var sockets: [ListeningSocket]
    /// A line for each, for who started the balancer by hand.
    private(set) var announcements: [String] = []

    init(
        _ options: BalancerOptions, inherited: [ListeningSocket]
    ) throws(UsageError) {
        sockets = inherited
        if !inherited.isEmpty { return }
        for (address, isOptional) in try Self.addresses(options.listen) {
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
    static func addresses(_ texts: [String]) throws(UsageError) -> [(Address, Bool)] {
        var addresses: [(Address, Bool)] = []
        for text in texts.isEmpty ? ["8080"] : texts {
            switch Endpoint(text) {
            case .local(let port):
                addresses.append((.loopback(port: port), false))
                addresses.append((.loopback6(port: port), true))
            case .address(let text):
                guard let address = Address(text) else {
                    throw UsageError(
                        "--listen takes a port or ADDR:PORT, not '\(text)'",
                        hint: "as in --listen 8080 or --listen 127.0.0.1:8080")
                }
                addresses.append((address, false))
            }
        }
        return addresses
    }
}
