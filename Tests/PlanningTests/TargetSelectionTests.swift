import Basics
import Control
import Testing

@testable import Planning

@Suite("A target")
struct TargetSelectionTests {
    private let children = ["balancer": 8080, "backend.1": 3000, "backend.2": 3001, "job": 0]
        .sorted { $0.key < $1.key }
        .map { name, port in
            ChildPlan(
                name: name, type: String(name.split(separator: ".")[0]), role: .other,
                port: UInt16(port), words: ["x"], rule: .always, restartDelay: nil)
        }

    @Test(arguments: [
        ("3001", ["backend.2"]), ("backend.1", ["backend.1"]),
        ("backend", ["backend.1", "backend.2"]), ("balancer", ["balancer"]), ("job", ["job"]),
        ("all", ["backend.1", "backend.2", "balancer", "job"]),
    ])
    func `is a port, a name, a type or all`(target: String, names: [String]) throws {
        let found = try TargetSelection.select([target], among: children)
        #expect(found.map { children[$0].name } == names)
    }

    @Test
    func `that is named twice is meant once`() throws {
        #expect(
            try TargetSelection.select(["3000", "backend", "backend.1"], among: children).count == 2
        )
    }

    @Test(arguments: ["3003", "0", "back", "", "backend.3", "-1"])
    func `that is unknown is refused with those that are known`(target: String) {
        #expect {
            try TargetSelection.select(["3000", target], among: children)
        } throws: { error in
            (error as? Refusal)?.advice.contains("backend.1 (3000)") == true
        }
    }
}
