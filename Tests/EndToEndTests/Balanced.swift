import Basics
import Kernel
import TestSupport

/// An lb-balancer without a supervisor in front of some backends.
struct Balanced {
    let program: RunningProgram
    let address: Address

    init(_ backends: [Address], _ words: [String] = []) throws(Failure) {
        try self.init(backends.map { "\($0)" }, words)
    }

    /// With backends as `--backend` takes them.
    init(_ backends: [String], _ words: [String] = []) throws(Failure) {
        program = try RunningProgram(
            "lb-balancer",
            ["--listen", "127.0.0.1:0"] + backends.flatMap { ["--backend", "\($0)"] } + words)
        let line = try program.line(with: "listening on ", in: .errors)
        guard let address = Address(String(line.split(separator: " ").last ?? "")) else {
            throw Failure("no address in '\(line)'")
        }
        self.address = address
    }

    func get(_ path: String, method: String = "GET", body: String = "") throws(Failure) -> Answer {
        try Client.get(address, path, method: method, body: body)
    }

    /// How many lines of its own the balancer has said with these words in them.
    func count(_ words: String) -> Int {
        program.errors.split(separator: "\n").count { $0.contains(words) }
    }

    /// A port of this machine where no process listens.
    static func closedPort() throws(Failure) -> Address { .loopback(port: try ReservedPort.any()) }
}

/// Some lb-echos.
struct Echoes {
    let programs: [RunningProgram]
    let addresses: [Address]

    init(_ count: Int) throws(Failure) {
        var programs: [RunningProgram] = []
        var addresses: [Address] = []
        for number in 1...count {
            let program = try RunningProgram(
                "lb-echo", ["--port", "0", "--name", "echo.\(number)"])
            programs.append(program)
            addresses.append(try program.address())
        }
        self.programs = programs
        self.addresses = addresses
    }
}
