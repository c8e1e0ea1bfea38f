import Basics
import Control
import Kernel
import Supervision

/// What people type: one verb, one file.
@main
enum App {
    static func main() {
        ThisProcess.openStandardDescriptors()
        Signals.letWritesFail()
        var words = Array(ThisProcess.arguments.dropFirst())
        // By the hidden verbs this program is a supervisor, or answers a shell.
        if words.first == Guardian.verb { ThisProcess.exit(Supervise.run()) }
        if words.first == Completion.verb {
            Completion.run(Array(words.dropFirst()))
            ThisProcess.exit(VerbEnd.done)
        }
        if words.isEmpty || words[0] == "--help" || words[0] == "-h" { Help.show() }
        if words[0] == "--version" {
            Console.say("lbctl \(productVersion)")
            ThisProcess.exit(VerbEnd.done)
        }
        let verb = words.removeFirst()
        do throws(UsageError) {
            ThisProcess.exit(
                try run(verb, words, exact: Array(ThisProcess.exactArguments.dropFirst(2))))
        } catch {
            ThisProcess.exit(VerbEnd.misused(error))
        }
    }

    /// `exact` are the words octet for octet, for the verbs that take a path.
    static func run(
        _ verb: String, _ words: [String], exact: [ByteString]
    ) throws(UsageError) -> Int32 {
        switch verb {
        case "up": return try UpCommand.run(exact)
        case Detached.verb: return try Detached.guardService(exact)
        case "down": return try DownCommand.run(words)
        case "ps", "status": return try StatusCommand.run(words)
        case "ls": return try ListCommand.run(words)
        case "kill": return try KillCommand.run(words)
        case "scale": return try ScaleCommand.run(words)
        case "reload": return try ReloadCommand.run(words)
        case "send": return try SendCommand.run(words)
        case "admin": return try AdminCommand.run(words)
        case "bans": return try BansCommand.run(words)
        case "check": return try CheckCommand.run(exact)
        case "logs": return try LogsCommand.run(words)
        case "events": return try EventsCommand.run(words)
        case "completions": return try CompletionsCommand.run(words)
        case "help":
            // `lbctl help up` is what `lbctl up --help` is.
            guard let what = words.first, !what.hasPrefix("-"), what != "help" else { Help.show() }
            return try run(what, ["--help"], exact: ["--help"])
        default:
            guard let order = ServiceVerb(word: verb) else { throw unknown(verb) }
            return try OrderCommand.run(order, words)
        }
    }

    private static func unknown(_ verb: String) -> UsageError {
        var hint = "'lbctl --help' lists the verbs"
        if verb.hasPrefix("-") {
            hint = "options stand behind the verb: lbctl VERB \(verb) …"
        } else if verb == "version" {
            hint = "did you mean '--version'?"
        } else if let near = SpellingCorrection.nearest(to: verb, in: Help.verbs) {
            hint = "did you mean '\(near)'?"
        }
        return UsageError("unknown verb '\(verb)'", hint: hint)
    }
}
