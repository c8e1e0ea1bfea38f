import Kernel

/// Standard output and standard error, a whole line at a time.
enum Console {
    /// A line of what was asked for.
    static func say(_ line: String) { DescriptorReference.standardOutput.writeAll(line + "\n") }

    /// A line about what is going on.
    static func note(_ line: String) { DescriptorReference.standardError.writeAll(line + "\n") }

    /// What failed, and in a second line what to do about it.
    static func complain(_ what: String, why: String = "", advice: String = "") {
        note("lbctl: " + what + (why.isEmpty ? "" : ": " + why))
        if !advice.isEmpty { note("  " + advice) }
    }
}
