/// What was said about colours, as `--color` takes it.
public enum ColourChoice: String, CaseIterable, Sendable {
    case auto, always, never
}

/// A way to show a text: the parameters of SGR, ECMA-48 §8.3.117.
public enum SGR: String, CaseIterable, Sendable {
    case bold = "1"
    case dim = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
    case blue = "34"
    case magenta = "35"
    case cyan = "36"
}

/// Whether texts are coloured, and how.
public struct Style: Sendable {
    /// Whether colours are on.
    public let isColoured: Bool

    public init(isColoured: Bool) { self.isColoured = isColoured }

    /// Decides for one stream. What was said on the command line counts most, then NO_COLOR
    /// (no-color.org), then FORCE_COLOR and CLICOLOR_FORCE, then whether the stream is a terminal
    /// that knows colours. `variable` looks into the environment; an empty variable says nothing.
    public init(
        choice: ColourChoice, isTerminal: Bool, variable: (_ name: String) -> String?
    ) {
        func says(_ name: String) -> Bool { !(variable(name) ?? "").isEmpty }
        func forces(_ name: String) -> Bool { says(name) && variable(name) != "0" }
        switch choice {
        case .always: isColoured = true
        case .never: isColoured = false
        case .auto:
            if says("NO_COLOR") {
                isColoured = false
            } else if forces("FORCE_COLOR") || forces("CLICOLOR_FORCE") {
                isColoured = true
            } else {
                isColoured = isTerminal && variable("TERM") != "dumb"
            }
        }
    }

    /// The text as `sgr` shows it; as it is where colours are off or there is nothing to show.
    public func paint(_ text: String, _ sgr: SGR) -> String {
        isColoured && !text.isEmpty ? "\u{1B}[\(sgr.rawValue)m\(text)\u{1B}[0m" : text
    }
}
