import Basics

/// The colour of a source: the same name has the same one in every run and every window.
enum SourceColour {
    /// The SGR sequence that begins the colour of `name`. The copies of one type follow each other
    /// in the palette, so neighbours differ.
    static func code(of name: Span<UInt8>) -> StaticString {
        if name.spells("lbctl", in: 0..<name.count) { return "\u{1B}[1m" }
        // There when all others are, and never one of their colours.
        if name.count >= 8 && name.spells("balancer", in: 0..<8) { return "\u{1B}[2m" }
        var hash: UInt32 = 2_166_136_261
        var end = name.count
        var copy: UInt32 = 0
        var unit: UInt32 = 1
        while end > 0, name[end - 1] >= Ascii.zero, name[end - 1] <= Ascii.nine {
            end -= 1
            copy &+= UInt32(name[end] - Ascii.zero) &* unit
            unit &*= 10
        }
        // FNV-1a over the type.
        for index in 0..<end {
            hash = (hash ^ UInt32(name[index])) &* 16_777_619
        }
        switch ((hash >> 8) &+ copy) % 10 {
        case 0: return "\u{1B}[36m"
        case 1: return "\u{1B}[33m"
        case 2: return "\u{1B}[32m"
        case 3: return "\u{1B}[35m"
        case 4: return "\u{1B}[34m"
        case 5: return "\u{1B}[96m"
        case 6: return "\u{1B}[93m"
        case 7: return "\u{1B}[92m"
        case 8: return "\u{1B}[95m"
        default: return "\u{1B}[94m"
        }
    }
}
