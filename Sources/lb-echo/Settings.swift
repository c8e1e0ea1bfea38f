import Basics
import Kernel

/// What the command line and the environment ask for.
struct Settings {
    enum Wish { case help, version, serve }

    /// What is done with the bytes that come.
    enum Mode: String, CaseIterable { case http, tcp }

    var wish = Wish.serve
    var mode = Mode.http
    var address = Address.loopback(port: 3000)
    /// Nothing: the address it listens on.
    var name: String?
    var latency = Nanoseconds(0)
    /// The share of requests that is answered with 500.
    var errorRate = Share.zero
    var readyDescriptor: Int32?
    /// Over which a supervisor says how to behave.
    var controlDescriptor: Int32?
    /// Whether each request is told of before it is answered.
    var logsRequests = false
    /// Whether each connection of the TCP mode begins with a line that names the backend.
    var hasBanner = false

    private static let options = [
        Option("port", short: "p", value: "N", help: ""),
        Option("host", value: "ADDR", help: ""),
        Option("name", value: "NAME", help: ""),
        Option("latency", value: "TIME", help: ""),
        Option("error-rate", value: "SHARE", help: ""),
        Option("log", help: ""),
        Option("mode", value: "http|tcp", help: ""),
        Option("banner", help: ""),
        Option("ready-fd", value: "N", help: ""),
        Option("control-fd", value: "N", help: ""),
        Option("help", short: "h", help: ""),
        Option("version", help: ""),
    ]

    static let help = """
        usage: lb-echo [options]

        An HTTP server that names itself and sends back what it is sent.

          lb-echo --port 3001
          curl localhost:3001/
          curl --data hello localhost:3001/

          -p, --port N          where to listen: 3000, or $PORT; 0 lets the kernel choose
              --host ADDR       127.0.0.1
              --name NAME       what X-Backend says: $LBCTL_INSTANCE, else address and port
              --latency TIME    wait so long before each answer, as 20ms
              --error-rate P    answer this share of requests with 500, as 0.01 or 1%
              --log             say each request before it is answered: method, target, id
              --mode http|tcp   tcp sends all bytes back as they come
              --banner          with tcp: begin each connection with a line that names it
              --ready-fd N      write a byte to this descriptor once listening
              --control-fd N    take orders of 'lbctl slow' and 'lbctl fail' over this socket
          -h, --help
              --version

        GET /  /health  /status/503  /delay/0.2  /bytes/65536  /stream/5  /headers  /anything
        A request with a body gets the body back. /health knows neither latency nor errors.

        """

    init(_ words: [String]) throws(UsageError) {
        let given = try ParsedOptions(words, allowed: Self.options)
        if given.has("help") {
            wish = .help
            return
        }
        if given.has("version") {
            wish = .version
            return
        }
        if let stray = given.operands.first { throw UsageError("unexpected word '\(stray)'") }
        mode = try given.choice("mode") ?? .http
        address = try Self.address(given)
        name = try Self.name(given.value("name") ?? ThisProcess.variable("LBCTL_INSTANCE"))
        logsRequests = given.has("log")
        hasBanner = given.has("banner")
        latency = try given.duration("latency") ?? Nanoseconds(0)
        readyDescriptor = try given.number("ready-fd", in: 3...65535).map { Int32($0) }
        controlDescriptor = try given.number("control-fd", in: 3...65535).map { Int32($0) }
        if let text = given.value("error-rate") {
            guard let share = Share(fraction: text) else {
                throw UsageError(
                    "--error-rate takes a share from 0 to 1 or a percentage, not '\(text)'",
                    hint: "such as 0.01 or 1%")
            }
            errorRate = share
        }
    }

    private static func address(_ given: ParsedOptions) throws(UsageError) -> Address {
        var port = 3000
        if let wanted = try given.number("port", in: 0...65535) {
            port = wanted
        } else if let text = ThisProcess.variable("PORT") {
            guard let number = UInt16(text) else {
                throw UsageError("PORT is a number from 0 to 65535, not '\(text)'")
            }
            port = Int(number)
        }
        let host = given.value("host") ?? "127.0.0.1"
        guard let address = Address(host: host, port: UInt16(port)) else {
            throw UsageError("--host takes an address such as 127.0.0.1 or ::1, not '\(host)'")
        }
        return address
    }

    /// A name goes into a field of every answer as it is, so it must be fit for one.
    private static func name(_ text: String?) throws(UsageError) -> String? {
        guard let text, !text.isEmpty else { return nil }
        if text.utf8.count > 128 || !text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) {
            throw UsageError("a name is up to 128 visible ASCII characters, not '\(text)'")
        }
        return text
    }
}
