import Basics
import Kernel

/// This backend's name and place, in the bytes that every answer needs.
struct Identity {
    /// What X-Backend says.
    let name: String
    /// `X-Backend: backend.2` and a line end.
    let field: [UInt8]
    /// All of a usual greeting's head but its end.
    let greetingHead: [UInt8]
    /// One line that never changes: tools that compare the lengths of answers, as ab does, must not
    /// take a count or a pid for a failure.
    let greeting: [UInt8]
    /// The port and the pid, for the page.
    private let place: String

    init(_ settings: Settings, listeningOn address: Address) {
        name = settings.name ?? "\(address)"
        field = Array("X-Backend: \(name)\r\n".utf8)
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n"
        let port = address.port ?? 0
        place = "port \(port), pid \(ThisProcess.pid)"
        greeting = Array("Hello from \(name) (port \(port))\n".utf8)
        let length = "Content-Length: \(greeting.count)\r\n"
        greetingHead = Array("\(head)X-Backend: \(name)\r\n\(length)".utf8)
    }

    /// The greeting as a page for a browser, to its `request`th request.
    ///
    /// It asks for no icon: the request for it would take a turn of its own, and reloading the
    /// page would then show every second backend only.
    func page(request: UInt64) -> String {
        // A stable colour for each name, so that turns can be seen from afar.
        var hue: UInt32 = 0
        for byte in name.utf8 { hue = (hue &* 31 &+ UInt32(byte)) }
        return """
            <!DOCTYPE html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <link rel="icon" href="data:,">
            <title>\(escaped(name))</title>
            <style>
            body { background: hsl(\(hue % 360) 60% 92%); color: #222; margin: 20vh auto;
              font: 1.1rem system-ui, sans-serif; text-align: center }
            h1 { font-size: 3.5rem; margin: 0 0 1rem }
            </style>
            <h1>\(escaped(name))</h1>
            <p>\(place), request \(request)</p>
            </html>

            """
    }

    private func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "&": result += "&amp;"
            default: result.append(character)
            }
        }
        return result
    }
}
