import Kernel
import Testing

/// The architecture: which module sees which, and what lies where.
@Suite struct ArchitectureTests {
    @Test func `a module sees only the modules below it`() {
        var undeclared: [String] = []
        for source in House.sources where source.topFolder == "Sources" {
            let seen = House.mayBeSeen[source.module] ?? []
            for line in source.lines {
                let words = Code.words(line)
                guard words.contains("import"), let name = words.last else { continue }
                let module = String(name).replacing("_", with: "-")
                if House.mayBeSeen[module] == nil && module != "CLinux" { continue }
                if words.first != "import" && words.first?.hasPrefix("@") != true { continue }
                if !seen.contains(module) { undeclared.append("\(source.path) sees \(module)") }
            }
        }
        #expect(undeclared == [])
    }

    @Test func `imports run down: no module sees itself through others`() {
        func reaches(_ from: String, _ goal: String, _ depth: Int) -> Bool {
            if depth > House.mayBeSeen.count { return true }
            for next in House.mayBeSeen[from] ?? [] {
                if next == goal || reaches(next, goal, depth + 1) { return true }
            }
            return false
        }
        for module in House.mayBeSeen.keys { #expect(!reaches(module, module, 0)) }
    }

    @Test func `every module is in the plan and has tests of its own`() throws {
        let programs: Set = ["lbctl", "lb-balancer", "lb-echo", "lb-admin"]
        let tests = Set(try Files.names(in: "\(House.root)/Tests"))
        for module in try Files.names(in: "\(House.root)/Sources") {
            let isFolder = try Files.facts("\(House.root)/Sources/\(module)").isDirectory
            if !isFolder || ["CLinux", "CStatic"].contains(module) { continue }
            #expect(House.mayBeSeen[module] != nil, "\(module)")
            #expect(programs.contains(module) || tests.contains(module + "Tests"), "\(module)")
        }
    }

    @Test func `the top level holds what it should and nothing else`() throws {
        let allowed: Set = [
            "Package.swift", "Procfile", "README.md", "Scripts", "Sources", "Tests",
        ]
        let there = try Files.names(in: House.root).filter { !$0.hasPrefix(".") }
        #expect(there.filter { !allowed.contains($0) } == [])
    }

    @Test func `the map names files that are there`() throws {
        let map = try Files.text("\(House.root)/Sources/README.md")
        let there = Set(House.sources.map { String($0.name.dropLast(".swift".count)) })
        let folders: Set = [
            "Parts", "Worker", "Exchange", "Answers", "Checking", "Balancer", "Supervisor",
            "Guardian", "Processes", "Exits", "Operations", "ControlServer", "Balancers", "Log",
            "Messages",
        ]
        let modules = Set(House.mayBeSeen.keys).union(folders)
        var missing: [String] = []
        for (index, part) in map.split(separator: "`", omittingEmptySubsequences: false)
            .enumerated()
        where index % 2 == 1 {
            let steps = part.split(separator: "/")
            let isFile =
                part.hasPrefix("Worker+") || part.hasPrefix("Supervisor+")
                || (steps.count == 2 && modules.contains(String(steps[0])))
            guard isFile, let name = steps.last?.prefix(while: { $0 != "." }), !name.contains("…")
            else {
                continue
            }
            if !there.contains(String(name)) && !part.contains(" ") { missing.append(String(part)) }
        }
        #expect(missing == [])
        #expect(there.contains("Worker+Serving"))
    }

    @Test func `nothing speaks of the machine it was written on`() {
        var files = House.files(["Sources", "Tests", "Scripts", ".ci"])
        for name in ["Package.swift", "Procfile", "README.md"] {
            if let text = try? Files.text("\(House.root)/\(name)") {
                files.append(.init(path: name, lines: [text]))
            }
        }
        // In two parts, or this file would name them.
        let places = [
            "/wo" + "rk/", "/tmp/w" + "t", "/home/", "/root/", "/Users/", "/opt/sw" + "ift",
        ]
        let exempt = "Tests/HouseTests/ArchitectureTests.swift"
        var found: [String] = []
        for file in files where file.path != exempt {
            for (index, line) in file.lines.enumerated() where places.contains(where: line.contains)
            {
                found.append("\(file.path):\(index + 1)")
            }
        }
        #expect(found == [])
    }
}

@Suite struct CodeTests {
    @Test func `comments and texts are no code`() {
        var reader = Code()
        #expect(reader.strip("a(\"{ // \\\" }\") // }") == "a() ")
        #expect(reader.strip("let x = \"\"\"") == "let x = ")
        #expect(reader.strip("body { unsafe }") == "")
        #expect(reader.strip("    \"\"\"") == "")
        #expect(reader.strip("b {") == "b {")
    }

    @Test func `a function's length is from its name to its last brace`() {
        let lines = ["func a(", "    b: Int", ") {", "    if x {", "    }", "}", "func c() { 1 }"]
        #expect(Code.longFunctions(lines, limit: 5).map(\.length) == [6])
        #expect(Code.longFunctions(lines, limit: 6).isEmpty)
    }
}
