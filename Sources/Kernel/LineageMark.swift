/// What a process hands down to all that come of it, and what none of them loses by chance: not by
/// fork or exec, a session of its own, an emptied environment or closed descriptors.
///
/// It is the soft limit RLIMIT_RTTIME, setrlimit(2): how long a realtime process may run without a
/// pause. A mark stands for more than a hundred thousand years, so it limits no process; any
/// process may set it, and read it in /proc. A control group would say the same, but needs
/// permission to be made.
public struct LineageMark: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// The mark of the `number`th kind of descendants of the process `owner`.
    public init(owner: Int32, number: Int) {
        rawValue = 1 << 62 | UInt64(UInt32(bitPattern: owner)) << 24 | UInt64(number & 0xFF_FFFF)
    }

    /// The process that set the mark: those that bear it are its descendants.
    public var owner: Int32 { Int32(truncatingIfNeeded: rawValue >> 24) }

    /// The mark of a process; `nil` when it has none, or is gone.
    public static func of(_ pid: Int32) -> LineageMark? {
        guard let text = try? Files.text("/proc/\(pid)/limits") else { return nil }
        // `Max realtime timeout      4611686018427387904  unlimited            us`
        for line in text.split(separator: "\n") where line.hasPrefix("Max realtime timeout") {
            let words = line.split(separator: " ")
            guard words.count > 3, let value = UInt64(words[3]), value >> 62 == 1 else {
                return nil
            }
            return LineageMark(rawValue: value)
        }
        return nil
    }
}
