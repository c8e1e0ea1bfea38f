/// What came of reading the head of a message.
public enum HeadParse: Equatable, Sendable {
    /// All that is there is right so far, and the end has not been seen.
    case partial
    /// The head takes this many bytes, with empty lines in front and the empty line at its end.
    case complete(length: Int)
    /// The head can never become right, whatever follows.
    case malformed(Malformation)
}
