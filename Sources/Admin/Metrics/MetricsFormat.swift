/// The two formats in which metrics are read.
enum MetricsFormat: Equatable {
    /// Prometheus' own, version 0.0.4: what a person, and a program that says nothing, gets.
    case classic
    /// OpenMetrics 1.0.0.
    case openMetrics

    /// As scrapers want it to the letter: Prometheus 3 refuses what is not one of these.
    var contentType: String {
        switch self {
        case .classic: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }

    /// The format that an Accept field asks for (RFC 9110 §12.5.1): the one that is weighed more,
    /// and classic where both are alike or neither is named.
    static func asked(by accept: String?) -> MetricsFormat {
        guard let accept else { return .classic }
        var best = (open: -1, classic: -1)
        for range in accept.split(separator: ",") {
            let parts = range.split(separator: ";").map { $0.withoutBlanks.lowercased() }
            guard let type = parts.first else { continue }
            let weight = weight(parts.dropFirst())
            switch type {
            case "application/openmetrics-text" where isKnown(parts.dropFirst()):
                best.open = max(best.open, weight)
            case "text/plain", "text/*", "*/*": best.classic = max(best.classic, weight)
            default: continue
            }
        }
        return best.open > 0 && best.open > best.classic ? .openMetrics : .classic
    }

    /// Whether the version is ours, where one is named: 0.0.1 is another.
    private static func isKnown(_ parameters: ArraySlice<String>) -> Bool {
        let version = parameters.first { $0.hasPrefix("version=") }
        return version == nil || version == "version=1.0.0" || version == "version=\"1.0.0\""
    }

    /// In thousandths; 1000 where none is given, 0 where it is malformed.
    private static func weight(_ parameters: ArraySlice<String>) -> Int {
        guard let given = parameters.first(where: { $0.hasPrefix("q=") }) else { return 1000 }
        guard let value = Double(given.dropFirst(2)), (0...1).contains(value) else { return 0 }
        return Int(value * 1000)
    }
}

extension Substring {
    /// Without blanks at its ends.
    var withoutBlanks: String {
        var text = self
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return String(text)
    }
}
