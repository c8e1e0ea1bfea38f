import Basics
import Kernel
import Logs
import Synchronization
import Testing

@testable import History

@Suite struct HistoryReaderTests {
    let workshop = Workshop()
    var folder: String { workshop.folder }

    /// A history of several segments with lines of all lengths.
    private func fill(_ scribe: inout Scribe, count: Int) {
        scribe.say("up", .run, by: "lbctl")
        for index in 0..<count {
            let length = index * 7919 % 700
            let name = "web.\(index % 3 + 1)"
            let text = "\(index) " + String(repeating: "x", count: length)
            scribe.say(text, index % 5 == 0 ? .access : .out, by: name)
            if index % 20 == 0 { _ = scribe.flush() }
        }
        _ = scribe.flush()
    }

    @Test func `a folder that is not there holds nothing`() throws {
        let reader = try HistoryReader(folder: folder + "/nowhere")
        #expect(reader.isEmpty)
        #expect(try read(folder + "/nowhere", HistoryQuery(tail: 3)) == [])
    }

    @Test func `the last N are those that a full reading ends with`() throws {
        var scribe = try Scribe(folder)
        fill(&scribe, count: 4000)
        let all = try read(folder)
        #expect(workshop.names.count > 5)
        #expect(all.count > 1000)
        for count in [0, 1, 2, 10, 99, 500, 1000, all.count - 1, all.count, all.count + 1, .max] {
            #expect(try read(folder, HistoryQuery(tail: count)) == all.suffix(count))
        }
    }

    @Test func `the last N of a filter are the last N that it lets through`() throws {
        var scribe = try Scribe(folder)
        fill(&scribe, count: 2000)
        for filter in [
            LogFilter(names: ["web.2"]), LogFilter(streams: [.access]), LogFilter(names: ["lbctl"]),
            LogFilter(names: ["nobody"]),
            LogFilter(since: WallTime(nanoseconds: scribe.time - 300_000_000)),
            LogFilter(
                since: WallTime(nanoseconds: scribe.time - 300_000_000),
                until: WallTime(nanoseconds: scribe.time - 200_000_000)),
        ] {
            let all = try read(folder, HistoryQuery(filter: filter))
            for count in [1, 7, 60, 5000] {
                let tail = try read(folder, HistoryQuery(filter: filter, tail: count))
                #expect(tail == all.suffix(count))
            }
        }
        let since = WallTime(nanoseconds: scribe.time - 300_000_000)
        let recent = try read(folder, HistoryQuery(filter: LogFilter(since: since)))
        #expect(recent == scribe.written.suffix(301))
    }

    @Test func `numbers can be bounded on both sides`() throws {
        var scribe = try Scribe(folder)
        fill(&scribe, count: 1500)
        let all = try read(folder)
        let bounds = (all[all.count / 2].sequence, all[all.count - 10].sequence)
        let wanted = all.filter { $0.sequence >= bounds.0 && $0.sequence <= bounds.1 }
        #expect(try read(folder, HistoryQuery(from: bounds.0, through: bounds.1)) == wanted)
        let tail = HistoryQuery(from: bounds.0, through: bounds.1, tail: 5)
        #expect(try read(folder, tail) == wanted.suffix(5))
    }

    @Test func `every number and every time is found from where it begins`() throws {
        var scribe = try Scribe(folder, limit: 16 << 20)
        fill(&scribe, count: 3000)
        workshop.append("somebody's note\n", to: try #require(workshop.names.first))
        let all = try read(folder)
        #expect(all.count == 3001)
        for index in stride(from: 0, to: all.count, by: 7) {
            let first = try read(folder, HistoryQuery(from: all[index].sequence), count: 3)
            #expect(first == Array(all[index...].prefix(3)))
            // The scribe's records come a millisecond after each other.
            let time = scribe.time - UInt64(all.count - 1 - index) * 1_000_000
            for (since, at) in [(time, index), (time + 1, index + 1)] {
                let filter = LogFilter(since: WallTime(nanoseconds: since))
                let found = try read(folder, HistoryQuery(filter: filter), count: 2)
                #expect(found == Array(all[at...].prefix(2)))
            }
        }
    }

    @Test func `reading ends when its reader has seen enough`() throws {
        var scribe = try Scribe(folder)
        fill(&scribe, count: 100)
        var count = 0
        try HistoryReader(folder: folder).read(HistoryQuery()) { _ in
            count += 1
            return count < 3
        }
        #expect(count == 3)
    }

    @Test func `lines that are none of ours are passed over`() throws {
        var scribe = try Scribe(folder)
        scribe.say("one")
        _ = scribe.flush()
        let foreign = String(repeating: "z", count: 700_000)
        workshop.append("somebody's note\n\n\(foreign)\n", to: "lines-000000000001.log")
        scribe.say("two")
        _ = scribe.flush()
        #expect(try read(folder) == scribe.written)
        #expect(try read(folder, HistoryQuery(tail: 2)) == scribe.written)
        let again = try Scribe(folder)
        #expect(again.writer.last == scribe.clock.last)
    }

    @Test func `the longest records are read from both ends`() throws {
        var scribe = try Scribe(folder, limit: 16 << 20)
        for index in 0..<12 {
            scribe.say(String(repeating: "\(index % 10)", count: LogLimits.text - index % 3))
        }
        _ = scribe.flush()
        #expect(try read(folder) == scribe.written)
        for count in [1, 2, 3, 9, 12] {
            #expect(try read(folder, HistoryQuery(tail: count)) == scribe.written.suffix(count))
        }
    }

    @Test func `a reader beside the writer sees nothing torn and nothing missing`() throws {
        let path = folder
        final class Flag: Sendable { let isDone = Atomic(false) }
        let flag = Flag()
        Thread.start(named: "scribe") {
            defer { flag.isDone.store(true, ordering: .releasing) }
            guard var scribe = try? Scribe(path, limit: 4 << 20) else { return }
            scribe.say("up", .run, by: "lbctl")
            for index in 0..<20_000 {
                scribe.say(
                    String(repeating: "x", count: index % 500), index % 3 == 0 ? .access : .out)
                if index % 11 == 0 { _ = scribe.flush() }
            }
            _ = scribe.flush()
        }
        var rounds = 0
        while !flag.isDone.load(ordering: .acquiring) || rounds == 0 {
            let records = try read(path, HistoryQuery(tail: 400))
            rounds += 1
            for (before, after) in zip(records, records.dropFirst()) {
                #expect(before.sequence < after.sequence)
            }
            for record in records where record.stream != .run {
                // The scribe's index is its number less two.
                #expect(record.text.utf8.count == Int(record.sequence - 2) % 500)
            }
        }
        #expect(try read(path, HistoryQuery(tail: 1)).first?.sequence == 20_001)
    }
}
