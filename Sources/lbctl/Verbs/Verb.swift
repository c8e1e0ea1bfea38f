import Basics
import Control
import Kernel
import Supervision

/// A verb's words, read: what all verbs have in common.
struct Verb {
    let options: ParsedOptions
    /// The service that was named, by `--name` or LBCTL_NAME.
    let named: String?
    /// The verb itself, as `up`.
    let word: String

    /// What a name is to a verb.
    enum Naming: String {
        case finds = "which service (this folder's, or the only one)"
        /// Of the verbs that start one, or look whether it could be started.
        case gives = "what to call it (as the Procfile's folder; 'default' without one)"
        /// The verb has to do with no service.
        case none = ""

        fileprivate var options: [Option] {
            self == .none ? [] : [Option("name", value: "NAME", help: rawValue)]
        }
    }

    private static let help = Option("help", short: "h", help: "this text")

    /// Reads the words, or shows the help and ends. `further` options are taken, and told of in the
    /// remark alone.
    init(
        _ exactWords: [some OctetText], usage: String, examples: [(String, String)],
        options: [Option],
        further: [Option] = [], naming: Naming = .finds, remark: String = ""
    ) throws(UsageError) {
        let allowed = options + naming.options + [Self.help]
        let words = exactWords.map { $0.octets.text }
        word = usage.split(whereSeparator: \.isWhitespace).dropFirst().first.map(String.init) ?? ""
        if words.first == Completion.question {
            Completion.answer(Array(words.dropFirst()), usage: usage, allowed + further)
            ThisProcess.exit(0)
        }
        if words.prefix(while: { $0 != "--" }).contains(where: { $0 == "--help" || $0 == "-h" }) {
            let help = Help.text(usage: usage, examples: examples, options: allowed)
            Console.say(remark.isEmpty ? help : help + "\n\n" + remark)
            ThisProcess.exit(0)
        }
        self.options = try ParsedOptions(
            exactWords.map { $0.octets }, allowed: allowed + further)
        let given = ThisProcess.variable(Inheritance.service) ?? ""
        named = self.options.value("name") ?? (given.isEmpty ? nil : given)
    }

    /// The folder of the service that is meant. Where that is not clear those that run are listed,
    /// and the program ends.
    func folder() throws(UsageError) -> RuntimeFolder {
        try folder(or: ServiceChoice.folder)
    }

    /// The folder of the service whose history is meant, which may run no more.
    func pastFolder() throws(UsageError) -> RuntimeFolder {
        try folder(or: ServiceChoice.pastFolder)
    }

    private func folder(
        or choice: () throws(Refusal) -> RuntimeFolder
    ) throws(UsageError) -> RuntimeFolder {
        if let named { return try RuntimeFolder(name: named) }
        do throws(Refusal) {
            return try choice()
        } catch {
            ThisProcess.exit(VerbEnd.refused(error))
        }
    }

    /// Fails where words are given that the verb has no use for.
    func refuseOperands() throws(UsageError) {
        if let operand = options.operands.first {
            throw UsageError(
                "'\(operand)' is not expected here",
                hint: "'lbctl \(word)' takes options alone; 'lbctl \(word) --help' lists them")
        }
    }
}
