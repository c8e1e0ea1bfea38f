import Basics
import Testing

@testable import Control

/// What a verb gives its targets, as it is typed and as it is sent.
@Suite struct SettingTests {
    private func refusal(_ kind: Setting.Kind, _ text: String) -> UsageError? {
        do throws(UsageError) {
            _ = try Setting(kind, text)
            return nil
        } catch { return error }
    }

    @Test func `each kind is read as people write it`() throws {
        #expect(try Setting(.weight, "256") == .weight(256))
        #expect(try Setting(.latency, "1.5s") == .latency(.milliseconds(1500)))
        #expect(try Setting(.latency, "0") == .latency(Nanoseconds(0)))
        #expect(try Setting(.errorRate, "0") == .errorRate(.zero))
        #expect(try Setting(.errorRate, "100%") == .errorRate(.whole))
        for algorithm in BalancerOptions.Algorithm.allCases {
            #expect(try Setting(.algorithm, algorithm.rawValue) == .algorithm(algorithm))
        }
    }

    @Test func `what is none is refused with what would be one`() {
        #expect(refusal(.latency, "soon")?.message == "'soon' is no time to answer later by")
        #expect(refusal(.latency, "61m") != nil && refusal(.latency, "-1s") != nil)
        #expect(
            refusal(.errorRate, "0.1")
                == UsageError(
                    "'0.1' could be a part of a hundred or of one", hint: "say 0.1% or 10%"))
        #expect(refusal(.errorRate, "101")?.hint == "from 0 to 100, such as 10% or 0.5%; 0 ends it")
        #expect(
            refusal(.algorithm, "lest-connections")?.hint == "did you mean 'least-connections'?")
        #expect(
            refusal(.algorithm, "xyzzy")
                == UsageError(
                    "there is no algorithm 'xyzzy'",
                    hint: "it is one of round-robin, least-connections, least-response-time, "
                        + "random, hash"))
    }

    @Test func `each kind returns as it was sent, and nothing out of bounds does`() {
        let examples: [Setting] = [
            .weight(256), .latency(.seconds(3600)), .errorRate(.whole), .algorithm(.hash),
        ]
        #expect(Set(examples.map(\.kind)) == Set(Setting.Kind.allCases))
        for example in examples {
            #expect(read(frame(example), as: Setting.self) == example)
        }
        let excessive: [Setting] = [.weight(257), .latency(.seconds(3601))]
        for example in excessive { #expect(read(frame(example), as: Setting.self) == nil) }
        var odd = FrameWriter()
        odd.put(Setting.Kind.errorRate)
        odd.put(UInt32(1_000_001))
        #expect(fault(odd.bytes, as: Setting.self) == "a share is 1000001, not 0 to 1000000")
        odd = FrameWriter()
        odd.put(Setting.Kind.algorithm)
        odd.put("fastest")
        #expect(fault(odd.bytes, as: Setting.self) == "there is no algorithm 'fastest'")
    }

    @Test func `targets have a value each, or one for all of them`() throws {
        func all(_ words: String...) throws -> [TargetSetting] {
            try TargetSetting.all(.latency, words)
        }
        let (short, long) = (Setting.latency(.milliseconds(5)), Setting.latency(.seconds(1)))
        #expect(
            try all("3001", "b", "5ms") == [
                TargetSetting(target: "3001", setting: short),
                TargetSetting(target: "b", setting: short),
            ])
        #expect(
            try all("3001=5ms", "b=1s") == [
                TargetSetting(target: "3001", setting: short),
                TargetSetting(target: "b", setting: long),
            ])
        for wrong in [[], ["3001"], ["5ms"], ["3001=5ms", "b"], ["=5ms"], ["3001", "x"]] {
            #expect(throws: UsageError.self) { try TargetSetting.all(.latency, wrong) }
        }
    }

    @Test func `a flag without a target is for all`() throws {
        #expect(
            try TargetSetting(.latency, "5ms")
                == TargetSetting(target: "all", setting: .latency(.milliseconds(5))))
        let flag = try TargetSetting(.errorRate, "backend.2=10%")
        #expect(flag.means(name: "backend.2", type: "backend", port: 3001))
        #expect(!flag.means(name: "backend.1", type: "backend", port: 3000))
        for target in ["a.1", "a", "7", "all"] {
            let flag = TargetSetting(target: target, setting: .weight(1))
            #expect(flag.means(name: "a.1", type: "a", port: 7))
            #expect(read(frame(flag), as: TargetSetting.self) == flag)
        }
    }

    @Test func `another algorithm is refused by the rules that hold at the start`() throws {
        var options = BalancerOptions()
        options.mode = .tcp
        try options.refuse(.hash)
        options.hashKey = .uri
        #expect(throws: UsageError.self) { try options.refuse(.hash) }
        options.mode = .http
        options.hashBalanceFactor = 125
        for algorithm in BalancerOptions.Algorithm.allCases { try options.refuse(algorithm) }
    }
}

/// What a supervisor and an lb-echo tell each other.
@Suite struct EchoWordsTests {
    @Test func `orders and reports return`() {
        for latency in [nil, Nanoseconds(0), .seconds(3600)] {
            for rate in [nil, Share.zero, .whole] {
                let order = EchoOrder(
                    number: .max, faults: EchoFaults(latency: latency, errorRate: rate))
                #expect(read(frame(order), as: EchoOrder.self) == order)
                #expect(order.faults.isNone == (latency?.count ?? 0 == 0 && rate != .whole))
            }
        }
        #expect(read(frame(EchoReport(number: 7)), as: EchoReport.self) == EchoReport(number: 7))
        let late = EchoFaults(latency: .seconds(3601))
        #expect(fault(frame(late), as: EchoFaults.self)?.hasPrefix("a latency is") == true)
    }

    @Test func `a setting changes what it is about, and nothing else`() {
        var faults = EchoFaults()
        faults.take(.latency(.milliseconds(3)))
        faults.take(.weight(7))
        faults.take(.algorithm(.hash))
        #expect(faults == EchoFaults(latency: .milliseconds(3)))
        faults.take(.errorRate(.whole))
        faults.take(.latency(Nanoseconds(0)))
        #expect(faults == EchoFaults(latency: Nanoseconds(0), errorRate: .whole))
    }
}
