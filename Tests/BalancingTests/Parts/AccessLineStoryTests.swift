import Basics
import Control
import Kernel
import Scoreboard
import Testing

@testable import Balancing

/// What is written behind a line for `lbctl logs --request`, read back as that reads it.
@Suite struct AccessLineStoryTests {
    private static let roster = PickerStage.roster([.ready, .ready, .ready])
    private static let start = Instant(nanoseconds: 1_000_000_000)

    private func after(_ micros: UInt64) -> Instant { Self.start + .microseconds(micros) }

    private func story(_ attempts: Attempts, after notes: ExchangeNotes? = nil) -> String {
        var line = AccessLine(.text, wallOffset: 0)
        append(attempts, after: notes, to: &line)
        return Utf8.string(line.bytes)
    }

    private func append(
        _ attempts: Attempts, after notes: ExchangeNotes? = nil, to line: inout AccessLine
    ) {
        let text = ""
        let facts = AccessLogger.RequestFacts(
            client: text.utf8.span, line: text.utf8.span, id: text.utf8.span, notes: notes,
            isOld: false, status: 200, bytes: 0, startedAt: Self.start, waited: attempts.waited,
            duration: Nanoseconds(0), backend: 0, cause: nil)
        line.appendStory(facts, isTried: attempts.count > 0, attempts.progress, Self.roster)
    }

    private func read(_ attempts: Attempts, after notes: ExchangeNotes? = nil) -> [StoryAttempt]? {
        let text = story(attempts, after: notes)
        return text.hasPrefix("\t") ? StoryAttempt.parse(Array(text.utf8.dropFirst()).span) : nil
    }

    private func fail(_ attempts: inout Attempts, at moment: Instant) {
        attempts.progress.endedAt = moment
        _ = attempts.failed(
            .notConnected, .refused,
            .init(isIdempotent: true, isReplayable: true, hasAnswered: false),
            .init(isSupervised: false, hasDied: false, hasOther: true, retries: 99))
    }

    @Test func `of what went as it mostly does little is said`() {
        var attempts = Attempts(at: Self.start)
        #expect(story(attempts) == "\t")
        attempts.began(
            on: BackendProcess(slot: 0, generation: 5), why: .any, at: Self.start)
        attempts.progress.sent(at: Self.start)
        attempts.progress.answeredAt = after(291)
        #expect(story(attempts) == "\tt3g5f291")
        let told = read(attempts)?.first
        #expect(told?.answered == .microseconds(291) && told?.sent == Nanoseconds(0))
        #expect(told?.isNew == false && told?.ended == nil && told?.generation == 5)
    }

