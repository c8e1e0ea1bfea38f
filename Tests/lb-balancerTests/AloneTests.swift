import Basics
import Control
import Testing

@testable import lb_balancer

/// The roster of a balancer without a supervisor.
@Suite struct AloneTests {
    private func roster(_ words: String...) throws -> RosterWord {
        try Alone.roster(try BalancerOptions(words: words))
    }

    private func fault(_ words: String...) -> UsageError? {
        do throws(UsageError) {
            _ = try Alone.roster(try BalancerOptions(words: words))
            return nil
        } catch { return error }
    }

    @Test func `each backend is ready, in a slot of its own, in the order of the command line`()
        throws
    {
        let roster = try roster(
            "--backend", "3000", "--backend", "127.0.0.1:3001,name=a,weight=5", "--backend",
            "[::1]:3002", "--backend", "unix:/run/web.sock")
        #expect(roster.version == 1)
        #expect(roster.members.map(\.slot) == [0, 1, 2, 3])
        #expect(roster.members.allSatisfy { $0.fact == .ready && $0.generation == 1 })
        #expect(
            roster.members.map(\.address) == [
                "localhost:3000", "127.0.0.1:3001", "[::1]:3002", "unix:/run/web.sock",
            ])
        #expect(
            roster.members.map(\.name) == [
                "localhost:3000", "a", "[::1]:3002", "unix:/run/web.sock",
            ])
        #expect(roster.members.map(\.weight) == [1, 5, 1, 1])
    }

    @Test func `a weight goes by name, port or all, before that of the backend's own words`() throws
    {
        let words = ["--backend", "3000,weight=7", "--backend", "3001,name=a"]
        func weights(_ more: String...) throws -> [UInt32] {
            try Alone.roster(try BalancerOptions(words: words + more)).members.map(\.weight)
        }
        #expect(try weights() == [7, 1])
        #expect(try weights("--weight", "a=3") == [7, 3])
        #expect(try weights("--weight", "3000=0") == [0, 1])
        #expect(try weights("--weight", "all=2") == [2, 2])
    }

    @Test func `a weight that fits no backend is refused with those that there are`() {
        let error = fault("--backend", "3000", "--weight", "b=3")
        #expect(error?.message == "--weight b=3 fits no backend")
        #expect(error?.hint == "the backends are localhost:3000")
    }

    @Test func `without a backend there is nothing to do`() {
        #expect(fault()?.message == "no backend was named")
        #expect(fault()?.hint.contains("lbctl up") == true)
    }

    @Test func `a name belongs to one backend`() {
        #expect(
            fault("--backend", "3000,name=a", "--backend", "3001,name=a")
                == UsageError("two backends are called 'a'", hint: "give each a name of its own"))
    }

    @Test(arguments: ["x", "example.org:80", "3000:", "127.0.0.1:0", "127.0.0.1"])
    func `what is no address of a backend is refused`(text: String) {
        #expect(fault("--backend", text)?.message.contains("not '\(text)'") == true)
    }
}
