import Basics
import Kernel

/// The backend that echoes: arguments in front of a loop.
@main
enum App {
    static func main() {
        ThisProcess.openStandardDescriptors()
        do throws(UsageError) {
            let settings = try Settings(Array(ThisProcess.arguments.dropFirst()))
            switch settings.wish {
            case .help: say(Settings.help)
            case .version: say("lb-echo \(productVersion)\n")
            case .serve: serve(settings)
            }
        } catch {
            let hint = error.hint.isEmpty ? "try 'lb-echo --help'" : error.hint
            complain(error.message, hint: hint)
            ThisProcess.exit(2)
        }
    }

    private static func serve(_ settings: Settings) {
        do throws(SystemError) {
            var server = try Server(settings)
            try server.announce(on: settings.readyDescriptor)
            server.run()
        } catch {
            let isTaken = error.errno == .addressInUse
            let listens = ["bind", "listen"].contains(error.call)
            complain(
                (listens ? "can't listen on \(settings.address)" : error.call) + ": "
                    + (isTaken ? taken(settings.address) : error.errno.description),
                hint: isTaken ? "choose another with --port" : "")
            ThisProcess.exit(1)
        }
    }

    /// Why the port can't be had: by which process it is taken, where that can be seen.
    private static func taken(_ address: Address) -> String {
        guard let pid = address.port.flatMap({ Processes.listener(onPort: $0) }) else {
            return "the port is taken by a process of another user"
        }
        let command = Processes.commandLine(of: pid).map { " (\($0))" } ?? ""
        return "the port is taken by pid \(pid)\(command)"
    }

    private static func say(_ text: String) {
        DescriptorReference.standardOutput.writeAll(text)
    }

    /// In one write: what several processes say to one pipe must not be mixed.
    private static func complain(_ sentence: String, hint: String = "") {
        let second = hint.isEmpty ? "" : "  \(hint)\n"
        DescriptorReference.standardError.writeAll("lb-echo: \(sentence)\n\(second)")
    }
}
