import Basics
import TestSupport
import Testing

@testable import Control

/// What the story behind an access line says, read by the letter.
@Suite struct StoryAttemptTests {
    private func parse(_ text: String) -> [StoryAttempt]? { StoryAttempt.parse(text.utf8.span) }

    @Test func `what is not said is nothing`() {
        var attempt = StoryAttempt(reason: .turn, ready: 3, members: 3)
        #expect(parse("t3") == [attempt])
        attempt.members = 5
        attempt.generation = 7
        #expect(parse("t3/5g7") == [attempt])
        #expect(parse("") == [])
    }

    @Test func `each field is read, in its unit`() {
        var attempt = StoryAttempt(reason: .load, ready: 2, members: 4)
        (attempt.tried, attempt.down, attempt.suspect, attempt.busy) = (1, 2, 3, 4)
        (attempt.generation, attempt.waited) = (12, .microseconds(500))
        (attempt.chosen, attempt.isNew) = (.microseconds(1904), true)
        attempt.connected = .microseconds(41)
        attempt.sent = .microseconds(60)
        attempt.answered = .microseconds(9470)
        attempt.ended = .microseconds(9999)
        (attempt.load, attempt.rivalLoad, attempt.rival) = (67, 100, "backend.1")
        #expect(
            parse("l2/4x1d2s3b4g12w500@1904n41q60f9470e9999l67,100,backend.1") == [attempt])
        attempt.connected = nil
        (attempt.rivalLoad, attempt.rival) = (nil, nil)
        #expect(parse("l2/4x1d2s3b4g12w500@1904nq60f9470e9999l67") == [attempt])
    }

    @Test func `attempts stand one behind the other`() {
        let attempts = parse("t3g1e1900;t2/3x1g6@1904n41f9470;r3")
        #expect(attempts?.map(\.reason) == [.turn, .turn, .again])
        #expect(attempts?.map(\.generation) == [1, 6, 0])
        #expect(parse("l1l0,0,backend.1;t1")?.first?.rival == "backend.1")
    }

    @Test(arguments: [
        "t", "3", "T3", "t3;", ";t3", "t3;;t3", "t3 ", " t3", "t3/", "t3g", "t3gg1", "t3g1g2",
        "t3f1g1", "t3x1x1", "t3q1n1", "t3l1,", "t3l1,2", "t3l1,2,", "t3l1,2,a;", "t-3", "t3.5",
        "t3n-1", "t99999999999999999999", "t3f99999999999999999999", "z3", "t3\u{0}", "t3\tt3",
    ]) func `what is no story is refused`(text: String) {
        #expect(parse(text) == nil)
    }

    @Test func `no number is too large, and none overflows`() {
        let most = "9999999999999999999"
        let attempt = parse("t\(most)/\(most)x\(most)g\(most)w\(most)@\(most)n\(most)f\(most)")
        #expect(attempt?.first?.generation == 9_999_999_999_999_999_999)
        #expect(attempt?.first?.ready == .max)
    }

    @Test func `any octets are read or refused, and none trap`() {
        var dice = Dice(7)
        let letters = Array("tlkxdsbgw@nqfe,;/0123456789backend.1".utf8) + [0, 9, 255]
        for _ in 0..<20_000 {
            var text: [UInt8] = []
            for _ in 0..<Int(dice.next() % UInt64(30)) {
                text.append(letters[Int(dice.next() % UInt64(letters.count))])
            }
            _ = StoryAttempt.parse(text.span)
        }
    }

    @Test func `each reason has a letter and a word of its own`() {
        #expect(Set(ChoiceReason.allCases.map(\.rawValue)).count == ChoiceReason.allCases.count)
        #expect(
            Set(ChoiceReason.allCases.map { "\($0.word)" }).count == ChoiceReason.allCases.count)
        for reason in ChoiceReason.allCases {
            let letter = String(UnicodeScalar(reason.rawValue))
            #expect(parse("\(letter)1")?.first?.reason == reason)
        }
    }

    @Test(
        arguments: [
            ("t3", "it was its turn, of 3 that were ready"),
            ("t1", "it was its turn; it is the only one"),
            ("t1/3", "it was its turn; of 3 it alone was ready"),
            (
                "t2/3x1d2s1b1",
                "it was its turn; 2 of 3 were ready; passed over: 1 that it had been tried on, "
                    + "2 with failing checks, 1 under suspicion, "
                    + "1 with as much in flight as it may have"
            ),
            (
                "l3l67,100,backend.1",
                "it had the least in flight (0.67, backend.1 1), of 3 that were ready"
            ),
            ("l3l0,0,b", "no other had less in flight (0, b 0), of 3 that were ready"),
            (
                "d3l100,100,b",
                "of two that were drawn the other had no less in flight (1, b 1), "
                    + "of 3 that were ready"
            ),
            (
                "p3l0,0,b",
                "no other would answer sooner (in 0.00 ms, b in 0.00 ms), of 3 that were ready"
            ),
            ("l3l200", "it had the least in flight (2), of 3 that were ready"),
            (
                "d3l0,300,backend.3",
                "of two that were drawn it had less in flight (0, backend.3 3), "
                    + "of 3 that were ready"
            ),
            (
                "p3l2100,5300,backend.1",
                "it would answer soonest (in 2.10 ms, backend.1 in 5.30 ms), of 3 that were ready"
            ),
        ])
    func `why one was chosen is said in words`(text: String, words: String) {
        #expect(parse(text)?.first?.explanation == words)
    }
}
