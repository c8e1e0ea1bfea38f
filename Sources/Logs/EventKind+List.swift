import Basics

extension EventKind {
    /// A word that is no kind.
    public struct Unknown: Error, Equatable {
        public let why: String
        /// The kind that was probably meant, or all there are.
        public let advice: String
    }

    /// The kinds that a list with commas names, as people type it: `killed,down,up`.
    public static func list(_ text: String) throws(Unknown) -> [EventKind] {
        var kinds: [EventKind] = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let kind = EventKind(rawValue: String(word)) else { throw unknown(String(word)) }
            kinds.append(kind)
        }
        return kinds
    }

    private static func unknown(_ word: String) -> Unknown {
        let known = allCases.map(\.rawValue)
        let why = word.isEmpty ? "a kind is missing" : "there is no kind '\(word)'"
        if !word.isEmpty, let near = SpellingCorrection.nearest(to: word, in: known) {
            return Unknown(why: why, advice: "did you mean '\(near)'?")
        }
        return Unknown(why: why, advice: "the kinds are: \(known.joined(separator: ", "))")
    }
}
