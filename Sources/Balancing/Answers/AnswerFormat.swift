/// The forms in which the balancer can say something itself.
enum AnswerFormat: UInt8 {
    case text, json, html

    var mediaType: StaticString {
        switch self {
        case .text: "text/plain; charset=utf-8"
        case .json: "application/json"
        case .html: "text/html; charset=utf-8"
        }
    }

    /// What an Accept field prefers (RFC 9110 §12.5.1); of equals the one that it names first.
    init(acceptedBy accept: String) {
        var best = (format: AnswerFormat.text, quality: 0.0)
        for element in accept.lowercased().split(separator: ",") {
            let words = element.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            guard let name = words.first, let format = AnswerFormat(mediaRange: name) else {
                continue
            }
            let weight = words.dropFirst().first { $0.hasPrefix("q=") }
            let quality = weight.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
            if quality > best.quality { best = (format, quality) }
        }
        self = best.format
    }

    private init?(mediaRange name: String) {
        switch name {
        case "*/*", "text/*", "text/plain": self = .text
        case "application/json", "application/problem+json", "application/*": self = .json
        case "text/html", "application/xhtml+xml": self = .html
        default: return nil
        }
    }
}
