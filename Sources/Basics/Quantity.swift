/// Times and sizes as people write them.
public enum Quantity {
    /// The longest time in nanoseconds, and the largest size, that is understood.
    public static let longest: UInt64 = 9_000_000_000_000_000_000

    /// Reads `250ms`, `1.5s`, `10s`, `5m`, `1h`, or a number of seconds.
    public static func duration(_ text: String) -> Nanoseconds? {
        read(
            text,
            units: [("ms", 1e6), ("us", 1e3), ("s", 1e9), ("m", 60e9), ("h", 3600e9), ("", 1e9)]
        ).map { Nanoseconds($0) }
    }

    /// Reads `512`, `16KiB`, `64K`, `256MiB`, `1GiB`; a bare letter counts as the binary unit.
    public static func size(_ text: String) -> UInt64? {
        read(
            text,
            units: [
                ("KiB", 1024), ("MiB", 1_048_576), ("GiB", 1_073_741_824), ("K", 1024),
                ("M", 1_048_576), ("G", 1_073_741_824), ("B", 1), ("", 1),
            ])
    }

    /// Spells a time as it is read: in whole hours, seconds or milliseconds.
    public static func spelled(_ time: Nanoseconds) -> String {
        spelled(time.count, [("h", 3_600_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000)])
    }

    /// Spells a size as it is read.
    public static func spelled(size: UInt64) -> String {
        spelled(size, [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)])
    }

    /// In the largest unit that leaves no rest, or in whole ones of the smallest.
    private static func spelled(_ count: UInt64, _ units: [(String, UInt64)]) -> String {
        let fitting = units.first { count >= $0.1 && count % $0.1 == 0 } ?? units[units.count - 1]
        return "\(count / fitting.1)\(fitting.0)"
    }

    private static func read(_ text: String, units: [(String, Double)]) -> UInt64? {
        for (unit, factor) in units where text.hasSuffix(unit) {
            let digits = text.dropLast(unit.count)
            guard digits.utf8.allSatisfy({ ($0 >= 48 && $0 <= 57) || $0 == 46 }),
                let number = Double(digits)
            else { continue }
            let value = number * factor
            return value < Double(longest) ? UInt64(value) : nil
        }
        return nil
    }
}
