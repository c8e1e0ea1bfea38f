import Control
import Testing

@testable import Supervision

@Suite("The release that is run first")
struct ReleaseJobTests {
    private func job(
        isAtRest: Bool = false, hasFinished: Bool = false, ending: String = ""
    ) -> Release.Job {
        Release.Job(
            name: "release.1", isAtRest: isAtRest, hasFinished: hasFinished, ending: ending)
    }

    private var running: Release {
        var release = Release.none
        release.began()
        return release
    }

    @Test
    func `lets the others start once all of it has done its work`() {
        let done = job(isAtRest: true, hasFinished: true)
        for jobs in [[done], [done, done], []] {
            var release = running
            let action = release.look(jobs, advice: "")
            #expect(action == .startOthers && release == .ended && release.exitCode == 0)
        }
        var release = running
        let action = release.look([done, job()], advice: "")
        #expect(action == .nothing && release == .running)
    }

    @Test
    func `ends the service where it did not end well, and says why`() {
        for (ending, words) in [("exited with 3", "exited with 3"), ("", "it was stopped")] {
            var release = running
            let action = release.look(
                [job(), job(isAtRest: true, ending: ending)], advice: "'lbctl logs'")
            #expect(action == .leave(why: "release.1 did not end with 0"))
            guard case .failed(let refusal) = release else {
                Issue.record("\(release)")
                continue
            }
            #expect(refusal.why == "release.1: \(words)")
            #expect(refusal.advice.contains("'lbctl logs'"))
            #expect(release.exitCode == 1)
        }
    }

    @Test
    func `is looked at while it runs alone`() {
        let states: [Release] = [.none, .ended, .failed(Refusal(what: "", why: ""))]
        for state in states {
            var release = state
            let action = release.look([job(isAtRest: true)], advice: "")
            #expect(action == .nothing && release == state)
        }
    }
}
