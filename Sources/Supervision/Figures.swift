import Basics
import Kernel

/// Numbers as the sentences of the log say them.
public enum Figures {
    /// `0.31 ms`, `12.4 s`, `3 min 20 s`, `2 h 5 min`.
    public static func text(_ span: Nanoseconds) -> String {
        let seconds = span.seconds
        if seconds < 0.01 { return decimal(span.milliseconds, places: 2) + " ms" }
        if seconds < 1 { return decimal(span.milliseconds, places: 0) + " ms" }
        if seconds < 60 { return decimal(seconds, places: 1) + " s" }
        let whole = UInt64(seconds)
        if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
        return "\(whole / 3600) h \(whole / 60 % 60) min"
    }

    /// `512 KiB`, `4.1 MiB`.
    public static func size(kibibytes: UInt64) -> String {
        if kibibytes < 1024 { return "\(kibibytes) KiB" }
        return decimal(Double(kibibytes) / 1024, places: 1) + " MiB"
    }

    /// A number with so many places behind the point, from 0 to 6.
    public static func decimal(_ value: Double, places: Int) -> String {
        var scale: UInt64 = 1
        for _ in 0..<places { scale *= 10 }
        // What comes over a socket may be any number, or none.
        let scaled = Nanoseconds(clamping: (value * Double(scale)).rounded()).count
        if places == 0 { return String(scaled) }
        let fraction = String(scaled % scale)
        let zeros = String(repeating: "0", count: places - fraction.count)
        return "\(scaled / scale).\(zeros)\(fraction)"
    }

    /// `1 request`, `2 requests`, `2 processes`.
    public static func count(_ number: UInt64, _ noun: String) -> String {
        if number == 1 { return "1 \(noun)" }
        return "\(number) \(noun)" + (noun.hasSuffix("s") ? "es" : "s")
    }

    /// `web.1, web.2 and 198 more`.
    public static func names(_ names: [String]) -> String {
        let most = 8
        let some = names.prefix(most).joined(separator: ", ")
        return names.count > most ? "\(some) and \(names.count - most) more" : some
    }
}

extension Ending.Cause {
    /// `exited with 3`, `killed by SIGSEGV (core dumped)`.
    public var words: String {
        switch self {
        case .exited(let code): "exited with \(code)"
        case .killed(let signal, let dumpedCore):
            "killed by \(signal.name)" + (dumpedCore ? " (core dumped)" : "")
        }
    }

    /// `SIGKILL`; empty where it was no signal.
    var signalName: String {
        if case .killed(let signal, _) = self { signal.name } else { "" }
    }
}
