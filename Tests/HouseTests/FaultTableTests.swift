import Testing

@Suite("The fault table")
struct FaultTableTests {
    @Test
    func `names tests that are there`() {
        var missing: [String] = []
        for row in FaultTable.rows {
            let isThere = House.sources.contains { source in
                source.topFolder == "Tests" && source.name == row.suite + ".swift"
                    && source.lines.contains { $0.contains("func `\(row.test)`(") }
            }
            if !isThere { missing.append("\(row.suite): \(row.test)") }
        }
        #expect(missing == [])
    }

    @Test
    func `names each fault once, and says why where it can't be tried`() {
        let faults = FaultTable.rows.map(\.fault) + FaultTable.untried.map(\.fault)
        #expect(Set(faults).count == faults.count)
        #expect(FaultTable.untried.allSatisfy { !$0.why.isEmpty })
    }
}
