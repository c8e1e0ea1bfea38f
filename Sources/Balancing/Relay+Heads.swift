import Basics
import HTTP1

/// The head that lies in a relay's queue: read, asked, and written anew.
extension Relay {
    /// Reads the head that begins behind what is ready.
    @inline(__always)
    func parse(_ head: inout RequestHead, limits: HeadLimits) -> HeadParse {
        head.parse(queue.bytes.extracting(ready..<queue.count), limits: limits)
    }

    /// Reads the head of a message once more, as it was sent on; false where it is not here.
    func reread(_ head: inout RequestHead) -> Bool {
        if !isWhole { return false }
        var limits = HeadLimits()
        // What we have added does not count.
        limits.maxBytes = .max
        let bytes = usesFramed ? framed.bytes : queue.bytes
        let message = bytes.extracting(prefix..<bytes.count)
        if case .complete = head.parse(message, limits: limits) { return true }
        return false
    }

    /// A part of the head that was just parsed, of any length.
    func string(_ range: Range<Int>) -> String {
        Utf8.string(
            queue.bytes.extracting((ready + range.lowerBound)..<(ready + range.upperBound)))
    }

    /// A part of the head that was just read once more.
    func rereadText(_ range: Range<Int>) -> String {
        let bytes = usesFramed ? framed.bytes : queue.bytes
        return Utf8.string(
            bytes.extracting((prefix + range.lowerBound)..<(prefix + range.upperBound)))
    }

    /// Reads the head that begins behind what is ready.
    @inline(__always)
    func parse(_ head: inout ResponseHead, limits: HeadLimits) -> HeadParse {
        head.parse(queue.bytes.extracting(ready..<queue.count), limits: limits)
    }

    /// Writes the head that was just parsed as the backend gets it.
    func write(
        _ head: borrowing RequestHead, adding fields: borrowing ForwardedFields,
        to text: inout ByteQueue
    ) {
        head.writeForwarded(
            from: queue.bytes.extracting(ready..<queue.count), adding: fields, to: &text)
    }

    /// Writes the head that was just parsed as the client gets it.
    func write(
        _ head: borrowing ResponseHead, _ word: ResponseHead.ConnectionWord, chunked: Bool,
        adding lines: borrowing InlineText, to text: inout ByteQueue
    ) {
        head.writeForwarded(
            from: queue.bytes.extracting(ready..<queue.count), connection: word, chunked: chunked,
            adding: lines.bytes, to: &text)
    }

    /// Whether the request whose head was just parsed names us in its Via.
    func hasBeenHere(
        _ head: borrowing RequestHead, _ fields: borrowing ForwardedFields
    ) -> Bool {
        head.hasVia(naming: fields.pseudonym, in: queue.bytes.extracting(ready..<queue.count))
    }

    /// Whether the 101 whose head was just parsed goes to one of these protocols.
    func switches(_ head: borrowing ResponseHead, to protocols: borrowing ByteQueue) -> Bool {
        head.switches(to: protocols.bytes, in: queue.bytes.extracting(ready..<queue.count))
    }

    /// A part of the head that was just parsed, of any length.
    func copy(_ range: Range<Int>) -> ByteQueue {
        var text = ByteQueue(capacity: range.count)
        text.append(
            queue.bytes.extracting((ready + range.lowerBound)..<(ready + range.upperBound)))
        return text
    }

    /// A part of the head that was just parsed.
    func text(_ range: Range<Int>) -> InlineText {
        InlineText(queue.bytes.extracting((ready + range.lowerBound)..<(ready + range.upperBound)))
    }
}
