/// What an oracle found wrong: a sentence, with the bytes it is about.
struct Finding: Error, CustomStringConvertible {
    let description: String

    init(_ sentence: String) { description = sentence }
}

/// Says that something must hold.
func require(
    _ holds: Bool, _ sentence: @autoclosure () -> String
) throws(Finding) {
    if !holds { throw Finding(sentence()) }
}

/// Bytes as a person can read them, in a finding.
func shown(_ bytes: some Sequence<UInt8>) -> String {
    var text = ""
    for byte in bytes.prefix(2000) {
        switch byte {
        case 0x0D: text += "\\r"
        case 0x0A: text += "\\n\n"
        case 0x20...0x7E: text.unicodeScalars.append(Unicode.Scalar(byte))
        default: text += "\\x" + String(byte, radix: 16)
        }
    }
    return text
}
