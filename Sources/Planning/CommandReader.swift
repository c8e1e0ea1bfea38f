import Basics
import Control
import Kernel

/// Reads the commands of lines as a shell in the child's environment would.
struct CommandReader {
    let environment: EnvironmentFile

    /// Variables that a shell sets by itself, or that are known only when the process is started:
    /// where a line names one, a shell reads it then.
    private static let knownLater: Set<String> = [
        "IFS", "LINENO", "OLDPWD", "OPTARG", "OPTIND", "PATH", "PPID", "PS1", "PS2", "PS4", "PWD",
        "_", Inheritance.service,
    ]

    /// The words of a line's command for one child; those that start a shell where only a shell
    /// understands the line. Fails where a quote is not closed, or nothing is left to run.
    func words(
        of line: Procfile.Line, name: String, port: UInt16
    ) throws(Refusal) -> [ByteString] {
        let reading: ShellWords
        do throws(Refusal) {
            reading = try ShellWords.read(line.command) { variable in
                self.variable(variable, name: name, port: port)
            }
        } catch {
            throw Refusal(what: line.fault, why: error.why)
        }
        switch reading {
        case .words(let words):
            if words.isEmpty {
                throw Refusal(what: line.fault, why: "its command is empty")
            }
            return words
        case .needsShell: return ["/bin/sh", "-c", line.command]
        }
    }

    /// Whether a child would find the variable in its environment.
    func isSet(_ name: String) -> Bool {
        variable(name, name: "", port: 1) != .unset
    }

    /// What a shell would find in the environment of the child.
    private func variable(
        _ variable: String, name: String, port: UInt16
    ) -> ShellWords.Variable {
        switch variable {
        case "PORT" where port != 0: return .set("\(port)")
        case Inheritance.instance, "PS": return .set(ByteString(name))
        // The ports of other children are not known before all of them have been planned.
        case _ where variable.hasPrefix(Peers.prefix): return .knownLater
        case _ where Self.knownLater.contains(variable): return .knownLater
        case _ where Launch.hidden.contains(ByteString(variable)): return .knownLater
        default:
            let value = environment.value(variable) ?? ThisProcess.octets(of: variable)
            return value.map { .set($0) } ?? .unset
        }
    }
}
