import Basics
import Control
import Kernel

/// The command line of an lb-balancer with what it says, in step with each other: the words are
/// parsed here and nowhere else.
struct BalancerCommand: Equatable {
    /// The program first.
    private(set) var words: [ByteString]
    private(set) var options: BalancerOptions

    /// Reads a whole command line. Fails where a word is not understood, or some contradict others.
    init(_ words: [ByteString]) throws(UsageError) {
        self.words = words
        options = try BalancerOptions(words: Array(words.dropFirst()))
        try options.refuseContradictions()
        if let fault = Network.fault(in: options.trustProxy) { throw fault }
    }

    /// Without `--weight`: weights are the supervisor's to tell, so a change of one is no change of
    /// the balancer.
    func withoutWeights() -> BalancerCommand {
        var command = self
        command.words = Self.without("weight", words)
        command.options.weights = []
        return command
    }

    /// With a check by HTTP of this path; unchanged where the command line says how to check.
    func checking(path: String) -> BalancerCommand {
        if options.healthCheck != nil { return self }
        var command = self
        command.words += ["--health-check", ByteString("http:" + path)]
        command.options.healthCheck = .http(path: path)
        return command
    }

    /// Words without an option and its values.
    static func without(_ option: String, _ words: [ByteString]) -> [ByteString] {
        var rest: [ByteString] = []
        var isValue = false
        for word in words {
            if word == ByteString("--" + option) {
                isValue = true
            } else if !isValue && !word.hasPrefix(ByteString("--\(option)=")) {
                rest.append(word)
            } else {
                isValue = false
            }
        }
        return rest
    }
}
