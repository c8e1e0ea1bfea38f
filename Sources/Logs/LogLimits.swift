/// The bounds that the log stream keeps.
public enum LogLimits {
    /// The longest text of a record in bytes; a longer line goes on in further records.
    public static let text = 64 << 10
    /// The longest name of a source in bytes.
    public static let name = 128
    /// The longest record line in the history: a text and what stands in front of it.
    public static let recordLine = text + name + 96
}
