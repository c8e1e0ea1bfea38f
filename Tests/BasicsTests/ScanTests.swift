import Testing

@testable import Basics

@Suite struct ScanTests {
    @Test func `the first octet that can't be printed is found wherever it stands`() {
        for length in 0..<40 {
            var text = [UInt8](repeating: 0x61, count: length)
            #expect(text.span.firstUnprintable() == length)
            for place in 0..<length {
                for octet in [0, 0x09, 0x1F, 0x20, 0x7E, 0x7F, 0x80, 0xA0, 0xFF] as [UInt8] {
                    text[place] = octet
                    let isPrintable = octet >= 0x20 && octet < 0x7F
                    for start in [0, place, min(place + 1, length)] {
                        let expected = isPrintable || start > place ? length : place
                        #expect(text.span.firstUnprintable(from: start) == expected)
                    }
                }
                text[place] = 0x7E
            }
        }
    }

    @Test func `numbers are read and written the lowest octet first`() {
        var queue = ByteQueue(capacity: 1)
        queue.append(littleEndian: 0x0102_0304 as UInt32)
        queue.append(littleEndian: UInt64.max - 1)
        #expect(queue.bytes[0] == 4 && queue.bytes[3] == 1)
        #expect(queue.bytes.littleEndian(UInt32.self, at: 0) == 0x0102_0304)
        #expect(queue.bytes.littleEndian(UInt64.self, at: 4) == UInt64.max - 1)
        #expect(queue.bytes.littleEndian(UInt16.self, at: 1) == 0x0203)
    }
}
