import Basics

/// What leads a batch of access lines in the pipe of a balancer: a line that no client can have
/// made, with the number of the worker that made the batch, and the batch's own.
public struct BatchMark: Equatable, Sendable {
    public let worker: Int
    public let number: UInt32

    /// In bytes, with its end.
    static let length = 9
    /// No access line begins with this octet.
    private static let first: UInt8 = 1
    /// A batch's number has four times seven bits, a worker's three times.
    private static let greatest: UInt32 = 0xFFF_FFFF

    /// The number of the next batch.
    @inline(__always)
    static func number(after number: UInt32) -> UInt32 { (number &+ 1) & greatest }
    /// The number of the batch before.
    @inline(__always)
    static func number(before number: UInt32) -> UInt32 { (number &- 1) & greatest }

    init(worker: Int, number: UInt32) {
        self.worker = worker
        self.number = number
    }

    /// `nil` where a line, given without its end, is no mark.
    init?(_ line: Span<UInt8>) {
        if line.count != Self.length - 1 || line[0] != Self.first { return nil }
        worker = Int(Self.value(line, 1..<4))
        number = Self.value(line, 4..<8)
    }

    private static func value(_ line: Span<UInt8>, _ range: Range<Int>) -> UInt32 {
        range.reduce(0) { $0 << 7 | UInt32(line[$1] & 0x7F) }
    }

    /// Its octets. Each but the first and the line's end has its upper bit set, so that none of
    /// them ends a line.
    var bytes: [9 of UInt8] {
        var bytes: [9 of UInt8] = .init(repeating: Ascii.lineFeed)
        bytes[0] = Self.first
        let worker = UInt32(truncatingIfNeeded: worker)
        for index in 1..<4 { bytes[index] = Self.septet(worker, 3 - index) }
        for index in 4..<8 { bytes[index] = Self.septet(number, 7 - index) }
        return bytes
    }

    @inline(__always)
    private static func septet(_ value: UInt32, _ place: Int) -> UInt8 {
        0x80 | UInt8(truncatingIfNeeded: value >> UInt32(7 * place)) & 0x7F
    }
}

/// What has come out of a balancer's pipe: the number of each worker's last batch.
public struct ReceivedBatches: Sendable {
    private var last: [Int: UInt32] = [:]

    public init() {}

    /// Takes note of a line that is a mark; false where it is another.
    public mutating func take(_ line: Span<UInt8>) -> Bool {
        guard let mark = BatchMark(line) else { return false }
        last[mark.worker] = mark.number
        return true
    }

    public subscript(worker: Int) -> UInt32? { last[worker] }
}
