/// Numbers as sentences and tables say them: spans of time, sizes, counts, lists of names.
public enum Figures {
    /// Where a span of time stands.
    public enum Form: Sendable {
        /// `0.31 ms`, `4.19 ms`, `250 ms`, `12.4 s`, `3 min 20 s`, `2 h 5 min`.
        case sentence
        /// In two or three digits: `0.31 ms`, `4.2 ms`, `250 ms`, `12.4 s`, `3m 20s`, `2h 5m`,
        /// `5d 3h`.
        case column
    }

    /// A span of time.
    public static func text(_ span: Nanoseconds, _ form: Form = .sentence) -> String {
        // Each step asks what the value is once it is rounded, so that none shows 60.0 s.
        let count = span.count
        let hundredths = rounded(count, 10_000)
        let milliseconds = rounded(count, 1_000_000)
        switch form {
        case .sentence:
            if hundredths < 1_000 { return point(hundredths, places: 2) + " ms" }
        case .column:
            if count == 0 { return "0 ms" }
            if hundredths < 100 { return point(max(1, hundredths), places: 2) + " ms" }
            let tenths = rounded(count, 100_000)
            if tenths < 100 { return point(tenths, places: 1) + " ms" }
        }
        if milliseconds < 1_000 { return "\(milliseconds) ms" }
        let tenths = rounded(count, 100_000_000)
        if tenths < 600 { return point(tenths, places: 1) + " s" }
        // From here on time is told like on a clock, which does not round up.
        return clock(seconds: max(60, count / 1_000_000_000), form)
    }

    private static func clock(seconds: UInt64, _ form: Form) -> String {
        let minutes = seconds / 60
        let hours = minutes / 60
        switch form {
        case .sentence:
            if hours == 0 { return "\(minutes) min \(seconds % 60) s" }
            return "\(hours) h \(minutes % 60) min"
        case .column:
            if hours == 0 { return "\(minutes)m \(seconds % 60)s" }
            if hours < 24 { return "\(hours)h \(minutes % 60)m" }
            return "\(hours / 24)d \(hours % 24)h"
        }
    }

    /// A number of bytes in binary units: `512 B`, `9.1 MiB`, `256 MiB`.
    public static func size(_ bytes: UInt64) -> String {
        if bytes < 1_024 { return "\(bytes) B" }
        var unit: UInt64 = 1_024
        for name in ["KiB", "MiB", "GiB", "TiB", "PiB"] {
            let whole = bytes / unit
            let tenths = whole * 10 + rounded(bytes % unit * 10, unit)
            if tenths < 1_000 { return "\(point(tenths, places: 1)) \(name)" }
            let nearest = whole + (bytes % unit >= unit / 2 ? 1 : 0)
            if nearest < 1_024 { return "\(nearest) \(name)" }
            unit *= 1_024
        }
        return "\(bytes / unit) EiB"
    }

    /// A size that the kernel tells in KiB.
    public static func size(kibibytes: UInt64) -> String {
        size(kibibytes.multipliedClamped(by: 1_024))
    }

    /// A number with so many places behind the point, from 0 to 6.
    public static func decimal(_ value: Double, places: Int) -> String {
        var scale: UInt64 = 1
        for _ in 0..<places { scale *= 10 }
        // What comes over a socket may be any number, or none.
        let scaled = Nanoseconds(clamping: (value * Double(scale)).rounded()).count
        return places == 0 ? String(scaled) : point(scaled, places: places)
    }

    /// `1 request`, `2 requests`, `2 processes`.
    public static func count(_ number: some BinaryInteger, _ noun: String) -> String {
        if number == 1 { return "1 \(noun)" }
        return "\(number) \(noun)" + (noun.hasSuffix("s") ? "es" : "s")
    }

    /// `web.1, web.2 and 198 more`: the first names, and how many are left.
    public static func names(_ names: [String], most: Int = 8) -> String {
        let some = names.prefix(most).joined(separator: ", ")
        return names.count > most ? "\(some) and \(names.count - most) more" : some
    }

    /// `backend.2 (port 3001, pid 4242)`, with what of it there is; 0 is no port and no pid.
    public static func process(_ name: String, port: UInt16, pid: Int32) -> String {
        let facts = [port == 0 ? nil : "port \(port)", pid == 0 ? nil : "pid \(pid)"]
            .compactMap { $0 }
        return facts.isEmpty ? name : "\(name) (\(facts.joined(separator: ", ")))"
    }

    /// To the nearest whole `unit`.
    private static func rounded(_ value: UInt64, _ unit: UInt64) -> UInt64 {
        value / unit + (value % unit >= unit / 2 ? 1 : 0)
    }

    /// A number of tenths, hundredths and so on with its point.
    private static func point(_ value: UInt64, places: Int) -> String {
        var scale: UInt64 = 1
        for _ in 0..<places { scale *= 10 }
        let fraction = String(value % scale)
        let zeros = String(repeating: "0", count: places - fraction.count)
        return "\(value / scale).\(zeros)\(fraction)"
    }
}
