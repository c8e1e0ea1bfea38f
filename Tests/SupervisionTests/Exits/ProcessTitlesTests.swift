import Control
import Testing

@testable import Supervision

@Suite struct ProcessTitlesTests {
    @Test func `each process of a place in the scoreboard has its own title`() {
        var titles = ProcessTitles()
        titles.ended(slot: 1, generation: 1, title: "backend.2 (port 3001, pid 7)")
        titles.ended(slot: 1, generation: 2, title: "backend.2 (port 3001, pid 9)")
        #expect(titles.title(slot: 1, generation: 1) == "backend.2 (port 3001, pid 7)")
        #expect(titles.title(slot: 1, generation: 2) == "backend.2 (port 3001, pid 9)")
        #expect(titles.title(slot: 1, generation: 3) == nil)
        #expect(titles.title(slot: 0, generation: 1) == nil)
    }

    @Test func `a service that runs for ever remembers the last ones`() {
        var titles = ProcessTitles()
        for number in 1...5_000 {
            titles.ended(slot: 0, generation: UInt64(number), title: "\(number)")
        }
        #expect(titles.title(slot: 0, generation: 5_000) == "5000")
        #expect(titles.title(slot: 0, generation: 4_800) == "4800")
        #expect(titles.title(slot: 0, generation: 1) == nil)
    }
}
