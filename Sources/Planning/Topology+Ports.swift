import Basics
import Control
import Kernel

/// Where the balancer listens, and which ports the others are given.
extension Topology {
    /// The addresses to bind: a flag goes before the line, the line before the default.
    static func listeners(_ texts: [String], flags: Flags) throws(Refusal) -> [Address] {
        if texts.isEmpty || flags.port != nil || flags.host != nil {
            let port = flags.port ?? Self.defaultPort
            guard let host = flags.host else {
                return [.loopback(port: port), .loopback6(port: port)]
            }
            guard let address = Address(host: host, port: port) else {
                throw Refusal(
                    what: "the balancer can't listen on '\(host)'",
                    why: "it is no numeric address",
                    advice: "name one of this machine's addresses, such as 127.0.0.1 or 0.0.0.0")
            }
            return host == "localhost" ? [address, .loopback6(port: port)] : [address]
        }
        var addresses: [Address] = []
        for text in texts {
            switch Endpoint(text) {
            case .local(let port):
                addresses += [.loopback(port: port), .loopback6(port: port)]
            case .address(let text):
                guard let address = Address(text) else {
                    throw Refusal(
                        what: "the balancer can't listen on '\(text)'", why: "it is no address",
                        advice: "--listen takes ADDR:PORT, or a bare port for both loopbacks")
                }
                addresses.append(address)
            }
        }
        if let twice = addresses.first(where: { address in
            address.port != 0 && addresses.count { $0 == address } > 1
        }) {
            throw Refusal(
                what: "the balancer can't listen on \(twice)", why: "it is named twice",
                advice: "leave out one --listen; a bare port stands for both loopbacks")
        }
        return addresses
    }

    func backendCount(_ line: Procfile.Line) -> Int {
        flags.backends ?? flags.formation.count(of: line.type) ?? Self.defaultBackends
    }

    /// A flag goes before `PORT` in `.env`, which foreman takes too, and that before the default.
    mutating func chooseBackendPorts(_ line: Procfile.Line) throws(Refusal) {
        let count = backendCount(line)
        var base = Int(flags.basePort ?? Self.defaultBasePort)
        if let given = environment.value("PORT"), flags.basePort == nil {
            let listens = children.filter { $0.role == .balancer }.map { Int($0.port) }
            if let port = UInt16(given.text), port != 0 {
                let isBalancers = listens.contains { (Int(port)..<Int(port) + count).contains($0) }
                if !isBalancers { base = Int(port) }
                notices.append(
                    isBalancers
                        ? "PORT=\(port) in .env is left out: it is the balancer's port, and "
                            + "'\(line.type)' has ports from \(base) on"
                        : "'\(line.type)' has ports from \(port) on, as PORT in .env says")
            } else {
                notices.append("PORT=\(given.text) in .env is no port, and left out")
            }
        }
        if base + count > 65536 {
            throw Refusal(
                what: "\(count) backends can't have ports from \(base) on",
                why: "the last port is 65535", advice: "choose a lower --base-port")
        }
        backendPorts = base == 0 ? 0..<0 : base..<base + count
    }

    /// A free port that none of the children has been given yet: one that runs already may be
    /// between two processes.
    mutating func unusedPort() throws(Refusal) -> UInt16 {
        while true {
            let hold = try Ports.unused()
            holds.append(hold)
            let isGiven =
                ports.backends.contains(hold.port) || ports.others.values.contains(hold.port)
            if !isGiven && !children.contains(where: { $0.port == hold.port }) { return hold.port }
        }
    }
}
