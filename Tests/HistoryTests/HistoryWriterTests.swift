import Basics
import Glibc
import Kernel
import Logs
import Testing

@testable import History

@Suite struct HistoryWriterTests {
    let workshop = Workshop()
    var folder: String { workshop.folder }
    let long = String(repeating: "x", count: 1000)

    @Test func `what is written is read back in the order of its numbers`() throws {
        var scribe = try Scribe(folder)
        scribe.say("up", .run, by: "lbctl")
        for index in 0..<100 {
            scribe.say("line \(index)", [.out, .err, .access, .event][index % 4])
            if index % 7 == 0 { #expect(scribe.flush() == .sound) }
        }
        #expect(scribe.flush() == .sound)
        #expect(try read(folder) == scribe.written)
        #expect(workshop.names == ["access-000000000004.log", "lines-000000000001.log"])
    }

    @Test func `only the owner may read it`() throws {
        var scribe = try Scribe(folder + "/deeper")
        scribe.say("x")
        _ = scribe.flush()
        let facts = try Files.facts(folder + "/deeper/lines-000000000001.log")
        #expect(facts.permissions == 0o600)
        #expect(try Files.facts(folder + "/deeper").permissions == 0o700)
        try Files.remove(folder + "/deeper/lines-000000000001.log")
        try Files.removeFolder(folder + "/deeper")
    }

    @Test func `never more than the limit stays, cut between records, the newest kept`() throws {
        var scribe = try Scribe(folder)
        scribe.say("up", .run, by: "lbctl")
        for index in 0..<6000 {
            scribe.say("\(index) " + long, index % 3 == 0 ? .access : .out)
            if index % 10 == 0 {
                #expect(scribe.flush() == .sound)
                #expect(workshop.total <= 1 << 20)
            }
        }
        #expect(scribe.flush() == .sound)
        #expect(workshop.total > 1 << 19)
        for name in workshop.names {
            #expect(workshop.contents(name).last == 10)
            #expect(workshop.size(name) <= 128 << 10)
        }
        let kept = try read(folder)
        let lines = kept.filter { $0.stream != .access }
        let access = kept.filter { $0.stream == .access }
        // The mark of the run stays though its first segment is gone.
        #expect(lines.first == scribe.written.first)
        let writtenLines = scribe.written.filter { $0.stream != .access }
        #expect(lines.dropFirst() == writtenLines.suffix(lines.count - 1))
        #expect(access == scribe.written.filter { $0.stream == .access }.suffix(access.count))
        #expect(access.count > 300 && lines.count > 300)
    }

    @Test func `access lines never push out the rest`() throws {
        var scribe = try Scribe(folder)
        scribe.say("up", .run, by: "lbctl")
        scribe.say("a word")
        for index in 0..<3000 {
            scribe.say("\(index) " + long, .access)
            if index % 50 == 0 { _ = scribe.flush() }
        }
        _ = scribe.flush()
        #expect(try read(folder).prefix(2) == scribe.written.prefix(2))
    }

    @Test func `what access lines leave of their half is lent, and given back`() throws {
        var scribe = try Scribe(folder)
        scribe.say("up", .run, by: "lbctl")
        func fill(_ scribe: inout Scribe, _ stream: Logs.Stream) throws -> Int {
            for index in 0..<1500 {
                scribe.say("\(index) " + long, stream)
                if index % 10 == 0 {
                    #expect(scribe.flush() == .sound)
                    #expect(workshop.total <= 1 << 20)
                }
            }
            _ = scribe.flush()
            return try read(folder).count { $0.stream == .out }
        }
        let alone = try fill(&scribe, .out)
        #expect(alone > 800)
        let beside = try fill(&scribe, .access)
        #expect(beside > 300 && beside < 520)
        #expect(try fill(&scribe, .out) < 520)
        #expect(try read(folder).count { $0.stream == .access } > 300)
    }

    @Test(arguments: ["torn", "2026-11-20T09:08:58.123456Z 000009 web out| unfinis", "\0\0\0\0"])
    func `a torn last line is cut off and numbers go on behind the last whole one`(
        tail: String
    ) throws {
        var first = try Scribe(folder)
        first.say("up", .run, by: "lbctl")
        for index in 0..<5 { first.say("line \(index)") }
        _ = first.flush()
        workshop.append(tail, to: "lines-000000000001.log")
        #expect(try read(folder) == first.written)
        var second = try Scribe(folder)
        #expect(second.writer.last == first.clock.last)
        #expect(try read(folder) == first.written)
        second.say("more")
        #expect(second.flush() == .sound)
        #expect(try read(folder) == first.written + second.written)
        #expect(second.written[0].sequence == 7)
    }

    @Test func `a file that holds nothing but a torn line does not stop a writer`() throws {
        workshop.append("torn", to: "lines-000000000042.log")
        workshop.append("not ours", to: "notes.txt")
        var scribe = try Scribe(folder)
        scribe.say("x")
        #expect(scribe.flush() == .sound)
        #expect(try read(folder) == [Seen(sequence: 42, stream: .out, text: "x")])
        #expect(workshop.contents("notes.txt").count == 8)
    }

    @Test func `each run begins a segment, and the last can be asked for alone`() throws {
        #expect(try HistoryReader(folder: folder).lastRun() == nil)
        var expected: [Seen] = []
        for run in 0..<3 {
            var scribe = try Scribe(folder)
            scribe.say("run \(run)", .run, by: "lbctl")
            for index in 0..<300 { scribe.say("\(index) " + long, index % 2 == 0 ? .access : .out) }
            #expect(scribe.flush() == .sound)
            expected = scribe.written
        }
        let reader = try HistoryReader(folder: folder)
        let mark = try #require(try reader.lastRun())
        #expect(mark == 603)
        #expect(try read(folder, HistoryQuery(from: mark)) == expected)
    }

    @Test func `a full disk is said once, stops nothing, and is forgotten when it is over`() async {
        // In a process of its own, since the limit on a file's size holds for all of it.
        await #expect(processExitsWith: .success) {
            let workshop = Workshop()
            limitFiles(to: 0)
            var scribe = try Scribe(workshop.folder)
            scribe.say("one")
            let full = SystemError(call: "write", errno: .fileTooLarge)
            guard scribe.flush(at: 1) == .failed(full) else { fatalError("no failure") }
            scribe.say("two")
            guard scribe.flush(at: 1) == .failing else { fatalError("said twice") }
            guard scribe.flush(at: 5) == .failing else { fatalError("said again") }
            scribe.say("three", .access)
            limitFiles(to: rlim_t.max)
            guard scribe.flush(at: 10) == .recovered(lost: 0) else { fatalError("not over") }
            guard scribe.flush(at: 10) == .sound else { fatalError("not forgotten") }
            guard try read(workshop.folder) == scribe.written else { fatalError("not all") }
        }
    }

