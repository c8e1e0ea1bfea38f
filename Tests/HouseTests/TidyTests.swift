import Kernel
import Testing

/// Style is a test.
@Suite struct TidyTests {
    /// Every place in `sources` where `offends` finds something, as `path:line`.
    private func places(
        _ sources: [House.Source], _ offends: (String) -> Bool
    ) -> [String] {
        var places: [String] = []
        for source in sources {
            var reader = Code()
            for (index, line) in source.lines.enumerated() where offends(reader.strip(line)) {
                places.append("\(source.path):\(index + 1)")
            }
        }
        return places
    }

    private var modules: [House.Source] { House.sources.filter { $0.topFolder == "Sources" } }

    @Test func `the repository is found`() {
        #expect(modules.count > 50)
        #expect(House.sources.contains { $0.path == "Tests/HouseTests/TidyTests.swift" })
    }

    @Test func `no file is longer than 400 lines`() {
        let long = House.sources.filter { $0.lines.count > 400 }.map(\.path)
        #expect(long == [])
    }

    @Test func `no line is longer than 100 columns`() {
        var long: [String] = []
        for source in House.sources {
            for (index, line) in source.lines.enumerated() where line.count > 100 {
                long.append("\(source.path):\(index + 1)")
            }
        }
        #expect(long == [])
    }

    @Test func `no function is longer than 60 lines`() {
        var long: [String] = []
        for source in House.sources {
            for function in Code.longFunctions(source.lines, limit: 60) {
                long.append("\(source.path):\(function.line) has \(function.length)")
            }
        }
        #expect(long == [])
    }

    @Test func `memory is touched by hand only in modules that are there for it`() {
        let allowed: Set = ["Kernel", "Basics", "Scoreboard", "TLS"]
        let others = modules.filter { !allowed.contains($0.module) && $0.path != scan }
        let found = places(others) { Code.words($0).contains("unsafe") }
        #expect(found == [])
    }

    /// One load of eight bytes at a time.
    private let scan = "Sources/HTTP1/Scan.swift"

    @Test func `no bound is left unchecked`() {
        #expect(places(modules) { $0.contains("[unchecked:") } == [])
    }

    @Test func `no file imports Foundation`() {
        let found = places(House.sources) { code in
            let words = Code.words(code)
            return words.contains("import") && words.contains { $0.hasPrefix("Foundation") }
        }
        #expect(found == [])
    }

    @Test func `only Kernel makes system calls`() {
        for (module, allowed) in [("Glibc", ["Kernel", "Basics"]), ("CLinux", ["Kernel"])] {
            let others = modules.filter { !allowed.contains($0.module) }
            #expect(places(others) { Code.words($0) == ["import", Substring(module)] } == [])
        }
    }

    @Test func `no code prints: a line is written whole or not at all`() {
        let found = places(modules) { code in
            let words = Code.words(code)
            return code.contains("print(") && (words.first == "print" || words.contains("Swift"))
        }
        #expect(found == [])
    }

    @Test func `what throws says which error`() {
        let found = places(modules) { code in
            let words = Code.words(code)
            return words.contains("throws") && !code.contains("throws(")
        }
        #expect(found == [])
    }

    @Test func `no name is one of those that say nothing`() {
        let empty = ["Manager", "Helper", "Util", "Handler", "Misc", "Common"]
        let named = House.sources.map(\.path).filter { path in
            empty.contains { path.contains($0) }
        }
        #expect(named == [])
        let kinds: Set<Substring> = ["struct", "class", "enum", "actor", "protocol"]
        let found = places(modules) { code in
            let words = Code.words(code)
            guard let kind = words.firstIndex(where: { kinds.contains($0) }), kind + 1 < words.count
            else { return false }
            return empty.contains { words[kind + 1].contains($0) }
        }
        #expect(found == [])
    }
}
