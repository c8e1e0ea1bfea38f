import Admin
import Basics
import Control
import Kernel
import Scoreboard

/// What is seen of a service over HTTP, as a program: reads its arguments and what it was started
/// with, and serves.
@main
enum App {
    private static let options = [
        Option("port", value: "P", help: "where it listens, on 127.0.0.1 (8404; 0: any)"),
        Option("admin-host", value: "NAME", help: "a name that may stand in Host (repeatable)"),
        Option("read-only", help: "take no orders"),
        Option("ready-fd", value: "N", help: "where a byte says that it listens"),
        Option("help", short: "h", help: "this text"),
        Option("version", help: "the version"),
    ]

    static func main() {
        ThisProcess.openStandardDescriptors()
        do throws(UsageError) {
            let given = try ParsedOptions(
                Array(ThisProcess.arguments.dropFirst()), allowed: options)
            if given.has("help") { finish(help) }
            if given.has("version") { finish("lb-admin \(productVersion)\n") }
            if let word = given.operands.first { throw UsageError("what is '\(word)'?") }
            try serve(given)
        } catch {
            fail(
                error.message, error.hint.isEmpty ? "try 'lb-admin --help'" : error.hint, code: 2)
        }
    }

    private static func serve(_ given: ParsedOptions) throws(UsageError) {
        let port = try given.number("port", in: 0...65535).map { UInt16($0) } ?? 8404
        let ready = try given.number("ready-fd", in: 0...65535).map { Int32($0) }
        guard let folder = ThisProcess.octets(of: Inheritance.runtime) else {
            fail(
                "no service is known",
                "'lbctl up' starts it with each service; '--admin PORT' "
                    + "says where it listens", code: 1)
        }
        do throws(SystemError) {
            guard let number = ThisProcess.variable(Inheritance.scoreboard).flatMap({ Int32($0) }),
                let scoreboard = try Scoreboard(reading: try Descriptor.inherited(number))
            else {
                fail(
                    "the service's scoreboard is missing, or of another version",
                    "use the programs of one build", code: 1)
            }
            var server = try AdminServer(
                AdminServer.Settings(
                    port: port, hosts: given.values("admin-host"),
                    isReadOnly: given.has("read-only"), scoreboard: scoreboard, folder: folder,
                    history: ThisProcess.octets(of: Inheritance.history) ?? "",
                    token: token(in: folder)))
            DescriptorReference.standardOutput.writeAll("listening on \(server.address)\n")
            if let ready {
                let descriptor = try Descriptor.inherited(ready)
                descriptor.reference.writeAll("\n")
            }
            server.run()
        } catch {
            let isTaken = error.errno == .addressInUse
            fail(
                isTaken
                    ? "can't listen on port \(port): it is taken" : "it can't go on: \(error)",
                isTaken ? "choose another with --port" : "", code: 1)
        }
    }

    /// Empty where there is none: then nothing is given that needs it.
    private static func token(in folder: ByteString) -> String {
        let path: ByteString = "\(folder)/\(Inheritance.adminToken)"
        guard let file = try? Files.openOwn(path, for: .read) else { return "" }
        var queue = ByteQueue(capacity: 256)
        guard case .moved = file.read(into: &queue) else { return "" }
        return String(Utf8.string(queue.bytes).prefix { !$0.isWhitespace })
    }

    private static var help: String {
        var text = """
            lb-admin [OPTIONS]

            Shows a service over HTTP: 'lbctl up' starts it, on 127.0.0.1:8404.


            """
        for option in options {
            let name = "--\(option.name)" + (option.value.map { " \($0)" } ?? "")
            text += "  " + name + String(repeating: " ", count: max(1, 22 - name.utf8.count))
            text += option.help + "\n"
        }
        return text
    }

    private static func finish(_ text: String) -> Never {
        DescriptorReference.standardOutput.writeAll(text)
        ThisProcess.exit(0)
    }

    private static func fail(_ message: String, _ hint: String, code: Int32) -> Never {
        let second = hint.isEmpty ? "" : "  \(hint)\n"
        DescriptorReference.standardError.writeAll("lb-admin: \(message)\n\(second)")
        ThisProcess.exit(code)
    }
}