    @Test func `all that is known of an attempt is told`() {
        var attempts = Attempts(at: Self.start)
        attempts.waited(for: .microseconds(40))
        var why = ChoiceFacts(reason: .load, ready: 2, members: 3)
        why.passedOver = .init(tried: 1, down: 2, suspect: 3, full: 4)
        why.load = .init(chosen: 67, rival: 150, rivalSlot: 1)
        attempts.began(
            on: BackendProcess(slot: 0, generation: 5), why: why, at: after(50))
        attempts.progress.isNew = true
        attempts.progress.sent(at: after(80))
        attempts.progress.sent(at: after(90))
        attempts.progress.answeredAt = after(150)
        attempts.progress.endedAt = after(250)
        #expect(
            story(attempts) == "\tl2/3x1d2s3b4g5w40@50n30q40f100e200l67,150,backend.2")
        var wanted = StoryAttempt(reason: .load, ready: 2, members: 3)
        (wanted.tried, wanted.down, wanted.suspect, wanted.busy) = (1, 2, 3, 4)
        (wanted.generation, wanted.waited) = (5, .microseconds(40))
        (wanted.chosen, wanted.isNew) = (.microseconds(50), true)
        (wanted.connected, wanted.sent) = (.microseconds(30), .microseconds(40))
        (wanted.answered, wanted.ended) = (.microseconds(100), .microseconds(200))
        (wanted.load, wanted.rivalLoad, wanted.rival) = (67, 150, "backend.2")
        #expect(read(attempts) == [wanted])
    }

    @Test func `each attempt is told, the first first, and of very many the last`() {
        for count in [2, 3, 18, 19, 40] {
            var attempts = Attempts(at: Self.start)
            let notes = ExchangeNotes()
            for number in 0..<count {
                if number > 0 { notes.keep(attempts.progress) }
                let moment = after(UInt64(number) * 10)
                attempts.began(
                    on: BackendProcess(slot: 1, generation: UInt64(number)), why: .any,
                    at: moment)
                attempts.progress.isNew = true
                if number < count - 1 { fail(&attempts, at: moment + .microseconds(7)) }
            }
            attempts.progress.sent(at: after(900))
            attempts.progress.answeredAt = after(1000)
            let told = read(attempts, after: notes) ?? []
            #expect(told.count == min(count, AttemptLog.capacity))
            #expect(told.last?.generation == UInt64(count - 1) && told.last?.ended == nil)
            let first = told.first
            #expect(first?.generation == UInt64(max(0, count - AttemptLog.capacity)))
            // None of it could be sent.
            #expect(first?.isNew == true && first?.connected == nil && first?.sent == nil)
            #expect(first?.ended == .microseconds(7))
        }
    }

    @Test func `every reason can be told, and every number`() {
        for reason in ChoiceReason.allCases {
            for number in [0, 1, 256, 4095] {
                var attempts = Attempts(at: Self.start)
                var why = ChoiceFacts(reason: reason, ready: number, members: number)
                why.load = .init(chosen: .max, rival: .max, rivalSlot: 9)
                attempts.began(
                    on: BackendProcess(slot: 2, generation: .max), why: why, at: Self.start)
                // A backend that has no name any more, and a generation of twenty digits.
                #expect(read(attempts) == nil)
                attempts.began(
                    on: BackendProcess(slot: 2, generation: 1 << 60), why: why, at: Self.start)
                let told = read(attempts)?.first
                #expect(told?.reason == reason && told?.ready == number)
                #expect(told?.rival == "-" && told?.load == UInt64(UInt32.max))
            }
        }
    }

    @Test func `where there is no room for all of it there is none of it`() {
        var attempts = Attempts(at: Self.start)
        attempts.began(on: BackendProcess(slot: 0, generation: 5), why: .any, at: Self.start)
        for length in BatchWriter.longestLine - 12..<BatchWriter.longestLine {
            var line = AccessLine(.text, wallOffset: 0)
            for _ in 0..<length { line.queue.append(0x78) }
            append(attempts, to: &line)
            let added = line.queue.count - length
            #expect(added == 0 || added == 5)
            #expect(line.queue.count < BatchWriter.longestLine)
            line.end()
            #expect(line.queue.count <= BatchWriter.longestLine)
        }
    }

    @Test(arguments: [BalancerOptions.AccessLog.text, .json, .combined])
    func `a record is read back, whatever its form`(format: BalancerOptions.AccessLog) throws {
        let board = try Scoreboard(backends: 3, workers: 1)
        var logger = AccessLogger(
            format, tellsStory: true, delay: .milliseconds(5), wallOffset: 0,
            BatchWriter(board.batches(ofWorker: 0), isMarked: false))
        let notes = ExchangeNotes()
        notes.keep(Attempts.tried([(0, .refused)], at: Self.start).progress)
        notes.visitor = Visitor(Array("ra\tg".utf8), referrerLength: 1)
        var attempts = Attempts.tried([(0, .refused), (1, nil)], at: Self.start)
        attempts.progress.answeredAt = after(100)
        let (client, asked, id) = ("::1", "GET /\"a\\?\u{E4}", "01J")
        let facts = AccessLogger.RequestFacts(
            client: client.utf8.span, line: asked.utf8.span, id: id.utf8.span,
            notes: notes, isOld: false, status: 200, bytes: 13, startedAt: Self.start,
            waited: Nanoseconds(0), duration: .microseconds(412), backend: 1, cause: nil)
        _ = logger.request(
            facts, attempts: attempts.log, last: attempts.progress, Self.roster, now: Self.start)
        let text = Utf8.string(logger.batch)
        #expect(text.hasSuffix("\n") && text.split(separator: "\n").count == 1)
        let record = RequestRecord(Array(text.utf8.dropLast()).span)
        #expect(record?.client == client && record?.line == asked && record?.id == id)
        #expect(record?.duration == .microseconds(412) && record?.backend == "backend.2")
        #expect(record?.failures.map(\.backend) == ["backend.1"])
        #expect(record?.attempts.map(\.answered) == [nil, .microseconds(100)])
    }
}
