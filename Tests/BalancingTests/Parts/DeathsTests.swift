import Basics
import Control
import Testing

@testable import Balancing

/// How many deaths a request may be to blame for.
@Suite struct DeathsTests {
    private static let endings = [Ending.unknown, .fromOutside, .byItself]

    private func process(_ slot: Int) -> BackendProcess {
        BackendProcess(slot: BackendSlot(UInt32(slot)), generation: UInt64(slot) + 7)
    }

    /// All ways in which so many processes may have ended.
    private func ways(_ count: Int) -> [[Ending]] {
        if count == 0 { return [[]] }
        return ways(count - 1).flatMap { way in Self.endings.map { way + [$0] } }
    }

    @Test func `of up to four, told at once or one by one, each is counted once`() {
        for count in 0...4 {
            for way in ways(count) {
                var deaths = Deaths()
                for slot in 0..<count { deaths.append(process(slot)) }
                #expect(deaths.known == 0 && deaths.possible == count)
                // Of those in front of `told` it is known by now.
                for told in 0...count {
                    var asked: [BackendProcess] = []
                    deaths.learn { process in
                        asked.append(process)
                        let slot = process.slot.index
                        return slot < told ? way[slot] : .unknown
                    }
                    let rest = way.prefix(told)
                    let known = rest.count { $0 == .byItself }
                    let innocent = rest.count { $0 == .fromOutside }
                    #expect(deaths.known == known, "\(way), \(told)")
                    #expect(deaths.possible == count - innocent, "\(way), \(told)")
                    // A process that has been told of is not asked for again.
                    let open = (0..<count).filter { $0 >= told - 1 || way[$0] == .unknown }
                    #expect(asked == (told == 0 ? (0..<count).map { $0 } : open).map(process))
                }
            }
        }
    }

    @Test func `with four unaccounted for more are not counted, until some are`() {
        var deaths = Deaths()
        for slot in 0..<9 { deaths.append(process(slot)) }
        #expect(deaths.possible == 4 && deaths.known == 0)
        deaths.learn { $0.slot == 2 ? .byItself : $0.slot == 0 ? .fromOutside : .unknown }
        #expect(deaths.possible == 3 && deaths.known == 1)
        for slot in 9..<12 { deaths.append(process(slot)) }
        #expect(deaths.possible == 5)
        deaths.learn { _ in .byItself }
        #expect(deaths.known == 5 && deaths.possible == 5)
    }

    private func told(_ cause: BackendEnding.Cause, wasPlanned: Bool = false) -> Ending {
        Ending(
            BackendEnding(
                generation: 1, pid: 7, cause: cause, wasPlanned: wasPlanned,
                at: Instant(nanoseconds: 1), ran: .seconds(1)))
    }

    @Test func `a request is to blame only for a process that was not asked to end`() {
        #expect(Ending(nil) == .unknown)
        for signal in [9, 15, 2, 1, 3] as [Int32] {
            #expect(
                told(.killed(signal: signal, dumpedCore: false)) == .fromOutside)
        }
        // SIGSEGV, SIGABRT.
        for signal in [11, 6] as [Int32] {
            let crash = BackendEnding.Cause.killed(signal: signal, dumpedCore: true)
            #expect(told(crash) == .byItself)
            #expect(told(crash, wasPlanned: true) == .fromOutside)
        }
        for code in [0, 1, 143] as [Int32] {
            #expect(told(.exited(code: code)) == .byItself)
            #expect(told(.exited(code: code), wasPlanned: true) == .fromOutside)
        }
    }
}
