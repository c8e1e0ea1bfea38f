import Basics
import Control
import Scoreboard

/// What stands behind a line where a supervisor reads it: how each attempt was begun and how far it
/// came (`StoryAttempt` has the grammar). What shows the line leaves that away.
extension AccessLine {
    /// Appends a TAB and the story; nothing where there might be no room.
    @inline(__always)
    mutating func appendStory(
        _ facts: borrowing AccessLogger.RequestFacts, isTried: Bool, _ last: AttemptProgress,
        _ roster: Roster
    ) {
        let end = queue.count
        queue.append(Ascii.tab)
        if !isTried { return }
        if let notes = facts.notes { append(notes.past, facts.startedAt, roster) }
        append(last, facts.startedAt, roster)
        // A part of a story would be none.
        if queue.count >= BatchWriter.longestLine { queue.truncate(to: end) }
    }

    private mutating func append(
        _ past: [AttemptProgress], _ start: Instant, _ roster: Roster
    ) {
        for attempt in past {
            append(attempt, start, roster)
            queue.append(Ascii.semicolon)
        }
    }

    private mutating func append(
        _ attempt: AttemptProgress, _ start: Instant, _ roster: Roster
    ) {
        append(attempt.why.letter, attempt.why.ready)
        if attempt.why.members != attempt.why.ready { append(Ascii.slash, attempt.why.members) }
        if !attempt.why.isPlain { append(attempt.why.passedOver) }
        append(0x67, attempt.process.generation)
        if attempt.waited.count > 0 { append(0x77, attempt.waited) }
        if attempt.chosenAt > start { append(0x40, attempt.chosenAt.since(start)) }
        if attempt.isNew {
            if attempt.firstSentAt == .never {
                queue.append(0x6E)
            } else {
                append(0x6E, attempt.firstSentAt.since(attempt.chosenAt))
            }
        }
        // At once is not said, but of an attempt that may have ended before that.
        let isSaid = attempt.lastSentAt > attempt.chosenAt || attempt.endedAt != .never
        if attempt.lastSentAt != .never && isSaid {
            append(0x71, attempt.lastSentAt.since(attempt.chosenAt))
        }
        if attempt.answeredAt != .never {
            append(0x66, attempt.answeredAt.since(attempt.chosenAt))
        }
        if attempt.endedAt != .never { append(0x65, attempt.endedAt.since(attempt.chosenAt)) }
        if let load = attempt.why.load { append(load, roster) }
    }

    private mutating func append(_ passed: ChoiceFacts.PassedOver) {
        if passed.tried > 0 { append(0x78, UInt64(passed.tried)) }
        if passed.down > 0 { append(0x64, UInt64(passed.down)) }
        if passed.suspect > 0 { append(0x73, UInt64(passed.suspect)) }
        if passed.full > 0 { append(0x62, UInt64(passed.full)) }
    }

    private mutating func append(_ load: ChoiceFacts.ComparedLoad, _ roster: Roster) {
        append(0x6C, UInt64(load.chosen))
        guard let slot = load.rivalSlot else { return }
        append(Ascii.comma, UInt64(load.rival))
        queue.append(Ascii.comma)
        append(backend: slot, roster)
    }

    @inline(__always)
    private mutating func append(_ letter: UInt8, _ number: UInt64) {
        // As most counts and generations are.
        if number < 10 {
            queue.append(word: UInt64(letter) | (UInt64(Ascii.zero) &+ number) << 8, count: 2)
            return
        }
        queue.append(letter)
        queue.append(decimal: number)
    }

    @inline(__always)
    private mutating func append(_ letter: UInt8, _ span: Nanoseconds) {
        append(letter, span.count / 1000)
    }
}
