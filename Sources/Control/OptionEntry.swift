import Basics

extension BalancerOptions {
    /// All there is to say of one option: its name, what the help says, how its value is written,
    /// and where it is kept. What applies where it is not given is what is kept there at first.
    struct Entry: Sendable {
        let option: Option
        /// Whether `lbctl up` passes it on; of what it does not, the supervisor tells the balancer.
        let isForUp: Bool
        /// Keeps what was given.
        let store: @Sendable (ParsedOptions, inout BalancerOptions) throws(UsageError) -> Void

        /// An option whose value is kept at `path`; `{}` in the help is the default.
        init<Value>(
            _ name: String, _ syntax: ValueSyntax<Value>,
            _ path: WritableKeyPath<BalancerOptions, Value> & Sendable, _ help: String,
            isForUp: Bool = true
        ) {
            self.isForUp = isForUp
            let isDefaultTold = help.utf8.contains(UInt8(ascii: "{"))
            option = Option(
                name, value: syntax.placeholder, help: help, words: syntax.words,
                standard: isDefaultTold
                    ? syntax.spell?(BalancerOptions.standard[keyPath: path]) : nil)
            store = { (given, options) throws(UsageError) in
                if let value = try syntax.read(given, name) { options[keyPath: path] = value }
            }
        }

        /// An option that may be `nil`, which the help has words of its own for.
        init<Value>(
            _ name: String, _ syntax: ValueSyntax<Value>,
            _ path: WritableKeyPath<BalancerOptions, Value?> & Sendable, _ help: String,
            isForUp: Bool = true
        ) {
            self.isForUp = isForUp
            option = Option(name, value: syntax.placeholder, help: help, words: syntax.words)
            store = { (given, options) throws(UsageError) in
                if let value = try syntax.read(given, name) { options[keyPath: path] = value }
            }
        }
    }

    /// What is understood word by word and makes no sense together.
    struct Contradiction: Sendable {
        let error: UsageError
        let applies: @Sendable (BalancerOptions) -> Bool

        init(
            _ message: String, hint: String,
            where applies: @escaping @Sendable (BalancerOptions) -> Bool
        ) {
            error = UsageError(message, hint: hint)
            self.applies = applies
        }
    }
}
