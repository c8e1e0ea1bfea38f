import Control
import Testing

@testable import Planning

@Suite("Flags that make echo backends slow, or fail")
struct FaultFlagsTests {
    private func topology(
        _ text: String = "backend: lb-echo --port $PORT\n", latency: [String] = [],
        errorRate: [String] = []
    ) throws -> Topology {
        var flags = Topology.Flags()
        flags.faults = try latency.map { try TargetSetting(.latency, $0) }
        flags.faults += try errorRate.map { try TargetSetting(.errorRate, $0) }
        return try Topology(
            try Procfile(text), flags: flags, environment: EnvironmentFile())
    }

    private func why(_ text: String, latency: [String] = [], errorRate: [String] = []) -> Refusal? {
        do {
            _ = try topology(text, latency: latency, errorRate: errorRate)
            return nil
        } catch { return error as? Refusal }
    }

    @Test func `are for a port, a name, a type or all, and the last one counts`() throws {
        let built = try topology(
            latency: ["20ms", "3001=1s", "backend.3=0"], errorRate: ["backend=10%"])
        let faults = built.children.filter { $0.role == .backend }.map(\.faults)
        #expect(
            faults.map(\.latency) == [.milliseconds(20), .seconds(1), .milliseconds(0)])
        #expect(faults.allSatisfy { $0.errorRate == .init(percentage: "10") })
        #expect(built.children[0].faults.isNone)
        #expect(built.notices == [])
    }

    @Test func `are refused for what can't be told`() {
        let file = "web: python3 -m http.server $PORT\necho: lb-echo\n"
        #expect(
            why(file, latency: ["web=20ms"])
                == Refusal(
                    what: "--latency web=20ms can't be",
                    why: "web.1 is no lb-echo but python3, which can't be told to",
                    advice: "'pause' makes any process hang, 'kill' ends it; lb-echo alone is slow "
                        + "or fails"))
        #expect(why(file, errorRate: ["web.1=1%"]) != nil)
        #expect(why(file, latency: ["20ms"]) == nil)
        #expect(why("web: python3\n", latency: ["20ms"])?.why == "no process is lb-echo")
    }

    @Test func `may be for one that comes with scale, and say so`() throws {
        #expect(
            try topology(latency: ["backend.9=20ms"]).notices == [
                "--latency backend.9=20ms is for no backend that is there; it counts for one that "
                    + "comes"
            ])
    }

    @Test func `make no failures where there are no answers`() {
        let file = "balancer: lb-balancer --mode tcp\nbackend: lb-echo --port $PORT\n"
        #expect(why(file, errorRate: ["1%"])?.why.contains("no answer that could say 500") == true)
        #expect(why(file, latency: ["1s"]) == nil)
        for words in ["--mode=tcp", "--mode tcp"] {
            #expect(why("backend: lb-echo \(words)\n", errorRate: ["1%"]) != nil)
        }
    }
}
