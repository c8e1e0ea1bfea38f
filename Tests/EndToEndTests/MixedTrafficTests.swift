import Kernel
import Synchronization
import TestSupport
import Testing

/// Many requests of all kinds on few connections: each gets its own answer, whole and in order.
@Suite struct MixedTrafficTests {
    /// Nothing when every answer is what it has to be.
    private static func fault(
        of answer: Answer, to request: Traffic.Request
    ) -> String? {
        if answer.status != request.status { return "status \(answer.status)" }
        if let body = request.body, answer.body != body { return "another body" }
        if let length = request.length, answer.body.count != length { return "another length" }
        return nil
    }

    private static func talk(_ seed: UInt64, to address: Address) throws(Failure) {
        var traffic = Traffic(seed)
        let client = try Client(address)
        for round in 0..<15 {
            var requests: [Traffic.Request] = []
            for _ in 0..<Int.random(in: 1...8, using: &traffic) {
                requests.append(traffic.request())
            }
            let bytes = requests.flatMap(\.bytes)
            // On another thread: a client that does not read may not be read from.
            Thread.start(named: "sender") { try? client.send(bytes) }
            for (index, request) in requests.enumerated() {
                let answer = try client.answer(to: request.method)
                if let fault = fault(of: answer, to: request) {
                    throw Failure("seed \(seed), round \(round), request \(index): \(fault)")
                }
            }
        }
    }

    @Test func `pipelined requests of every framing each get their own answer`() throws {
        let echoes = try Echoes(2)
        let balanced = try Balanced(echoes.addresses)
        let address = balanced.address
        let ended = Mutex<[String]>([])
        let seeds = UInt64(1)...8
        for seed in seeds {
            Thread.start(named: "client") {
                var said = ""
                do throws(Failure) { try Self.talk(seed, to: address) } catch { said = "\(error)" }
                ended.withLock { $0.append(said) }
            }
        }
        let areAllOver = eventually { ended.withLock { $0.count } == seeds.count }
        #expect(areAllOver)
        #expect(ended.withLock { $0.filter { !$0.isEmpty } } == [])
    }
}
