import Scoreboard
import Testing

@testable import Supervision

/// What those had counted that are gone.
@Suite struct DepartedBackendsTests {
    @Test func `one that leaves twice has counted the sum`() {
        var departed = DepartedBackends()
        var totals = BackendTotals()
        totals.requests = 3
        departed.left("backend.2", totals)
        departed.left("backend.3", totals)
        totals.requests = 4
        departed.left("backend.2", totals)
        #expect(departed.all.map(\.name) == ["backend.2", "backend.3"])
        #expect(departed.all.map(\.totals.requests) == [7, 3])
    }
}
