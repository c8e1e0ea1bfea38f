import Basics
import Control

/// The page at `/`: the state in a sentence, and links to the rest.
enum IndexPage {
    /// What there is to read without a token.
    private static let links = [
        ("/metrics", "for Prometheus, and as OpenMetrics where that is asked for"),
        ("/v1/status", "state of the service, as JSON"),
        ("/v1/processes", "a row for each process with its counters, as JSON"),
        ("/v1/events", "what has changed, as JSON (with the token)"),
        ("/v1/logs", "what processes have written, as JSON (with the token)"),
        ("/v1/bans", "which clients are shut out, as JSON (with the token)"),
        ("/v1/openapi.json", "all of this, described for programs"),
        ("/readyz", "whether a request would be answered"),
        ("/healthz", "whether this server lives"),
    ]

    static func response(_ status: ServiceStatus) -> AdminResponse {
        let items = links.map { "<li><a href=\"\($0.0)\">\($0.0)</a>: \($0.1)</li>\n" }.joined()
        let body = """
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <meta name="color-scheme" content="light dark">
            <title>\(escaped(status.name)): lbctl</title>
            <h1>\(escaped(status.name))</h1>
            <p>\(escaped(StateSentence.text(status)))</p>
            <ul>
            \(items)</ul>
            </html>

            """
        return AdminResponse(
            200, "text/html; charset=utf-8", body,
            fields: [
                "Content-Security-Policy: default-src 'none'; base-uri 'none'; "
                    + "form-action 'none'; frame-ancestors 'none'"
            ])
    }

    /// A text as it stands in HTML.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
