import Basics

/// How an event is spelled in a record, on disk and on the wire, and the strict reading of it.
///
///     killed name="backend.2" port=3001 pid=4242 generation=3 signal="SIGKILL" ran_ns=3200000
///
/// First its kind, then what it is about, then its facts: words stand in quotes (`\"`, `\\` and
/// `\n` for a line feed), a list is several with commas, and what is so is said by its name alone.
public enum EventSpelling {
    /// Appends an event.
    public static func append(_ event: ServiceEvent, to queue: inout ByteQueue) {
        queue.append(text: event.kind.rawValue)
        if let subject = event.subject {
            queue.append(" name=")
            append(quoted: subject.name, to: &queue)
            append("port", subject.port.map { UInt64($0) }, to: &queue)
            append("pid", subject.pid.map { UInt64(clamping: $0) }, to: &queue)
            append("generation", subject.generation, to: &queue)
        }
        for fact in event.facts {
            queue.append(Ascii.space)
            queue.append(text: fact.key)
            switch fact {
            case .flag: continue
            case .number(_, let number):
                queue.append(equals)
                queue.append(decimal: number)
            case .text(_, let text):
                queue.append(equals)
                append(quoted: text, to: &queue)
            case .list(_, let list):
                queue.append(equals)
                for (index, text) in list.enumerated() {
                    if index > 0 { queue.append(comma) }
                    append(quoted: text, to: &queue)
                }
            }
        }
    }

    private static let equals: UInt8 = 0x3D
    private static let comma: UInt8 = 0x2C
    private static let backslash: UInt8 = 0x5C
    private static let letterN: UInt8 = 0x6E

    private static func append(_ key: String, _ number: UInt64?, to queue: inout ByteQueue) {
        guard let number else { return }
        queue.append(text: " \(key)=")
        queue.append(decimal: number)
    }

    private static func append(quoted text: String, to queue: inout ByteQueue) {
        queue.append(Ascii.quote)
        for byte in text.utf8 {
            switch byte {
            case Ascii.quote, backslash:
                queue.append(backslash)
                queue.append(byte)
            case Ascii.lineFeed:
                queue.append(backslash)
                queue.append(letterN)
            default: queue.append(byte)
            }
        }
        queue.append(Ascii.quote)
    }

    /// The event that a text spells; `nil` where it spells none, as one that was cut.
    public static func parse(_ text: Span<UInt8>) -> ServiceEvent? {
        var reader = Reader(text)
        guard let kind = EventKind(rawValue: reader.word()) else { return nil }
        var subject: ServiceEvent.Subject?
        var event: ServiceEvent?
        while !reader.isAtEnd {
            guard reader.take(Ascii.space) else { return nil }
            let key = reader.word()
            // What it is about stands before all facts.
            if event == nil, let isRead = reader.read(key, into: &subject) {
                if !isRead { return nil }
                continue
            }
            let known = event ?? ServiceEvent(kind, subject)
            guard let next = reader.fact(key, of: known) else { return nil }
            event = next
        }
        return event ?? ServiceEvent(kind, subject)
    }

    /// What goes through a text once.
    private struct Reader: ~Escapable {
        private let text: Span<UInt8>
        private var next = 0

        @_lifetime(copy text)
        init(_ text: Span<UInt8>) { self.text = text }

        var isAtEnd: Bool { next == text.count }

        @_lifetime(self: copy self)
        mutating func take(_ byte: UInt8) -> Bool {
            guard next < text.count, text[next] == byte else { return false }
            next += 1
            return true
        }

        /// Small letters, digits and `_`; empty where there are none.
        @_lifetime(self: copy self)
        mutating func word() -> String {
            let start = next
            while next < text.count, Self.isOfWord(text[next]) { next += 1 }
            return Utf8.string(text.extracting(start..<next))
        }

        private static func isOfWord(_ byte: UInt8) -> Bool {
            switch byte {
            case 0x61...0x7A, 0x30...0x39, 0x5F: true
            default: false
            }
        }

        @_lifetime(self: copy self)
        mutating func number() -> UInt64? {
            guard take(equals) else { return nil }
            let start = next
            var value: UInt64 = 0
            while next < text.count, (Ascii.zero...Ascii.nine).contains(text[next]) {
                let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
                let (sum, carry) = tens.addingReportingOverflow(UInt64(text[next] - Ascii.zero))
                if overflow || carry { return nil }
                value = sum
                next += 1
            }
            return next == start ? nil : value
        }

        @_lifetime(self: copy self)
        mutating func quoted() -> String? {
            guard take(Ascii.quote) else { return nil }
            var bytes: [UInt8] = []
            while next < text.count {
                let byte = text[next]
                next += 1
                switch byte {
                case Ascii.quote: return String(validating: bytes, as: UTF8.self)
                case backslash:
                    guard next < text.count else { return nil }
                    let escaped = text[next]
                    next += 1
                    switch escaped {
                    case Ascii.quote, backslash: bytes.append(escaped)
                    case letterN: bytes.append(Ascii.lineFeed)
                    default: return nil
                    }
                default: bytes.append(byte)
                }
            }
            return nil
        }

        /// Reads what an event is about; `nil` where the key is another's, false where it is wrong.
        @_lifetime(self: copy self)
        mutating func read(_ key: String, into subject: inout ServiceEvent.Subject?) -> Bool? {
            switch key {
            case "name":
                guard subject == nil, take(equals), let name = quoted() else { return false }
                subject = ServiceEvent.Subject(name)
            case "port":
                guard let number = number(), let port = UInt16(exactly: number) else {
                    return false
                }
                subject?.port = port
            case "pid":
                guard let number = number(), let pid = Int32(exactly: number) else { return false }
                subject?.pid = pid
            case "generation":
                guard let number = number() else { return false }
                subject?.generation = number
            default: return nil
            }
            return subject != nil
        }

        /// The event with the fact whose key was read.
        @_lifetime(self: copy self)
        mutating func fact(_ key: String, of event: ServiceEvent) -> ServiceEvent? {
            if let key = EventNumber(rawValue: key) {
                return number().map { event.with(key, $0) }
            }
            if let key = EventFlag(rawValue: key) { return event.with(key, true) }
            if let key = EventText(rawValue: key) {
                guard take(equals), let text = quoted() else { return nil }
                return event.with(key, text)
            }
            guard let key = EventList(rawValue: key), take(equals) else { return nil }
            var list: [String] = []
            repeat {
                guard let text = quoted() else { return nil }
                list.append(text)
            } while take(comma)
            return event.with(key, list)
        }
    }
}
