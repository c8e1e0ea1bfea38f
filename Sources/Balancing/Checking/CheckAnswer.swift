import Basics
import HTTP1

/// What a backend has said so far to a check that asks by HTTP.
enum CheckAnswer: Equatable {
    /// No status yet.
    case partial
    /// A status. The connection can be used again where all of the answer has come and the backend
    /// means to keep it; what else would follow is not waited for.
    case status(Int, keepsConnection: Bool)

    /// Reads an answer from its first byte on. What is no response has the status 0.
    init(_ answer: borrowing ByteQueue, head: inout ResponseHead) {
        let bytes = answer.bytes
        var start = 0
        while true {
            let rest = bytes.extracting(start..<bytes.count)
            guard let status = Self.status(rest) else {
                self = .partial
                return
            }
            let parse = head.parse(rest, limits: HeadLimits())
            switch parse {
            case .complete(let length) where (100..<200).contains(status):
                // The answer is still to come (RFC 9110 §15.2).
                start += length
            case .partial where (100..<200).contains(status):
                self = .partial
                return
            case .complete(let length):
                let isWhole = head.isPersistent && Self.isWhole(rest, from: length, head)
                self = .status(status, keepsConnection: isWhole)
                return
            case .partial, .malformed:
                self = .status(status, keepsConnection: false)
                return
            }
        }
    }

    /// Whether the body that begins at `offset` has come to its end, and nothing else.
    private static func isWhole(
        _ bytes: Span<UInt8>, from offset: Int, _ head: borrowing ResponseHead
    ) -> Bool {
        let count = bytes.count - offset
        switch head.framing(answering: .get) {
        case .none: return count == 0
        case .length(let length): return UInt64(count) == length
        case .untilClose: return false
        case .chunked:
            var decoder = ChunkedDecoder(from: .backend)
            var next = offset
            while true {
                switch decoder.next(bytes, from: next) {
                case .data(let range): next = range.upperBound
                case .needsMore, .malformed: return false
                case .end(_, let consumed): return consumed == bytes.count
                }
            }
        }
    }

    /// The three digits behind `HTTP/1.x `; `nil` until they have come.
    private static func status(_ bytes: Span<UInt8>) -> Int? {
        if bytes.count < 12 { return nil }
        var status = 0
        for index in 9..<12 {
            guard bytes[index] >= Ascii.zero, bytes[index] <= Ascii.nine else { return 0 }
            status = status * 10 + Int(bytes[index] - Ascii.zero)
        }
        return status
    }
}
