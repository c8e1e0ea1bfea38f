import Basics
import Kernel
import TestSupport
import Testing

/// A machine that is short of something: it is said, nothing else suffers, and it passes.
@Suite struct ShortageTests {
    @Test func `without descriptors the rest runs, and it goes on when there are some`() throws {
        let place = try Place()
        let words = ["up", "--backends", "12", "--name", place.name] + place.ups
        let up = try place.shell("ulimit -n 52; exec \"$0\" \"$@\"", words)
        let line = try up.line(with: "is not ready", in: .errors)
        #expect(line.contains("Too many open files"), "\(line)")
        let rows = try place.rows()
        let first = try #require(rows.first { $0.name == "backend.1" })
        #expect(first.state == "ready")
        // However often it is tried, that is no crash of the program.
        var starving = ""
        let isTried = eventually {
            let texts = (try? place.records(["lbctl"]).compactMap { $0["text"].text }) ?? []
            let waiting = ((try? place.rows()) ?? []).filter { $0.state == "backoff" }
            starving =
                waiting.first { row in
                    texts.count { $0.hasPrefix("\(row.name) can't be started") } > 5
                }?.name ?? ""
            return !starving.isEmpty
        }
        #expect(isTried)
        #expect(try place.rows().allSatisfy { $0.state != "failed" })
        // Others go, and leave room.
        let others = try place.rows().filter { $0.type == "backend" && $0.name != starving }
        #expect(try place.run("stop", others.map(\.name)).code == 0)
        let isBack = eventually {
            ((try? place.rows()) ?? []).contains { $0.name == starving && $0.state == "ready" }
        }
        #expect(isBack)
        #expect(try place.run("down").code == 0)
        #expect(place.leftOver() == [])
    }

    @Test(arguments: ["ulimit -n 12", "ulimit -n 15", "ulimit -f 100", "ulimit -f 20000"])
    func `where the limits allow nothing, that is what is said`(limit: String) throws {
        let place = try Place()
        let words = ["up", "-d", "--name", place.name] + place.ups
        let up = try place.shell("\(limit); exec \"$0\" \"$@\"", words)
        #expect(try up.end().cause == .exited(code: 1))
        let reason = limit.hasPrefix("ulimit -n") ? "Too many open files" : "File too large"
        #expect(up.errors.contains(reason), "\(up.errors)")
        #expect(place.leftOver() == [])
    }

    static let canBeAnother = ThisProcess.user == 0 && Files.isExecutable("/usr/bin/setpriv")

    @Test(.enabled(if: canBeAnother, "only root can be a user who has no other process"))
    func `where no process can be had it is said, and all that there is ends with it`() throws {
        let place = try Place()
        let all = try RunningProgram("/bin/chown", ["-R", "54321", place.folder.path])
        #expect(try all.end().cause.isSuccess)
        let up = try RunningProgram(
            "/usr/bin/setpriv",
            [
                "--reuid=54321", "--clear-groups", "/usr/bin/prlimit", "--nproc=6",
                Programs.path("lbctl"), "up", "--backends", "9", "--name", place.name,
            ] + place.ups, environment: place.environment, directory: place.directory)
        _ = try up.line(with: "Resource temporarily unavailable", in: .errors)
        up.send(.terminate)
        #expect(try up.end().cause == .exited(code: 0))
        #expect(place.leftOver() == [])
    }
}
