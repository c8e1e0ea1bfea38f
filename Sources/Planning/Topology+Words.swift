import Basics
import Control
import Kernel

/// How a line's command becomes words.
extension Topology {
    /// Variables that a shell sets by itself, or that are known only when the process is started:
    /// where a line names one, a shell reads it then.
    private static let knownLater: Set<String> = [
        "IFS", "LINENO", "OLDPWD", "OPTARG", "OPTIND", "PATH", "PPID", "PS1", "PS2", "PS4", "PWD",
        "_", Inheritance.service,
    ]

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

    /// The same that a shell would find in the environment of the child.
    private func variable(
        _ variable: String, name: String, port: UInt16
    ) -> ShellWords.Variable {
        switch variable {
        case "PORT" where port != 0: return .set("\(port)")
        case Inheritance.instance, "PS": return .set(ByteString(name))
        // Where the others will be is not known before all of them have been worked out.
        case _ where variable.hasPrefix(Peers.prefix): return .knownLater
        case _ where Self.knownLater.contains(variable): return .knownLater
        case _ where Launch.hidden.contains(ByteString(variable)): return .knownLater
        default:
            let value = environment.value(variable) ?? ThisProcess.octets(of: variable)
            return value.map { .set($0) } ?? .unset
        }
    }

    /// Whether a child would find the variable in its environment.
    func isSet(_ name: String) -> Bool {
        variable(name, name: "", port: 1) != .unset
    }

    /// lb-echo is known to listen where PORT says, unless it is told a port.
    private func takesItself(_ line: Procfile.Line) -> Bool {
        guard let child = children.first(where: { $0.type == line.type }) else { return false }
        return child.isEcho
            && !child.words.contains { $0 == "-p" || $0 == "--port" || $0.hasPrefix("--port=") }
    }

    /// What a line says that is seldom meant.
    mutating func doubt(_ line: Procfile.Line, isBalanced: Bool) {
        if line.place.isEmpty { return }
        for name in VariableMentions.of(line.command) where !isSet(name) {
            let near = Likeness.nearest(to: name, in: ["PORT"] + environment.variables.map(\.name))
            let hint = near.map { " (did you mean $\($0)?)" } ?? ""
            doubts.append("\(line.place): nobody sets $\(name)\(hint)")
        }
        if isBalanced && !line.command.contains("$PORT") && !line.command.contains("${PORT")
            && !takesItself(line)
        {
            doubts.append(
                "\(line.place): it never says $PORT: each copy of '\(line.type)' must take its "
                    + "port from the variable PORT by itself")
        }
    }
}
