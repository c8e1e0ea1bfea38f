import Basics
import Control
import Kernel

/// What the balancer's line and the flags make of the balancer.
struct BalancerPlan {
    /// The program behind the line.
    enum Program: Equatable {
        /// lb-balancer, which is given listening sockets and told which backends there are.
        case own(BalancerCommand, listen: [Address])
        /// Another program, which is run like any other type.
        case foreign([ByteString], port: UInt16)
    }

    let program: Program
    /// Told once at the start.
    let notices: [String]

    /// Reads the line's command with the flags behind it. Fails where that is no command line of
    /// lb-balancer, or names no address to listen on.
    init(
        _ line: Procfile.Line, _ flags: Topology.Flags, _ reader: CommandReader
    ) throws(Refusal) {
        let port = flags.port ?? PlanLimits.usualPort
        let words = try reader.words(of: line, name: "balancer", port: port)
        guard words.first?.lastComponent == "lb-balancer" else {
            program = .foreign(words, port: port)
            notices = ["the balancer is not lb-balancer: it is run, and nothing is told to it"]
            return
        }
        let command: BalancerCommand
        do throws(UsageError) {
            command = try BalancerCommand(words + flags.balancer.map { ByteString($0) })
        } catch {
            throw Refusal(what: line.fault, why: error.message, advice: error.hint)
        }
        let endpoints = try ListenChoice.endpoints(command.options.listen, flags)
        program = .own(command, listen: endpoints.flatMap(\.addresses))
        notices =
            command.options.backends.isEmpty
            ? []
            : [
                "\(line.place): --backend is left out: the copies of 'backend' or 'web' are meant"
            ]
    }

    /// The command line; `nil` where the program is not lb-balancer.
    var command: BalancerCommand? {
        if case .own(let command, _) = program { command } else { nil }
    }

    /// Where lb-balancer listens.
    var listen: [Address] {
        if case .own(_, let listen) = program { listen } else { [] }
    }

    /// The port that people know the balancer by; 0 where it listens on a path, or the kernel
    /// chooses.
    var port: UInt16 {
        switch program {
        case .own(_, let listen): listen[0].port ?? 0
        case .foreign(_, let port): port
        }
    }

    /// A notice for each weight that is no backend's; it may be meant for one that comes with
    /// `scale`, and may be a slip.
    func unusedWeights(among children: [ChildPlan]) -> [String] {
        let weights = command?.options.weights ?? []
        return weights.filter { weight in
            weight.target != "all"
                && !children.contains { child in
                    [child.name, child.type, String(child.port)].contains(weight.target)
                }
        }.map { weight in
            "--weight \(weight.target)=\(weight.weight) is for no backend that is there; it "
                + "counts for one that comes"
        }
    }
}

/// Where the balancer is to listen.
enum ListenChoice {
    /// A flag goes before the line, the line before the default. Fails where `--host` is no
    /// address.
    static func endpoints(
        _ said: [Endpoint], _ flags: Topology.Flags
    ) throws(Refusal) -> [Endpoint] {
        if flags.port == nil && flags.host == nil {
            return said.isEmpty ? [BalancerOptions.usualListen] : said
        }
        let port = flags.port ?? PlanLimits.usualPort
        guard let host = flags.host, host.lowercased() != "localhost" else {
            return [.local(port: port)]
        }
        guard let address = Endpoint.host(host) else {
            throw Refusal(
                what: "the balancer can't listen on '\(host)'",
                why: "it is no numeric address",
                advice: "name one of this machine's addresses, such as 127.0.0.1 or 0.0.0.0")
        }
        return [.internet(address, port: port)]
    }
}
