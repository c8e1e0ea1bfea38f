import Basics
import HTTP1

/// The head that begins behind what is ready, while it lies as it was read: a head that has been
/// parsed knows its parts as offsets into it.
extension Relay {
    private var unready: Span<UInt8> {
        @_lifetime(borrow self)
        @inline(__always)
        get { queue.bytes.extracting(ready..<queue.count) }
    }

    @inline(__always)
    func parse(_ head: inout RequestHead, limits: HeadLimits) -> HeadParse {
        head.parse(unready, limits: limits)
    }

    @inline(__always)
    func parse(_ head: inout ResponseHead, limits: HeadLimits) -> HeadParse {
        head.parse(unready, limits: limits)
    }

    /// Writes the head as the backend gets it.
    func write(
        _ head: borrowing RequestHead, adding fields: borrowing ForwardedFields,
        to text: inout ByteQueue
    ) {
        head.writeForwarded(from: unready, adding: fields, to: &text)
    }

    /// Writes the head as the client gets it.
    func write(
        _ head: borrowing ResponseHead, _ word: ResponseHead.ConnectionWord, chunked: Bool,
        adding lines: borrowing InlineText, to text: inout ByteQueue
    ) {
        head.writeForwarded(
            from: unready, connection: word, chunked: chunked, adding: lines.bytes, to: &text)
    }

    /// How long method and target will be in it.
    @inline(__always)
    func lineLength(_ head: borrowing RequestHead) -> Int {
        head.forwardedLineLength(in: unready)
    }

    /// Whether the request names us in its Via.
    func hasBeenHere(
        _ head: borrowing RequestHead, _ fields: borrowing ForwardedFields
    ) -> Bool {
        head.hasVia(naming: fields.pseudonym, in: unready)
    }

    /// Whether a head of which the parser may have understood nothing asks with HEAD.
    var asksWithHead: Bool { RequestHead.asksWithHead(unready) }

    /// For how many seconds the backend keeps the connection.
    func keepAliveSeconds(_ head: borrowing ResponseHead) -> UInt64? {
        head.keepAliveSeconds(in: unready)
    }

    /// Whether the response is a stream of events.
    func isEventStream(_ head: borrowing ResponseHead) -> Bool { head.isEventStream(in: unready) }

    /// Whether a 101 goes to one of these protocols.
    func switches(_ head: borrowing ResponseHead, to protocols: borrowing ByteQueue) -> Bool {
        head.switches(to: protocols.bytes, in: unready)
    }

    /// A part of the head that is not long.
    func text(_ range: Range<Int>) -> InlineText { InlineText(unready.extracting(range)) }

    /// A part of the head, of any length.
    func string(_ range: Range<Int>) -> String { Utf8.string(unready.extracting(range)) }

    /// Appends the value of a field, no more of it than that; nothing where there is none.
    func append(
        _ name: StaticString, of head: borrowing RequestHead, to text: inout [UInt8],
        longest: Int
    ) {
        guard let value = head.value(of: name, in: unready) else { return }
        let range = value.range.prefix(longest)
        for index in range { text.append(unready[index]) }
    }

    /// A part of the head, of any length.
    func copy(_ range: Range<Int>) -> ByteQueue {
        var text = ByteQueue(capacity: range.count)
        text.append(unready.extracting(range))
        return text
    }
}
