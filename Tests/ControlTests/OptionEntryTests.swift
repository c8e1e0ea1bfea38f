import Basics
import Testing

@testable import Control

/// What an option's one place says of it holds.
@Suite struct OptionEntryTests {
    private let program = BalancerOptions.options.filter { !["help", "version"].contains($0.name) }

    @Test func `a default that the help tells can be given, and changes nothing`() throws {
        let told = program.filter { $0.standard != nil }
        #expect(told.count > 15)
        for option in told {
            let standard = try #require(option.standard)
            #expect(option.help.contains(standard) && !option.help.contains("{}"), "\(option.name)")
            #expect(
                try BalancerOptions(words: ["--\(option.name)=\(standard)"]) == BalancerOptions(),
                "\(option.name)")
        }
    }

    @Test func `no word given leaves all as it is at first`() throws {
        #expect(try BalancerOptions(words: [String]()) == BalancerOptions())
    }

    @Test func `each setting has one option, and each option a name of its own`() {
        #expect(Mirror(reflecting: BalancerOptions()).children.count == program.count)
        #expect(Set(BalancerOptions.options.map(\.name)).count == BalancerOptions.options.count)
    }

    @Test func `up passes on what its supervisor does not say`() {
        let passed = Set(BalancerOptions.optionsOfUp.map(\.name))
        #expect(
            BalancerOptions.options.map(\.name).filter { !passed.contains($0) }
                == ["listen", "backend", "ready-fd", "help", "version"])
    }

    @Test func `what a shell completes is understood`() throws {
        // What is only a beginning is completed by the person that types it.
        let ends = ["header:": "Host", "cookie:": "id", "http:/": "health"]
        for option in program where option.name != "health-send" {
            for word in option.candidates {
                let value = word + (ends[word] ?? "")
                #expect(throws: Never.self, "\(option.name) \(value)") {
                    try BalancerOptions(words: ["--\(option.name)", value])
                }
            }
        }
        let candidates = Dictionary(uniqueKeysWithValues: program.map { ($0.name, $0.candidates) })
        #expect(candidates["sticky"] == ["cookie"] && candidates["upstream-idle"] == ["off"])
        #expect(candidates["health-check"] == ["off", "tcp", "http:/"])
        #expect(candidates["algorithm"]?.count == BalancerOptions.Algorithm.allCases.count)
        #expect(candidates["threads"] == [] && candidates["forwarded"] == [])
    }

    @Test func `the last of several counts, and of lists all`() throws {
        let options = try BalancerOptions(words: [
            "--rise", "x", "--rise", "7", "--trust-proxy", "10.0.0.1,10.0.0.2",
            "--trust-proxy=::1", "--backend", "1", "--backend", "2,weight=0,name=b",
        ])
        #expect(options.rise == 7)
        #expect(options.trustProxy == ["10.0.0.1", "10.0.0.2", "::1"])
        #expect(options.backends.map(\.weight) == [1, 0])
        #expect(options.backends.map(\.name) == [nil, "b"])
    }

    @Test(arguments: [
        ("--max-head", "20KiB", "--max-head takes 1KiB to 16KiB, not 20480 bytes"),
        ("--max-memory", "1MiB", "--max-memory takes 16MiB or more, not 1048576 bytes"),
        ("--min-rate", "16", "--min-rate takes off or a rate such as 16B/s, not '16'"),
        ("--sticky", "0s", "--sticky takes cookie or a time such as 2s, not '0s'"),
        ("--threads", "65", "--threads takes a whole number from 1 to 64, not '65'"),
        ("--timeout-idle", "0", "--timeout-idle takes a time above 0, such as 250ms, 10s or 5m"),
    ])
    func `what an option does not take is told by its name`(
        name: String, value: String, message: String
    ) {
        #expect(throws: UsageError(message)) { try BalancerOptions(words: [name, value]) }
    }
}
