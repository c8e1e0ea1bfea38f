import Testing

/// What keeps the planes made of parts: no type that owns everything, no circle of files that all
/// call each other, no part without a test.
@Suite struct ShapeTests {
    private var sources: [House.Source] { House.sources.filter { $0.topFolder == "Sources" } }

    @Test func `no type has very many stored properties`() {
        // Options and parsed heads are what they are.
        let known: Set = ["BalancerOptions", "RequestHead", "ResponseHead"]
        let shapes = sources.flatMap { Shape.all(in: $0) }
        let large = shapes.filter { $0.properties.count > 20 && !known.contains($0.name) }
        #expect(large.map(\.name) == [])
        for (name, most) in [("Supervisor", 18), ("SupervisedChild", 12)] {
            let count = shapes.first { $0.name == name }?.properties.count ?? 0
            #expect(count > 8 && count <= most, "\(name): \(count)")
        }
    }

    @Test(arguments: ["Worker", "Supervisor"])
    func `a loop keeps parts, what it owns, its plan and the time`(name: String) throws {
        let loop = try #require(sources.flatMap { Shape.all(in: $0) }.first { $0.name == name })
        #expect(loop.properties.count > 10)
        let loose = loop.properties.filter { property in
            let rest = property.rest
            let plain = ["Int", "Bool", "UInt32", "UInt64", "String", "Atomic"]
            return rest.contains("?") || rest.contains(": [") || rest.hasPrefix(" = [")
                || plain.contains { rest.hasPrefix(": \($0)") || rest.contains("= \($0)") }
                || rest.hasPrefix(" = 0") || rest.hasPrefix(" = false")
        }
        #expect(loose.map(\.name) == [])
    }

    @Test func `few files call each other in a circle`() {
        for module in ["Balancing", "Supervision"] {
            let circles = CallGraph(sources.filter { $0.module == module }).circles
            #expect(circles.filter { $0.count > 6 } == [])
        }
    }

    @Test func `every part has a test at least half as long`() {
        // What belongs to a part and lies in a file of its own.
        let belongs = [
            "AttemptLog": "Attempts", "Deaths": "Attempts", "AttemptFailure": "Attempts",
            "BackendProcess": "Attempts", "ProcessLosses": "FailoverAccounts", "Pick": "Picker",
            "Warming": "Picker", "WaitingRequests": "RequestQueue",
            "AccessLine+JSON": "AccessLine", "AccessLine+Combined": "AccessLine",
            "HeadRewriter+Terms": "HeadRewriter",
            "AccessLine+Story": "AccessLine", "AttemptProgress": "Attempts",
        ]
        var lines: [String: Int] = [:]
        for source in sources where source.path.contains("/Balancing/Parts/") {
            let name = String(source.name.dropLast(".swift".count))
            lines[belongs[name] ?? name, default: 0] += source.lines.count
        }
        #expect(lines.count > 10)
        for (part, count) in lines {
            let tests = House.sources.filter {
                $0.path.hasPrefix("Tests/BalancingTests/Parts/\(part)") && $0.name.contains("Tests")
            }
            let length = tests.map(\.lines.count).reduce(0, +)
            #expect(length * 2 >= count, "\(part): \(length) lines of test for \(count)")
        }
    }

    @Test(arguments: [
        "ProcessTable", "BackendSlots", "RosterPublisher", "Shutdown", "Acceptance", "Release",
        "StartAttempts", "ChildLife", "SupervisedChild", "Lifecycle", "Restarting", "ExitReports",
        "Operations", "ServiceAvailability", "BanWatch", "EventMessages",
    ])
    func `every part of the supervisor has a test at least half as long`(part: String) {
        func length(_ folder: String, _ isMeant: (House.Source) -> Bool) -> Int {
            House.sources.filter { $0.topFolder == folder && isMeant($0) }
                .map(\.lines.count).reduce(0, +)
        }
        let code = length("Sources") {
            $0.path.contains("/Supervision/")
                && ($0.name == part + ".swift" || $0.name.hasPrefix(part + "+"))
        }
        let tests = length("Tests") {
            $0.path.contains("/SupervisionTests/") && $0.name.hasPrefix(part)
        }
        #expect(code > 0 && tests * 2 >= code, "\(part): \(tests) lines of test for \(code)")
    }

    @Test func `a circle is found, and what is stored is told from what is computed`() {
        func file(_ name: String, _ lines: [String]) -> House.Source {
            House.Source(path: "Sources/X/\(name).swift", lines: lines)
        }
        let circles = CallGraph([
            file("A", ["func a() {", "    b()", "}"]), file("B", ["func b() { c() }"]),
            file("C", ["func c() { a() }"]), file("D", ["func d() { a() }"]),
        ]).circles
        #expect(circles.map { $0.sorted() } == [["A.swift", "B.swift", "C.swift"]])
        let shape = Shape.all(
            in: file(
                "E",
                ["struct E {", "    var a = 1", "    var b: Int { 2 }", "    let c: Int?", "}"]))
        #expect(shape.first?.properties.map(\.name) == ["a", "c"])
    }
}
