import Basics

/// Where one field line lies.
struct Field {
    /// What is not as it should be about a line that is taken nevertheless, from a backend alone.
    struct Oddities: OptionSet {
        let rawValue: UInt8

        static let bareLineFeed = Oddities(rawValue: 1)
        static let blankBeforeColon = Oddities(rawValue: 2)
        static let controlCharacter = Oddities(rawValue: 4)
    }

    var line: UInt32 = 0
    var nameEnd: UInt32 = 0
    var value = ByteRange.empty
    var kind = FieldKind.other
    var oddities: Oddities = []

    /// The offsets of the name.
    var name: Range<Int> { Int(line)..<Int(nameEnd) }
}

/// What was found where a field line may begin.
enum FieldLine {
    /// A field; the next line begins at `next`.
    case field(Field, next: Int)
    /// The empty line behind the fields; the body begins at `next`.
    case end(next: Int)
    case partial
    case malformed(Malformation)
}

/// The field lines of a head, in the order they came in (RFC 9112 §5).
struct FieldTable: ~Copyable {
    // An array, allocated once a thread: the optimiser copies all of an inline one, 2.5 kB, at
    // nearly every look into it.
    private var entries = [Field](repeating: Field(), count: HeadLimits.fieldCapacity)
    /// How many lines there are.
    private(set) var count = 0
    /// The offset of the empty line behind them.
    private(set) var end = 0

    /// The line at `index`.
    subscript(index: Int) -> Field {
        @inline(__always) get { entries[index] }
    }

    /// Lets go of all lines.
    mutating func removeAll() {
        count = 0
        end = 0
    }

    /// Takes in a line that was scanned; false where there is no room for it.
    @inline(__always)
    mutating func append(_ field: Field, maxFields: Int) -> Bool {
        if count >= min(maxFields, HeadLimits.fieldCapacity) { return false }
        entries[count] = field
        count &+= 1
        return true
    }

    /// Takes in where the empty line is.
    mutating func close(at offset: Int) {
        end = offset
    }

    /// Reads the line that begins at `start`: `field-name ":" OWS field-value OWS CRLF`.
    @inline(__always)
    static func scanLine(
        _ bytes: Span<UInt8>, at start: Int, from sender: Sender
    ) -> FieldLine {
        let n = bytes.count
        if start >= n { return .partial }
        let nameEnd = Scan.tokenEnd(bytes, from: start)
        if nameEnd >= n { return .partial }
        if nameEnd == start || bytes[nameEnd] != Ascii.colon {
            return OddFieldLine.scan(bytes, start, nameEnd, from: sender)
        }
        let stop = Scan.valueEnd(bytes, from: nameEnd &+ 1)
        if stop >= n { return .partial }
        if bytes[stop] != Ascii.carriageReturn {
            return OddFieldLine.scanValue(bytes, start, nameEnd, colon: nameEnd, from: sender)
        }
        if stop &+ 1 >= n { return .partial }
        if bytes[stop &+ 1] != Ascii.lineFeed { return .malformed(.bareCarriageReturn) }
        let field = Field(
            line: UInt32(truncatingIfNeeded: start),
            nameEnd: UInt32(truncatingIfNeeded: nameEnd),
            value: ByteRange(Scan.trimmed(bytes, nameEnd &+ 1, stop)),
            kind: FieldKind.of(bytes, start, nameEnd))
        return .field(field, next: stop &+ 2)
    }

    /// The offset behind the line at `index`.
    func lineEnd(_ index: Int) -> Int {
        index &+ 1 < count ? Int(self[index &+ 1].line) : end
    }

    /// The value of the first field of this name.
    func value(of name: StaticString, in bytes: Span<UInt8>) -> ByteRange? {
        for index in 0..<count
        where Ascii.equal(bytes, self[index].name, ignoringCase: name) {
            return self[index].value
        }
        return nil
    }

    /// The value of the field with a name that is known only at run time.
    func value(named name: Span<UInt8>, in bytes: Span<UInt8>) -> ByteRange? {
        for index in 0..<count where self[index].name.count == name.count {
            let start = self[index].name.lowerBound
            var place = 0
            while place < name.count
                && Ascii.lowered(bytes[start + place]) == Ascii.lowered(name[place])
            {
                place += 1
            }
            if place == name.count { return self[index].value }
        }
        return nil
    }

    /// The place of the first field of this kind.
    func first(_ kind: FieldKind) -> Int? {
        for index in 0..<count where self[index].kind == kind {
            return index
        }
        return nil
    }

    /// Puts into `mask` all fields whose name is what lies at `name`.
    func find(_ name: Range<Int>, in bytes: Span<UInt8>, into mask: inout FieldMask) {
        for index in 0..<count {
            let other = self[index].name
            if other.count != name.count { continue }
            var same = true
            for offset in 0..<name.count {
                let a = Ascii.lowered(bytes[name.lowerBound + offset])
                let b = Ascii.lowered(bytes[other.lowerBound + offset])
                if a != b {
                    same = false
                    break
                }
            }
            if same { mask.insert(index) }
        }
    }

    /// Appends all from `start` to the end of the fields but those of `dropped`, a run at a time.
    @inline(__always)
    func appendRuns(
        from bytes: Span<UInt8>, start: Int, without dropped: FieldMask, to out: inout ByteQueue
    ) {
        var rest = dropped
        var runStart = start
        while let index = rest.popFirst() {
            let line = Int(self[index].line)
            if line > runStart { out.append(bytes.extracting(runStart..<line)) }
            runStart = lineEnd(index)
        }
        if end > runStart { out.append(bytes.extracting(runStart..<end)) }
    }

    /// Appends all lines but those of `dropped`, each as it should be: `name: value`.
    func appendAnew(
        from bytes: Span<UInt8>, without dropped: FieldMask, to out: inout ByteQueue
    ) {
        for index in 0..<count where !dropped.contains(index) {
            out.append(bytes.extracting(self[index].name))
            out.append(": ")
            out.append(bytes.extracting(self[index].value.range))
            out.append("\r\n")
        }
    }
}
