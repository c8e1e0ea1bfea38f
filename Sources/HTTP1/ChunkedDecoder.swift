import Basics

/// Finds the data in a body that comes in chunks, without moving it (RFC 9112 §7.1).
public struct ChunkedDecoder: Sendable {
    /// What the next bytes are.
    public enum Step: Equatable, Sendable {
        /// Data at these offsets; the next step is asked for from the upper bound.
        case data(Range<Int>)
        /// All before `consumed` is digested; the rest is presented again with more behind it.
        case needsMore(consumed: Int)
        /// The body is over; `trailers` are valid field lines, each with its line end.
        case end(trailers: Range<Int>, consumed: Int)
        /// The body can never become right.
        case malformed(Malformation)
    }

    private enum State: Equatable {
        /// In the size, after this many digits.
        case size(digits: Int)
        /// In blanks behind the size, which only an extension may follow; or nothing, of a backend.
        case blanks
        case chunkExtension(ChunkExtension)
        /// Behind the carriage return of the size line.
        case sizeLineFeed
        case data
        case dataReturn
        case dataLineFeed
        case trailer
        case ended
    }

    private var state = State.size(digits: 0)
    /// The size of the chunk, then what is left of its data.
    private var remaining: UInt64 = 0
    /// Bytes of extensions that no data has made up for yet.
    private var extensionDebt = 0
    private let sender: Sender
    private let maxExtension: Int
    private let maxTrailer: Int
    private let maxTrailerFields: Int

    /// A decoder at the start of a body.
    ///
    /// `maxExtension` bounds the bytes of extensions beyond those of data, so that a body cannot be
    /// mostly extensions (RFC 9112 §7.1.1 asks for a limit). Trailers are read by the letter, those
    /// of backends too.
    public init(
        from sender: Sender, maxExtension: Int = 4096, maxTrailer: Int = 8192,
        maxTrailerFields: Int = 64
    ) {
        self.sender = sender
        self.maxExtension = maxExtension
        self.maxTrailer = maxTrailer
        self.maxTrailerFields = maxTrailerFields
    }

    /// Reads from `offset` on to the next run of data, the end, or the end of `bytes`.
    public mutating func next(_ bytes: Span<UInt8>, from offset: Int) -> Step {
        var index = offset
        while true {
            switch state {
            case .trailer: return readTrailer(bytes, index)
            case .ended: return .end(trailers: index..<index, consumed: index)
            case .data:
                if index >= bytes.count { return .needsMore(consumed: index) }
                return takeData(index, bytes.count)
            case .size, .blanks, .chunkExtension, .sizeLineFeed, .dataReturn, .dataLineFeed:
                if index >= bytes.count { return .needsMore(consumed: index) }
                if let reason = step(bytes[index]) { return .malformed(reason) }
                index &+= 1
            }
        }
    }

    private mutating func takeData(_ start: Int, _ end: Int) -> Step {
        let count = Int(min(remaining, UInt64(end &- start)))
        remaining &-= UInt64(count)
        extensionDebt = max(0, extensionDebt &- count)
        if remaining == 0 { state = .dataReturn }
        return .data(start..<start &+ count)
    }

    /// Takes in one octet of what is around the data.
    @inline(__always)
    private mutating func step(_ byte: UInt8) -> Malformation? {
        switch state {
        case .size(let digits): return stepSize(byte, digits)
        case .blanks:
            // chunk-ext = *( BWS ";" BWS chunk-ext-name … )
            if byte == Ascii.carriageReturn && sender == .backend {
                state = .sizeLineFeed
                return nil
            }
            if byte == Ascii.semicolon {
                state = .chunkExtension(.beforeName)
            } else if !Scan.isBlank(byte) {
                return .chunkSizeInvalid
            }
            return payExtension()
        case .chunkExtension(let place): return stepExtension(byte, place)
        case .sizeLineFeed:
            if byte != Ascii.lineFeed { return .bareCarriageReturn }
            state = remaining == 0 ? .trailer : .data
            return nil
        case .dataReturn:
            if byte != Ascii.carriageReturn { return .chunkDataUnterminated }
            state = .dataLineFeed
            return nil
        case .dataLineFeed:
            if byte != Ascii.lineFeed { return .chunkDataUnterminated }
            state = .size(digits: 0)
            return nil
        case .data, .trailer, .ended:
            fatalError("an octet of data was read as if it were framing")
        }
    }

    /// chunk-size = 1*HEXDIG
    @inline(__always)
    private mutating func stepSize(_ byte: UInt8, _ digits: Int) -> Malformation? {
        if let digit = HostGrammar.hexDigit(byte) {
            // Sixteen digits are 64 bits; the sign bit is kept clear for code that counts in Int.
            if digits == 16 || remaining >> 59 != 0 { return .chunkSizeTooLarge }
            remaining = remaining << 4 | UInt64(digit)
            state = .size(digits: digits &+ 1)
            return nil
        }
        if digits == 0 { return .chunkSizeInvalid }
        switch byte {
        case Ascii.carriageReturn:
            state = .sizeLineFeed
            return nil
        case Ascii.semicolon:
            state = .chunkExtension(.beforeName)
            return payExtension()
        case Ascii.space, Ascii.tab:
            state = .blanks
            return payExtension()
        case Ascii.lineFeed: return .bareLineFeed
        default: return .chunkSizeInvalid
        }
    }

    /// Extensions are never sent on: those of backends may be anything that stays in its line.
    private mutating func stepExtension(
        _ byte: UInt8, _ place: ChunkExtension
    ) -> Malformation? {
        if byte == Ascii.carriageReturn && (place.mayEnd || sender == .backend) {
            state = .sizeLineFeed
            return nil
        }
        var place = place
        switch sender {
        case .client:
            if !place.take(byte) { return .chunkExtensionInvalid }
            state = .chunkExtension(place)
        case .backend:
            if (byte < 0x20 && byte != Ascii.tab) || byte == Ascii.delete {
                return .chunkExtensionInvalid
            }
        }
        return payExtension()
    }

    private mutating func payExtension() -> Malformation? {
        extensionDebt &+= 1
        return extensionDebt > maxExtension ? .chunkExtensionTooLong : nil
    }

    /// Reads the whole trailer section at once, so that its lines lie in one piece.
    private mutating func readTrailer(_ bytes: Span<UInt8>, _ start: Int) -> Step {
        var index = start
        var count = 0
        while true {
            switch FieldTable.scanLine(bytes, at: index, from: .client) {
            case .field(_, let next):
                index = next
                count += 1
                if count > maxTrailerFields { return .malformed(.trailerTooLarge) }
            case .end(let next):
                if next - start > maxTrailer { return .malformed(.trailerTooLarge) }
                state = .ended
                return .end(trailers: start..<index, consumed: next)
            case .partial:
                if bytes.count - start >= maxTrailer { return .malformed(.trailerTooLarge) }
                return .needsMore(consumed: start)
            case .malformed(let reason): return .malformed(reason)
            }
        }
    }
}
