import Testing

/// What keeps the planes made of parts: no type that owns everything, no circle of files that all
/// call each other, no part without a test.
@Suite struct ShapeTests {
    private var sources: [House.Source] { House.sources.filter { $0.topFolder == "Sources" } }

    @Test func `no type has very many stored properties`() {
        // Options and parsed heads are what they are; the last two are the control plane's, and to
        // be divided.
        let known: Set = [
            "BalancerOptions", "RequestHead", "ResponseHead", "Supervisor", "SupervisedChild",
        ]
        let large = sources.flatMap { Shape.all(in: $0) }
            .filter { $0.properties.count > 20 && !known.contains($0.name) }
        #expect(large.map(\.name) == [])
    }

    @Test func `the worker keeps parts, slabs, its plan and the time`() throws {
        let worker = try #require(
            sources.flatMap { Shape.all(in: $0) }.first { $0.name == "Worker" })
        #expect(worker.properties.count > 10)
        let loose = worker.properties.filter { property in
            let rest = property.rest
            let plain = ["Int", "Bool", "UInt32", "UInt64", "String", "Atomic"]
            return rest.contains("?") || rest.contains(": [") || rest.hasPrefix(" = [")
                || plain.contains { rest.hasPrefix(": \($0)") || rest.contains("= \($0)") }
                || rest.hasPrefix(" = 0") || rest.hasPrefix(" = false")
        }
        #expect(loose.map(\.name) == [])
    }

    @Test func `few files call each other in a circle`() {
        for module in ["Balancing"] {
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
