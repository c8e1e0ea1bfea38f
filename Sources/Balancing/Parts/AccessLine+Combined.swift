import Basics
import Control

/// Lines as Apache writes them in its combined format, `%h %l %u %t "%r" %>s %b "%{Referer}i"
/// "%{User-agent}i"`: what programs that count visitors read. The time is that of the request.
extension AccessLine {
    private static let longestTarget = 1600
    private static let longestWord = 400

    /// A request's.
    mutating func writeCombined(_ facts: borrowing AccessLogger.RequestFacts) {
        begin(facts.client, facts.startedAt)
        // A dash stands for what could not be read.
        let isKnown = facts.line.first(Ascii.space) != nil
        if isKnown {
            append(escaped: facts.line, longest: Self.longestTarget)
            queue.append(facts.isOld ? " HTTP/1.0\" " : " HTTP/1.1\" ")
        } else {
            queue.append("-\" ")
        }
        queue.append(decimal: UInt64(facts.status))
        queue.append(Ascii.space)
        if facts.bytes == 0 {
            queue.append("-")
        } else {
            queue.append(decimal: facts.bytes)
        }
        guard let visitor = facts.notes?.visitor else {
            queue.append(" \"-\" \"-\"")
            return
        }
        append(word: visitor.referrer)
        append(word: visitor.agent)
    }

    /// That of a connection that was refused before its client was known: 400, and no request.
    mutating func writeCombined(
        _ client: borrowing AccessLogger.Client, refusedAt moment: Instant
    ) {
        begin(client.address, moment)
        queue.append("-\" 400 - \"-\" \"-\"")
    }

    private mutating func begin(_ client: Span<UInt8>, _ moment: Instant) {
        queue.removeAll()
        queue.append(client)
        queue.append(" - - ")
        time.append(moment, to: &queue)
        queue.append(" \"")
    }

    private mutating func append(word: Span<UInt8>) {
        queue.append(" \"")
        if word.isEmpty {
            queue.append("-")
        } else {
            append(escaped: word, longest: Self.longestWord)
        }
        queue.append(Ascii.quote)
    }

    /// As Apache does since 2.0.46: quotation marks and backslashes get a backslash in front, what
    /// can't be printed becomes `\n`, `\r`, `\t` or `\xhh`.
    private mutating func append(escaped text: Span<UInt8>, longest: Int) {
        let end = queue.count + longest
        for index in text.indices {
            if queue.count > end - 4 { return }
            let byte = text[index]
            switch byte {
            case Ascii.quote: queue.append("\\\"")
            case Ascii.backslash: queue.append("\\\\")
            case Ascii.tab: queue.append("\\t")
            case Ascii.lineFeed: queue.append("\\n")
            case Ascii.carriageReturn: queue.append("\\r")
            case Ascii.space..<Ascii.delete: queue.append(byte)
            default:
                queue.append("\\x")
                queue.append(Ascii.hexDigit(byte >> 4))
                queue.append(Ascii.hexDigit(byte & 0x0F))
            }
        }
    }
}