    @Test func `what finds no room while the disk is full is counted`() async {
        await #expect(processExitsWith: .success) {
            let workshop = Workshop()
            let long = String(repeating: "x", count: 1000)
            limitFiles(to: 0)
            var scribe = try Scribe(workshop.folder)
            for index in 0..<1000 { scribe.say("\(index) " + long) }
            guard case .failed = scribe.flush(at: 1) else { fatalError("no failure") }
            limitFiles(to: rlim_t.max)
            guard case .recovered(let lost) = scribe.flush(at: 10) else { fatalError("not over") }
            let kept = try read(workshop.folder)
            guard lost > 0 && kept.count + Int(lost) == 1000 else { fatalError("not counted") }
            guard kept == Array(scribe.written.prefix(kept.count)) else { fatalError("not these") }
        }
    }

    @Test func `a write that the disk cuts short leaves no torn line`() async throws {
        // In a process of its own, since the limit on a file's size holds for all of it.
        await #expect(processExitsWith: .success) {
            let workshop = Workshop()
            limitFiles(to: 5_000)
            var scribe = try Scribe(workshop.folder)
            for index in 0..<10 { scribe.say("\(index) " + String(repeating: "x", count: 1000)) }
            guard case .failed = scribe.flush(at: 1) else { fatalError("no failure") }
            let name = "lines-000000000001.log"
            guard workshop.contents(name).last == 10 else { fatalError("a torn line") }
            guard try read(workshop.folder).count == 4 else { fatalError("lines are missing") }
            limitFiles(to: rlim_t.max)
            guard scribe.flush(at: 3) == .recovered(lost: 0) else { fatalError("not recovered") }
            guard try read(workshop.folder) == scribe.written else { fatalError("not all") }
        }
    }

    @Test func `a file that was removed is begun anew`() throws {
        var scribe = try Scribe(folder)
        scribe.say("one")
        #expect(scribe.flush(at: 1) == .sound)
        try Files.remove(folder + "/lines-000000000001.log")
        scribe.say("two")
        #expect(scribe.flush(at: 5) == .sound)
        #expect(try read(folder) == [scribe.written[1]])
    }

    @Test func `a folder that can't be made is reported`() throws {
        #expect(throws: SystemError(call: "mkdir", errno: .notADirectory)) {
            _ = try Scribe("/dev/null/history")
        }
    }
}

/// From now on no file of this process grows beyond so many bytes (RLIMIT_FSIZE, getrlimit(2)).
private func limitFiles(to size: rlim_t) {
    signal(SIGXFSZ, SIG_IGN)
    var limit = rlimit(rlim_cur: size, rlim_max: rlim_t.max)
    setrlimit(__rlimit_resource_t(1), &limit)
}
