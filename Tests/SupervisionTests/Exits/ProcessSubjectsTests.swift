import Control
import Logs
import Testing

@testable import Supervision

@Suite struct ProcessSubjectsTests {
    @Test func `each process of a place in the scoreboard is its own`() {
        var subjects = ProcessSubjects()
        let first = ServiceEvent.Subject("backend.2", port: 3001, pid: 7)
        let second = ServiceEvent.Subject("backend.2", port: 3001, pid: 9)
        subjects.ended(slot: 1, generation: 1, first)
        subjects.ended(slot: 1, generation: 2, second)
        #expect(subjects.subject(slot: 1, generation: 1) == first)
        #expect(subjects.subject(slot: 1, generation: 2) == second)
        #expect(subjects.subject(slot: 1, generation: 3) == nil)
        #expect(subjects.subject(slot: 0, generation: 1) == nil)
    }

    @Test func `a service that runs for ever remembers the last ones`() {
        var subjects = ProcessSubjects()
        for number in 1...5_000 {
            subjects.ended(slot: 0, generation: UInt64(number), .init("\(number)"))
        }
        #expect(subjects.subject(slot: 0, generation: 5_000)?.name == "5000")
        #expect(subjects.subject(slot: 0, generation: 4_800)?.name == "4800")
        #expect(subjects.subject(slot: 0, generation: 1) == nil)
    }
}
