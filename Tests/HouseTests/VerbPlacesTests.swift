import Testing

/// What a verb for some of the children costs: the map says that it is a row in three tables.
@Suite struct VerbPlacesTests {
    @Test func `a verb that does what others do too is named in three files`() {
        // One whose name means nothing else.
        let verb = "undrain"
        let named = House.sources.filter { source in
            if !source.path.hasPrefix("Sources/") { return false }
            var reader = Code()
            return source.lines.contains { line in
                let code = reader.strip(line)
                return Code.words(code).contains(Substring(verb)) && code.contains(".\(verb)")
            }
        }
        #expect(
            named.map(\.name).sorted() == [
                "OrderHelp.swift", "ServiceOrder.swift", "VerbRule.swift",
            ])
    }
}
