import Basics
import Glibc
import Kernel
import Logs
import Testing

@testable import History

/// Histories that no honest writer leaves.
@Suite struct ForeignFileTests {
    private let workshop = Workshop()
    private var folder: String { workshop.folder }
    private let first = "lines-000000000001.log"

    private func line(_ number: String, time: String = "2026-11-20T09:08:58.123456Z") -> String {
        "\(time) \(number) lbctl run| x\n"
    }

    /// Writes two records, and expects that both can be read, and no others.
    private func write(limit: UInt64 = 1 << 20) throws -> [ForeignFile] {
        var scribe = try Scribe(folder, limit: limit)
        let foreignFiles = scribe.writer.foreignFiles
        scribe.say("up", .run, by: "lbctl")
        scribe.say("one")
        #expect(scribe.flush() == .sound)
        #expect(try read(folder).map { $0.text } == ["up", "one"])
        #expect(try read(folder, HistoryQuery(tail: 1)).map { $0.text } == ["one"])
        return foreignFiles
    }

    @Test(arguments: ["18446744073709551615", "18446744073709551614", "1000000000000000000"])
    func `a number that leaves no room is no record's`(number: String) throws {
        workshop.append(line(number), to: first)
        #expect(try write() == [])
    }

    @Test func `behind the last numbers that there are a new history is begun`() throws {
        workshop.append(line("999999999999999999"), to: first)
        #expect(try write().map { $0.fileName } == [first])
        #expect(workshop.names.contains("odd-" + first))
    }

    @Test func `a name with a number that no record has is passed over and named`() throws {
        let name = "lines-18446744073709551615.log"
        workshop.append("", to: name)
        #expect(try write().map { $0.fileName } == [name])
    }

    @Test func `a link is not followed`() throws {
        let outside = Workshop()
        outside.append("precious, no line end", to: "file")
        #expect(symlink(outside.folder + "/file", folder + "/" + first) == 0)
        #expect(try write() == [ForeignFile(fileName: first, why: "is a link")])
        #expect(outside.size("file") == 21)
    }

    @Test func `a pipe and a folder keep no writer waiting`() throws {
        #expect(mkfifo(folder + "/" + first, 0o600) == 0)
        try Files.makeFolder(folder + "/access-000000000007.log")
        defer { try? Files.removeFolder(folder + "/access-000000000007.log") }
        let foreignFiles = try write()
        #expect(foreignFiles.map { $0.why } == ["is no file", "is no file"])
    }

    @Test func `a hole without a record is passed over and left as it is`() throws {
        let file = try Files.open(folder + "/" + first, for: .update)
        try Files.truncate(file, to: 8 << 20)
        #expect(
            try write(limit: 64 << 20) == [ForeignFile(fileName: first, why: "ends in no record")])
        #expect(workshop.size(first) == 8 << 20)
    }

    @Test func `files that claim to be of any size keep no writer from writing`() throws {
        for number in 1...3 {
            let file = try Files.open(folder + "/lines-00000000000\(number).log", for: .update)
            // As much as a file system allows: some petabytes, or less.
            for size in [1 << 62, 1 << 50, 1 << 43] as [UInt64] {
                if (try? Files.truncate(file, to: size)) != nil { break }
            }
        }
        _ = try write()
    }

    @Test func `a run that was late does not hide what came later`() throws {
        workshop.append(line("000001", time: "2099-01-01T00:00:00.000000Z"), to: first)
        var writer = try HistoryWriter(folder: folder, limit: 1 << 20)
        let before = Stamp(sequence: writer.last.sequence, time: WallTime(nanoseconds: 0))
        var clock = StampClock(after: before)
        clock.tick(WallTime(nanoseconds: 1_795_165_738_000_000_000))
        for text in ["up", "one"] {
            let stream: Logs.Stream = text == "up" ? .run : .out
            writer.append(
                Record(
                    stamp: clock.next(), name: "lbctl".utf8.span, stream: stream,
                    text: text.utf8.span))
        }
        #expect(writer.flush(now: Instant(nanoseconds: 0)) == .sound)
        let until = LogFilter(until: WallTime(nanoseconds: 1_795_165_739_000_000_000))
        #expect(try read(folder, HistoryQuery(filter: until)).map { $0.text } == ["up", "one"])
        let since = LogFilter(since: WallTime(nanoseconds: 1_795_165_737_000_000_000))
        let found = try read(folder, HistoryQuery(filter: since, from: 2)).map { $0.text }
        #expect(found == ["up", "one"])
    }
}
