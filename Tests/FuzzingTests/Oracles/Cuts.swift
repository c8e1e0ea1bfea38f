import HTTP1

/// Where bytes are cut, to see whether it makes a difference.
enum Cuts {
    /// Every place in what is short, some dozens in what is long.
    static func of(_ count: Int) -> [Int] {
        if count <= 96 { return Array(0..<count) }
        let step = count / 48
        return Array(stride(from: 1, to: count, by: step)) + [count - 3, count - 2, count - 1]
    }

    /// What is made of a part of the bytes must go with what is made of all of them.
    static func compare(
        _ part: HeadParse, _ whole: HeadParse, _ cut: Int
    ) throws(Finding) {
        switch (part, whole) {
        case (.partial, .partial), (.partial, .malformed): return
        case (.partial, .complete(let length)):
            try require(cut < length, "all of a head at \(cut) is taken for a part")
        case (.complete, _), (.malformed, _):
            try require(part == whole, "at \(cut) it is \(part), and whole \(whole)")
        }
    }
}
