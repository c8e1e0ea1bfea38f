import Basics
import Control
import Testing

@testable import Planning

@Suite("What makes the difference")
struct DifferenceTests {
    private func plan(
        _ name: String, _ role: ChildPlan.Role = .backend, port: UInt16 = 3000,
        _ words: [ByteString] = ["x"]
    ) -> ChildPlan {
        var plan = ChildPlan(
            name: name, type: String(name.prefix { $0 != "." }), role: role, port: port,
            words: words, rule: .always)
        if role == .balancer { plan.options = Self.options(words) }
        return plan
    }

    private static func options(_ words: [ByteString]) -> BalancerOptions? {
        try? BalancerCommand(words).options
    }

    private var three: [ChildPlan] {
        [
            plan("balancer", .balancer, port: 8080, ["lb-balancer", "--listen", "8080"]),
            plan("web.1", port: 3000), plan("worker", .other, port: 5000),
        ]
    }

    @Test
    func `is nothing where all is as it was`() {
        let difference = Difference(from: three, to: three)
        #expect(difference.fates == [.kept(to: 0), .kept(to: 1), .kept(to: 2)])
        #expect(difference.added == [])
    }

    @Test
    func `is which came, which went, and which have another command`() {
        var wanted = three
        wanted[1].words = ["y"]
        wanted[2] = plan("clock", .other, port: 5000)
        let difference = Difference(from: three, to: wanted)
        #expect(difference.fates == [.kept(to: 0), .changed(to: 1), .removed])
        #expect(difference.added == [2])
        #expect(difference.ofNumbersAlone.fates == [.kept(to: 0), .kept(to: 1), .removed])
    }

    @Test(
        arguments: [
            (["lb-balancer", "--listen=9090"], true), (["lb-balancer"], true),
            (["lb-balancer", "--listen", "8080", "--retries=2"], true),
            (["lb-balancer", "--rise", "2", "--fall=3"], true),
            (["lb-balancer", "--listen", "8080", "--retries", "1"], false),
            (["lb-balancer", "--mode", "tcp"], false), (["/x/lb-balancer"], false),
        ] as [([ByteString], Bool)])
    func `does not lie in where a balancer listens, but in what its other words say`(
        words: [ByteString], isKept: Bool
    ) {
        var wanted = three
        wanted[0] = plan("balancer", .balancer, port: 9090, words)
        let fate = Difference(from: three, to: wanted).fates[0]
        #expect(fate == (isKept ? .kept(to: 0) : .changed(to: 0)))
    }

    @Test(
        arguments: [
            { $0.port = 3001 }, { $0.hasTerminal = true }, { $0.mergesStreams = true },
            { $0.words = ["x", "y"] }, { $0.type = "backend" },
        ] as [@Sendable (inout ChildPlan) -> Void])
    func `is whatever a process would notice`(change: @Sendable (inout ChildPlan) -> Void) {
        var wanted = three
        change(&wanted[1])
        #expect(Difference(from: three, to: wanted).fates[1] == .changed(to: 1))
    }

    @Test(
        arguments: [
            { $0.weight = 7 }, { $0.rule = .never }, { $0.restartDelay = .seconds(1) },
            { $0.stopLimit = .seconds(1) }, { $0.stopSignal = .interrupt },
            { $0.startLimit = .seconds(1) },
        ] as [@Sendable (inout ChildPlan) -> Void])
    func `is nothing that the supervisor alone need know`(
        change: @Sendable (inout ChildPlan) -> Void
    ) {
        var wanted = three
        change(&wanted[1])
        #expect(Difference(from: three, to: wanted).fates[1] == .kept(to: 1))
    }

    @Test
    func `pairs by name before port, and each once`() {
        let present = [plan("web.1", port: 3000), plan("web.2", port: 3001)]
        let wanted = [plan("web.2", port: 3000), plan("web.1", port: 3001)]
        let difference = Difference(from: present, to: wanted)
        #expect(difference.fates == [.changed(to: 1), .changed(to: 0)])
        let fewer = Difference(from: present, to: [plan("backend.1", port: 3001)])
        #expect(fewer.fates == [.removed, .changed(to: 0)])
        let more = Difference(from: [], to: wanted)
        #expect(more.fates == [] && more.added == [0, 1])
    }

    @Test
    func `does not pair by port what is not balanced, or has another role`() {
        let present = [plan("worker", .other, port: 5000)]
        for wanted in [plan("clock", .other, port: 5000), plan("web.1", port: 5000)] {
            let difference = Difference(from: present, to: [wanted])
            #expect(difference.fates == [.removed])
            #expect(difference.added == [0])
        }
    }

    @Test
    func `is a restart in place where the balanced type has another name`() {
        var wanted = three
        wanted[1] = plan("backend.1", port: 3000)
        let difference = Difference(from: three, to: wanted)
        #expect(difference.fates == [.kept(to: 0), .changed(to: 1), .kept(to: 2)])
        #expect(difference.added == [])
    }

    @Test
    func `is none where a balancer chooses otherwise: that is told live`() throws {
        func balancer(_ words: String...) throws -> ChildPlan {
            var balancer = plan("balancer", .balancer, port: 8080)
            balancer.words = ["lb-balancer"] + words.map { .init($0) }
            balancer.options = try BalancerOptions(words: words)
            return balancer
        }
        let present = try balancer("--algorithm", "random")
        for (wanted, isKept) in [
            (try balancer("--algorithm", "hash"), true), (try balancer(), true),
            (try balancer("--algorithm", "hash", "--hash-key", "uri"), false),
        ] {
            let fates = Difference(from: [present], to: [wanted]).fates
            #expect(fates == [isKept ? .kept(to: 0) : .changed(to: 0)])
        }
    }

    @Test
    func `is one that would find another environment`() {
        #expect(
            Difference(from: three, to: three, stale: [2]).fates
                == [.kept(to: 0), .kept(to: 1), .changed(to: 2)])
    }
}
