/// Swift in words and marks: what is in comments and texts is left out, but for what a text takes
/// in by interpolation.
struct Tokens {
    struct Token: Equatable {
        /// An identifier, a single mark, `0` for any number and `""` for any text.
        let text: String
        /// Counted from 1.
        let line: Int
        let isName: Bool
    }

    private(set) var list: [Token] = []
    private let bytes: [UInt8]
    private var place = 0
    private var line = 1

    init(_ source: House.Source) {
        bytes = Array(source.lines.joined(separator: "\n").utf8)
        read(isInterpolation: false)
    }

    private func byte(_ offset: Int = 0) -> UInt8? {
        place + offset < bytes.count ? bytes[place + offset] : nil
    }

    private static func isName(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
        default: false
        }
    }

    private mutating func add(_ text: String, isName: Bool = false) {
        list.append(Token(text: text, line: line, isName: isName))
    }

    /// Reads to the end, or over the parenthesis that ends an interpolation.
    private mutating func read(isInterpolation: Bool) {
        var depth = 0
        while let next = byte() {
            switch next {
            case 0x0A:
                line += 1
                place += 1
            case 0x20, 0x09: place += 1
            case 0x2F where byte(1) == 0x2F:
                while let next = byte(), next != 0x0A { place += 1 }
            case 0x22,
                0x23 where startsText:
                readText()
            case 0x60: place += 1
            case _ where Self.isName(next): readWord()
            default:
                if next == 0x28 { depth += 1 }
                if next == 0x29 {
                    if isInterpolation && depth == 0 {
                        place += 1
                        return
                    }
                    depth -= 1
                }
                add(String(UnicodeScalar(next)))
                place += 1
            }
        }
    }

    /// Whether here, at a number sign, a text begins that knows no escapes without one.
    private var startsText: Bool {
        var offset = 0
        while byte(offset) == 0x23 { offset += 1 }
        return byte(offset) == 0x22
    }

    private mutating func readWord() {
        let start = place
        while let next = byte(), Self.isName(next) { place += 1 }
        if (0x30...0x39).contains(bytes[start]) {
            add("0")
        } else {
            add(String(decoding: bytes[start..<place], as: UTF8.self), isName: true)
        }
    }

    private mutating func readText() {
        add("\"\"")
        var signs = 0
        while byte() == 0x23 {
            signs += 1
            place += 1
        }
        let isLong = byte(1) == 0x22 && byte(2) == 0x22
        let quotes = isLong ? 3 : 1
        place += quotes
        while let next = byte() {
            if next == 0x0A { line += 1 }
            if next == 0x22 && has(quotes, of: 0x22) && has(signs, of: 0x23, behind: quotes) {
                place += quotes + signs
                return
            }
            if next == 0x5C && has(signs, of: 0x23, behind: 1) {
                place += 1 + signs
                let escaped = byte()
                if escaped == 0x0A { line += 1 }
                place += 1
                if escaped == 0x28 { read(isInterpolation: true) }
                continue
            }
            place += 1
        }
    }

    private func has(_ count: Int, of wanted: UInt8, behind offset: Int = 0) -> Bool {
        (0..<count).allSatisfy { byte(offset + $0) == wanted }
    }
}
