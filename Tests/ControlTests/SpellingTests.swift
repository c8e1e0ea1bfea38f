import Basics
import TestSupport
import Testing

@testable import Control

@Suite struct SpellingTests {
    private func returns<Word: Spelled & Equatable>(_ words: [Word]) {
        for word in words { #expect(read(frame(word), as: Word.self) == word) }
    }

    @Test func `every word is read as it was said`() {
        returns(Words.requests)
        returns(Words.replies)
        returns(Words.orders)
        returns(Words.reports)
    }

    private func refusesParts<Word: Spelled>(_ words: [Word]) {
        for word in words {
            let whole = frame(word)
            for count in 0..<whole.count {
                #expect(read(Array(whole.prefix(count)), as: Word.self) == nil)
            }
            #expect(read(whole + [0], as: Word.self) == nil)
        }
    }

    @Test func `no part of a frame is taken for the whole`() {
        refusesParts(Words.requests)
        refusesParts(Words.replies)
        refusesParts(Words.orders)
        refusesParts(Words.reports)
    }

    @Test func `no random bytes stop the program`() {
        var dice = Dice(21)
        for _ in 0..<20_000 {
            var bytes = dice.bytes(Int.random(in: 0..<64, using: &dice))
            // Most first bytes would end the reading at once.
            if !bytes.isEmpty { bytes[0] = UInt8.random(in: 0...12, using: &dice) }
            _ = read(bytes, as: ControlRequest.self)
            _ = read(bytes, as: ControlReply.self)
            _ = read(bytes, as: LinkOrder.self)
            _ = read(bytes, as: LinkReport.self)
        }
    }

    private func survivesDamage<Word: Spelled>(_ words: [Word]) {
        for word in words {
            let whole = frame(word)
            for index in whole.indices {
                for value in [0, 1, 0x7F, 0x80, 0xFF] as [UInt8] {
                    var damaged = whole
                    damaged[index] = value
                    _ = read(damaged, as: Word.self)
                }
            }
        }
    }

    @Test func `no damaged frame stops the program`() {
        survivesDamage(Words.requests)
        survivesDamage(Words.replies)
        survivesDamage(Words.orders)
        survivesDamage(Words.reports)
    }

    @Test func `a flag that is neither 0 nor 1 is refused`() {
        var kill = frame(ControlRequest.kill(targets: ["all"], signal: 9, restarts: true))
        kill[kill.count - 1] = 2
        #expect(fault(kill, as: ControlRequest.self) == "a flag is neither 0 nor 1")
    }

    /// What the command line would never let through.
    static let excessive: [ControlRequest] = [
        .scale(to: 0), .scale(to: 257), .scale(to: .max),
        .kill(targets: ["all"], signal: 0, restarts: true),
        .kill(targets: ["all"], signal: -1, restarts: true),
        .kill(targets: ["all"], signal: 65, restarts: true),
        .kill(targets: ["all"], signal: .max, restarts: true),
        .kill(targets: [], signal: 9, restarts: true),
        .kill(targets: [String](repeating: "a", count: 1025), signal: 9, restarts: true),
        .kill(targets: ["a\0b"], signal: 9, restarts: true),
        .kill(targets: [String(repeating: "b", count: 257)], signal: 9, restarts: true),
        .carryOut(ServiceOrder(.weight, targets: ["3001"], settings: [.weight(257)])),
        .carryOut(ServiceOrder(.weight, targets: ["3001"], settings: [.weight(.max)])),
        .carryOut(ServiceOrder(.weight, targets: ["3001"], settings: [])),
        .carryOut(ServiceOrder(.weight, targets: ["3001"], settings: [.weight(1), .weight(2)])),
        .carryOut(ServiceOrder(.stop, targets: ["3001"], settings: [.weight(1)])),
        .carryOut(ServiceOrder(.slow, targets: ["3001"], settings: [.weight(1)])),
        .carryOut(
            ServiceOrder(.slow, targets: ["3001"], settings: [.latency(.seconds(3601))])),
        .carryOut(ServiceOrder(.stop, targets: [])),
        .lift([]), .lift(["192.0.2.7\0"]),
        .down(within: Nanoseconds(.max), why: ""),
        .down(within: .seconds(1), why: String(repeating: "a", count: 257)),
    ]

    @Test func `no more can be asked for than the command line would let through`() {
        for request in Self.excessive {
            #expect(read(frame(request), as: ControlRequest.self) == nil, "\(request)")
        }
    }

    @Test func `a text that is no UTF-8 is no target`() {
        var kill = frame(ControlRequest.kill(targets: ["ab"], signal: 9, restarts: true))
        #expect(read(kill, as: ControlRequest.self) != nil)
        kill[9] = 0xFF
        #expect(read(kill, as: ControlRequest.self) == nil)
    }

    @Test func `no balancer is told of a weight that no backend can have`() {
        var roster = Words.roster
        roster.members[0].weight = 257
        #expect(read(frame(LinkOrder.roster(roster)), as: LinkOrder.self) == nil)
    }
}
