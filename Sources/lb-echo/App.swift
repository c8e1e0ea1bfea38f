import Basics
import Kernel

/// The backend that echoes: arguments in front of a loop.
@main
enum App {
    static func main() {
        do throws(UsageError) {
            let settings = try Settings(Array(ThisProcess.arguments.dropFirst()))
            switch settings.wish {
            case .help: say(Settings.help)
            case .version: say("lb-echo \(productVersion)\n")
            case .serve: serve(settings)
            }
        } catch {
            complain(error.message, error.hint.isEmpty ? "try 'lb-echo --help'" : error.hint)
            ThisProcess.exit(2)
        }
    }

    private static func serve(_ settings: Settings) {
        do throws(SystemError) {
            var server = try Server(settings)
            try server.announce(on: settings.readyDescriptor)
            server.run()
        } catch {
            if error.call == "bind", error.errno == .addressInUse {
                complain("listen on \(settings.address)", why: taken(settings.address), hint: "")
            } else if error.call == "bind" {
                complain("listen on \(settings.address)", why: "\(error.errno)", hint: "")
            } else {
                complain(error.call, why: "\(error.errno)", hint: "")
            }
            ThisProcess.exit(1)
        }
    }

    /// Why the port can't be had: who has it, where that can be seen.
    private static func taken(_ address: Address) -> String {
        guard let pid = address.port.flatMap({ Processes.listener(onPort: $0) }) else {
            return "the port is in use"
        }
        let command = Processes.commandLine(of: pid).map { " (\($0))" } ?? ""
        return "the port is in use by pid \(pid)\(command)"
    }

    private static func say(_ text: String) {
        DescriptorReference.standardOutput.writeAll(text)
    }

    private static func complain(_ sentence: String, _ hint: String) {
        // One write: what several processes say to one pipe must not be mixed.
        DescriptorReference.standardError.writeAll("lb-echo: \(sentence)\nlb-echo: \(hint)\n")
    }

    private static func complain(_ what: String, why: String, hint: String) {
        DescriptorReference.standardError.writeAll("lb-echo: \(what): \(why)\n")
    }
}
