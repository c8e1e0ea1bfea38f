import Kernel

/// The repository's files.
enum House {
    static let root: String = {
        var parts = #filePath.split(separator: "/").map { String($0) }
        parts.removeLast(3)
        return "/" + parts.joined(separator: "/")
    }()

    /// A file with its lines.
    struct Source: Sendable {
        /// From the root, as `Sources/Basics/Slab.swift`.
        let path: String
        let lines: [String]

        /// `Sources` or `Tests`.
        var topFolder: String { String(path.prefix { $0 != "/" }) }
        /// The folder below, as `Basics`.
        var module: String { String(path.split(separator: "/")[1]) }
        /// The file's name, as `Slab.swift`.
        var name: String { String(path.split(separator: "/").last ?? "") }
    }

    /// All Swift files of the modules and of their tests.
    static let sources: [Source] = files(["Sources", "Tests"], ending: ".swift")

    /// All files in these folders with names that end so.
    static func files(_ folders: [String], ending: String = "") -> [Source] {
        var found: [Source] = []
        for folder in folders {
            for name in (try? Files.names(in: "\(root)/\(folder)")) ?? [] {
                let path = "\(folder)/\(name)"
                if (try? Files.facts("\(root)/\(path)"))?.isDirectory == true {
                    found += files([path], ending: ending)
                } else if name.hasSuffix(ending), let text = try? Files.text("\(root)/\(path)") {
                    found.append(Source(path: path, lines: Self.lines(text)))
                }
            }
        }
        return found
    }

    private static func lines(_ text: String) -> [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last == "" { lines.removeLast() }
        return lines.map { String($0) }
    }

    /// Which modules a module may import. The manifest says so too: here a mistake in it is found.
    static let mayBeSeen: [String: Set<String>] = [
        "Basics": [],
        "Kernel": ["Basics", "CLinux"],
        "HTTP1": ["Basics"],
        "Choosing": ["Basics"],
        "ProxyProtocol": ["Basics"],
        "Control": ["Basics"],
        "Logs": ["Basics"],
        "TLS": ["Basics", "Kernel"],
        "History": ["Logs", "Kernel", "Basics"],
        "Planning": ["Control", "Logs", "Kernel", "Basics"],
        "Scoreboard": ["Choosing", "Kernel", "Basics"],
        "Balancing": [
            "HTTP1", "Choosing", "ProxyProtocol", "Scoreboard", "Control", "TLS", "Kernel",
            "Basics",
        ],
        "Supervision": [
            "Planning", "Control", "Scoreboard", "History", "Logs", "Kernel", "Basics",
        ],
        "Admin": [
            "HTTP1", "Control", "Scoreboard", "History", "Logs", "Kernel", "Basics",
        ],
        "Load": ["HTTP1", "Kernel", "Basics"],
        "Terminal": ["Basics", "Kernel"],
        "lbctl": [
            "Supervision", "Planning", "Control", "Logs", "History", "Scoreboard", "Load",
            "Terminal",
            "Choosing", "Kernel", "Basics",
        ],
        "lb-balancer": ["Balancing", "Scoreboard", "Control", "Kernel", "Basics"],
        "lb-admin": ["Admin", "Control", "Scoreboard", "Kernel", "Basics"],
        "lb-echo": ["HTTP1", "Control", "Kernel", "Basics"],
    ]
}
