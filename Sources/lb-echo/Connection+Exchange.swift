import Basics
import HTTP1

/// The body that comes and the answer that goes, a piece at a time.
extension Connection {
    mutating func stepExchange(_ identity: Identity, _ pattern: [UInt8]) -> Step {
        if output.count >= Self.outputLimit { return .needsRoom }
        switch exchange.body {
        case .over: return stepRest(identity, pattern)
        case .length(let left):
            if input.isEmpty { return breakOrNeedBytes() }
            let count = Int(min(left, UInt64(input.count)))
            take(0..<count)
            input.consume(count)
            exchange.body = left == UInt64(count) ? .over : .length(left - UInt64(count))
            return .moved
        case .chunked(var decoder):
            let step = decoder.next(input.bytes, from: 0)
            exchange.body = .chunked(decoder)
            return stepChunk(step)
        }
    }

    private mutating func stepChunk(_ step: ChunkedDecoder.Step) -> Step {
        switch step {
        case .data(let range):
            take(range)
            input.consume(range.upperBound)
        case .needsMore(let consumed):
            input.consume(consumed)
            return breakOrNeedBytes()
        case .end(_, let consumed):
            input.consume(consumed)
            exchange.body = .over
        case .malformed:
            // Too late for a status; an answer without its end says it.
            stage = .closing(lingers: true)
        }
        return .moved
    }

    /// A body that ends before its end: the client has gone, and is told nothing.
    private func breakOrNeedBytes() -> Step { hasEnded ? .over : .needsBytes(until: nil) }

    private mutating func take(_ range: Range<Int>) {
        switch exchange.use {
        case .dropped: return
        case .reported: report?.take(input, range)
        case .echoed(let inChunks):
            makeRoom(range.count + 32)
            if inChunks { ChunkedWriter.appendHeader(size: range.count, to: &output) }
            Self.copy(input, range, to: &output)
            if inChunks { ChunkedWriter.appendDataEnd(to: &output) }
        }
    }

    private mutating func stepRest(_ identity: Identity, _ pattern: [UInt8]) -> Step {
        switch exchange.rest {
        case .nothing:
            stage = exchange.keeps ? .head(heldBefore: false) : .closing(lingers: !input.isEmpty)
        case .lastChunk:
            ChunkedWriter.appendEnd(to: &output)
            exchange.rest = .nothing
        case .bytes(0, _): exchange.rest = .nothing
        case .bytes(let left, let position):
            let count = Int(min(left, UInt64(pattern.count - position)))
            makeRoom(count)
            output.append(pattern.span.extracting(position..<position + count))
            exchange.rest = .bytes(
                left: left - UInt64(count), position: (position + count) % pattern.count)
        case .lines(let next, let last, let inChunks):
            if next > last {
                exchange.rest = inChunks ? .lastChunk : .nothing
            } else {
                appendLine("line \(next) of \(last) from \(identity.name)\n", inChunks: inChunks)
                exchange.rest = .lines(next: next + 1, last: last, inChunks: inChunks)
            }
        case .report:
            text(200, "application/json", report?.finished ?? "", identity)
            report = nil
            exchange.rest = .nothing
        }
        return .moved
    }

    private mutating func appendLine(_ line: String, inChunks: Bool) {
        if inChunks { ChunkedWriter.appendHeader(size: line.utf8.count, to: &output) }
        output.append(text: line)
        if inChunks { ChunkedWriter.appendDataEnd(to: &output) }
    }

    /// Writes an answer's head; what follows is the caller's to see to.
    mutating func open(_ length: Answer.Length, type: Span<UInt8>, _ identity: Identity) {
        open(200, length, type: type, identity)
    }

    private mutating func open(
        _ status: UInt16, _ length: Answer.Length, type: Span<UInt8>, _ identity: Identity
    ) {
        var answer = Answer()
        answer.status = status
        answer.length = length
        answer.minorVersion = exchange.minorVersion
        answer.keeps = exchange.keeps
        answer.write(field: identity.field, type: type, to: &output)
    }

    /// A whole answer of plain text.
    mutating func plain(_ status: UInt16, _ body: String, _ identity: Identity) {
        text(status, "text/plain; charset=utf-8", body, identity)
    }

    /// A whole answer.
    mutating func text(_ status: UInt16, _ type: String, _ body: String, _ identity: Identity) {
        if status == 204 || status == 304 {
            let noType: [UInt8] = []
            return open(status, .absent, type: noType.span, identity)
        }
        open(status, .known(UInt64(body.utf8.count)), type: type.utf8.span, identity)
        if !exchange.isHead { output.append(text: body) }
    }
}
