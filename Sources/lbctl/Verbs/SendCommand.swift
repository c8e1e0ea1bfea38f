import Basics
import Control
import Kernel

/// `lbctl send`: standard input to a TCP service, what comes back to standard output.
enum SendCommand {
    private static let remark = """
        HOST is a numeric address or localhost; a port alone means localhost. When standard input
        ends the service is told so, and what it still says is waited for. Bytes and time of each
        connection are told on standard error.

        Exit code 1 where a connection could not be made, was reset or took too long.
        """

    static func run(_ words: [String]) throws(UsageError) -> Int32 {
        let verb = try Verb(
            words, usage: "lbctl send [OPTIONS] HOST:PORT",
            examples: [
                ("echo hello | lbctl send localhost:8080", "say something, show the answer"),
                ("echo hello | lbctl send --repeat 3 8080", "three times, a connection each"),
                ("lbctl send 8080 < big.bin | sha256sum", "a file of any size, there and back"),
            ],
            options: [
                Option("repeat", value: "N", help: "the same again over N connections (1)"),
                Option("timeout", value: "TIME", help: "how long nothing may come (any time)"),
                Option("quiet", short: "q", help: "say nothing of bytes and time"),
            ], naming: .none, remark: remark)
        guard let operand = verb.options.operands.first, verb.options.operands.count == 1 else {
            throw UsageError("send needs an address", hint: "as in lbctl send localhost:8080")
        }
        let addresses = try addresses(operand)
        let times = try verb.options.number("repeat", in: 1...1_000_000) ?? 1
        let limit = try verb.options.span("timeout")
        let isQuiet = verb.options.has("quiet")
        // What is to be sent again has to be kept; what is not goes through as it comes.
        var source: SendConnection.Source
        if times > 1 {
            guard let text = SendConnection.allInput() else {
                return VerbEnd.refused(Refusal(what: "standard input can't be read", why: ""))
            }
            source = .kept(text)
        } else {
            source = .standardInput
        }
        var failures = 0
        for _ in 0..<times {
            let outcome = SendConnection.exchange(with: addresses, source, limit: limit)
            if let fault = outcome.fault {
                failures += 1
                Console.complain(operand, why: fault)
            } else if !isQuiet {
                Console.note(outcome.summary)
            }
            // Standard output has no reader any more.
            if outcome.hasLostOutput { return VerbEnd.failed }
        }
        if times > 1 && failures > 0 {
            Console.note("\(failures) of \(times) connections failed")
        }
        return failures == 0 ? VerbEnd.done : VerbEnd.failed
    }

    /// Where to connect, one after the other until one is listened on.
    static func addresses(_ text: String) throws(UsageError) -> [Address] {
        if let port = UInt16(text), port > 0 {
            return [.loopback(port: port), .loopback6(port: port)]
        }
        guard let address = Address(text), address.port != 0 else {
            throw UsageError(
                "'\(text)' is no address", hint: "HOST:PORT, HOST numeric or localhost")
        }
        if text.hasPrefix("localhost:"), let port = address.port {
            return [address, .loopback6(port: port)]
        }
        return [address]
    }
}
