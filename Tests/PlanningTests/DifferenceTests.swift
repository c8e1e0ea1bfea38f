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
        ChildPlan(
            name: name, type: String(name.prefix { $0 != "." }), role: role, port: port,
            words: words, rule: .always, restartDelay: nil)
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
    func `is who came, who went, and who has another command`() {
        var wanted = three
        wanted[1].words = ["y"]
        wanted[2] = plan("clock", .other, port: 5000)
        let difference = Difference(from: three, to: wanted)
        #expect(difference.fates == [.kept(to: 0), .changed(to: 1), .removed])
        #expect(difference.added == [2])
        #expect(difference.ofNumbersAlone.fates == [.kept(to: 0), .kept(to: 1), .removed])
    }

    @Test
    func `does not lie in where a balancer listens, but in its other words`() {
        var wanted = three
        wanted[0].words = ["lb-balancer", "--listen=9090"]
        wanted[0].port = 9090
        #expect(Difference(from: three, to: wanted).fates[0] == .kept(to: 0))
        wanted[0].words += ["--retries", "1"]
        #expect(Difference(from: three, to: wanted).fates[0] == .changed(to: 0))
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
    func `is one who would find another environment`() {
        #expect(
            Difference(from: three, to: three, stale: [2]).fates
                == [.kept(to: 0), .kept(to: 1), .changed(to: 2)])
    }

    @Test(arguments: [
        (["a", "--weight", "x=1", "b"], ["a", "b"]), (["a", "--weight=x=1"], ["a"]),
        (["--weights", "1"], ["--weights", "1"]), (["a", "--weight"], ["a"]),
    ])
    func `leaves an option out with its value`(words: [ByteString], rest: [ByteString]) {
        #expect(Topology.without("weight", words) == rest)
    }
}
