import Basics

/// The variables that a command line takes for set: `$NAME` and `${NAME}`, outside single quotes,
/// without a word to take instead, and not given a value by the line itself.
enum VariableMentions {
    /// Their names, in order.
    static func of(_ line: ByteString) -> [String] {
        var names: [String] = []
        let bytes = line.bytes
        var index = 0
        var isInDouble = false
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch byte {
            case UInt8(ascii: "\\"): index += 1
            case UInt8(ascii: "\""): isInDouble.toggle()
            case UInt8(ascii: "'") where !isInDouble:
                index = (bytes[index...].firstIndex(of: byte) ?? bytes.count - 1) + 1
            case UInt8(ascii: "$"):
                guard let name = name(in: bytes, at: index) else { continue }
                if !names.contains(name) && !isGiven(name, in: bytes) { names.append(name) }
            default: continue
            }
        }
        return names
    }

    private static func name(in bytes: [UInt8], at index: Int) -> String? {
        let isBraced = index < bytes.count && bytes[index] == UInt8(ascii: "{")
        let name = bytes[(isBraced ? index + 1 : index)...].prefix(while: ShellReader.isNamePart)
        guard let first = name.first, !(Ascii.zero...Ascii.nine).contains(first) else { return nil }
        if isBraced {
            guard name.endIndex < bytes.count, bytes[name.endIndex] == UInt8(ascii: "}") else {
                return nil
            }
        }
        return String(decoding: name, as: UTF8.self)
    }

    /// Whether the name stands as a word of its own in the line, as in `NAME=1`, `read NAME` or
    /// `for NAME in`.
    private static func isGiven(_ name: String, in bytes: [UInt8]) -> Bool {
        let name = Array(name.utf8)
        var index = 0
        while index < bytes.count {
            let run = bytes[index...].prefix(while: ShellReader.isNamePart)
            if run.isEmpty {
                index += 1
                continue
            }
            let before = index > 0 ? bytes[index - 1] : Ascii.space
            let isMention = before == UInt8(ascii: "$") || before == UInt8(ascii: "{")
            if !isMention && run.elementsEqual(name) { return true }
            index = run.endIndex
        }
        return false
    }
}
