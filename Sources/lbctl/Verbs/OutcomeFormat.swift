import Basics

/// How a verb prints what it did or found, as `--format` says.
enum OutcomeFormat: String, CaseIterable {
    case text, json

    /// The option; `fields` are those of each object.
    static func option(_ fields: String) -> Option {
        Option("format", value: "text|json", help: "how to print (text); json: \(fields)")
    }
}
