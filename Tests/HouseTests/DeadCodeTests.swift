import Testing

/// Nothing lies about that nothing uses.
@Suite struct DeadCodeTests {
    private let sources = House.sources.filter { $0.topFolder == "Sources" }

    /// Names that are declared and never read, each with the reason why it is there.
    private static let known: [String: String] = [
        "pin": "being there, it keeps a struct where it lies",
        "word": "being there, it makes a pin one",
        "lock": "being there, it keeps others out",
        "makeFolder": "the tests make folders with it",
        "droppedLines": "the tests ask it how many lines did not fit",
        "bigLent": "the tests ask it whether all that was lent was given back",
        "user1": "the tests need a signal that ends nothing of ours",
        "user2": "the tests need another one",
        "notADirectory": "the tests tell an error by it",
    ]

    @Test func `nothing is declared that is not used`() {
        let dead = DeadCode(sources).unused(besides: Set(Self.known.keys))
        #expect(dead.map { "\($0.place.path):\($0.place.line) \($0.name)" } == [])
    }

    @Test func `each exception is one, and there are few`() {
        let dead = Set(DeadCode(sources).unused(besides: []).map(\.name))
        #expect(Self.known.keys.filter { !dead.contains($0) } == [])
        #expect(Self.known.count <= 10)
    }

    @Test func `no function has a parameter that it does not use`() {
        let unused = sources.flatMap { source in
            // The events of a process's life all take the time.
            UnusedParameters.all(in: source, besides: ["wasPaused"]).map {
                "\(source.path):\($0.line) \($0.function)(\($0.name))"
            }
        }
        #expect(unused == [])
    }

    // MARK: The finder itself

    private func file(_ path: String, _ text: String) -> House.Source {
        House.Source(path: "Sources/\(path)", lines: text.split(separator: "\n").map { "\($0)" })
    }

    private func unused(_ files: House.Source...) -> [String] {
        DeadCode(files).unused(besides: []).map(\.name)
    }

    @Test(
        arguments: [
            ("func a() {}", ["a"]),
            ("func a() {}\na()", []),
            ("func a() {}\nfunc a(_ b: Int) {}", ["a", "a"]),
            ("let a = 1 // a\nlet b = \"a\"", ["a", "b"]),
            ("let a = 1\nlog(\"it is \\(a.b(\"x\"))\")", []),
            ("let a = 1\nlog(#\"\\(a)\"#)", ["a"]),
            ("let a = 1\nlog(#\"\\#(a)\"#)", []),
            ("let a = 1\nlog(\"\"\"\n\\(a)\n\"\"\")", []),
            // A label, of a call or of a parameter, is no use.
            ("var a: Int { 1 }\nf(a: 2)\nf(1, a: 2)", ["a"]),
            ("var a: Int { 1 }\nf(2, a)\nf(b ? a : c)", []),
            ("var a: Int { 1 }\nlet x = [b: 1, a: 2]\nx()", []),
            ("struct A {\nlet b: Int\ninit(b: Int) {\nself.b = b\n}\n}\nA()", ["b"]),
            ("struct A {\nlet b: Int\ninit(b: Int) { self.b = b }\nvar c: Int { b }\n}\nA().c", []),
            ("enum A {\ncase b, c(d: Int)\ncase e\n}\nA.b\n.e", ["c"]),
            ("enum A: String {\ncase b\n}\nA()", []),
            ("enum A { case b,\nc }\nswitch A.b { case .b, .c: 1 }", []),
            ("protocol A { func b() }\nstruct C: A { func b() {} }\nC()", []),
            ("@main enum A { static func main() {} }\nA()", []),
        ] as [(String, [String])])
    func `a declaration is dead where its name stands nowhere else`(
        _ text: String, _ dead: [String]
    ) {
        #expect(unused(file("M/A.swift", text)) == dead)
    }

    @Test func `private is looked for in its file, internal in its module, public everywhere`() {
        let use = "a()"
        for (access, module, isDead) in [
            ("private ", "M", true), ("private(set) ", "M", false), ("", "M", false),
            ("", "N", true), ("public ", "N", false), ("public static ", "N", false),
        ] {
            let declaring = file("M/A.swift", "\(access)func a() {}")
            let dead = unused(declaring, file("\(module)/B.swift", use))
            #expect(dead == (isDead ? ["a"] : []), "\(access)\(module)")
        }
    }

    @Test(
        arguments: [
            ("func a(b: Int) { c() }", ["b"]),
            ("func a(_ b: Int, c d: [Int: Int] = [1: 2]) -> Int { d.count }", ["b"]),
            ("func a<T: B>(_ b: T) where T: C { c() }", ["b"]),
            ("func a(_ b: (x: Int) -> Int, @D c: Int) throws(E) { b(c) }", []),
            ("func a(_: Int, _ type: B.Type = B.self) { c() }", []),
            ("func a(_ b: Int) {}", []),
            ("protocol A { func a(b: Int)\nvar c: Int { get } }", []),
            ("override func a(b: Int) { c() }", []),
            ("init?(b: Int) { return nil }", ["b"]),
            ("subscript(b: Int) -> Int { 1 }", ["b"]),
            ("func a(b: Int) { log(\"\\(b)\") }", []),
            ("func a(b: Int) { log(\"b\") }\nself.init(c: 1) { d() }", ["b"]),
        ] as [(String, [String])])
    func `a parameter is not used where the body does not name it`(
        _ text: String, _ names: [String]
    ) {
        #expect(UnusedParameters.all(in: file("M/A.swift", text)).map(\.name) == names)
    }
}
