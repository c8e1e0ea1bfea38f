import Basics

/// Figures as people read them.
public enum HumanText {
    /// A span of time with its two or three telling digits: `0.31 ms`, `4.2 ms`, `250 ms`, `12.4
    /// s`, `3m 5s`, `2h 4m`, `5d 3h`.
    public static func duration(_ span: Nanoseconds) -> String {
        // Each step asks what the value is once it is rounded, so that none shows 60.0 s.
        let count = span.count
        if count == 0 { return "0 ms" }
        let hundredths = rounded(count, 10_000)
        if hundredths < 100 { return decimal(max(1, hundredths), places: 2) + " ms" }
        let tenths = rounded(count, 100_000)
        if tenths < 100 { return decimal(tenths, places: 1) + " ms" }
        let milliseconds = rounded(count, 1_000_000)
        if milliseconds < 1_000 { return "\(milliseconds) ms" }
        let tenthSeconds = rounded(count, 100_000_000)
        if tenthSeconds < 600 { return decimal(tenthSeconds, places: 1) + " s" }
        // From here on time is told like on a clock, which does not round up.
        let seconds = count / 1_000_000_000
        if seconds < 60 { return "1m 0s" }
        if seconds < 3_600 { return "\(seconds / 60)m \(seconds % 60)s" }
        if seconds < 86_400 { return "\(seconds / 3_600)h \(seconds % 3_600 / 60)m" }
        return "\(seconds / 86_400)d \(seconds % 86_400 / 3_600)h"
    }

    /// A number of bytes in binary units: `512 B`, `9.1 MiB`, `256 MiB`.
    public static func bytes(_ count: UInt64) -> String {
        if count < 1_024 { return "\(count) B" }
        var unit: UInt64 = 1_024
        for name in ["KiB", "MiB", "GiB", "TiB", "PiB"] {
            let whole = count / unit
            let tenths = whole * 10 + rounded(count % unit * 10, unit)
            if tenths < 1_000 { return "\(decimal(tenths, places: 1)) \(name)" }
            let nearest = whole + (count % unit >= unit / 2 ? 1 : 0)
            if nearest < 1_024 { return "\(nearest) \(name)" }
            unit *= 1_024
        }
        return "\(count / unit) EiB"
    }

    private static func rounded(_ value: UInt64, _ unit: UInt64) -> UInt64 {
        value / unit + (value % unit >= unit / 2 ? 1 : 0)
    }

    /// A number of tenths or hundredths with its point.
    private static func decimal(_ value: UInt64, places: Int) -> String {
        let unit: UInt64 = places == 1 ? 10 : 100
        let rest = value % unit
        return "\(value / unit).\(places == 2 && rest < 10 ? "0" : "")\(rest)"
    }
}
