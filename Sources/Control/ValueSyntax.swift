import Basics

/// How the value of an option is written: what stands for it in the help, how it is read, and how
/// a default is spelled.
struct ValueSyntax<Value: Sendable>: Sendable {
    /// Reads what was given of an option; nothing where it was not.
    typealias Reading =
        @Sendable (ParsedOptions, _ name: String) throws(UsageError) -> Value?

    /// As `N`; nothing for an option without a value.
    let placeholder: String?
    /// What may be typed, where the placeholder does not list it.
    let words: [String]?
    let read: Reading
    /// Nothing where no default of it is told.
    let spell: (@Sendable (Value) -> String)?

    init(
        _ placeholder: String?, words: [String]? = nil,
        spell: (@Sendable (Value) -> String)? = nil, read: @escaping Reading
    ) {
        self.placeholder = placeholder
        self.words = words
        self.spell = spell
        self.read = read
    }

    /// One value, of which a reading without a result means that it `takes` something else.
    static func one(
        _ placeholder: String, takes what: String, words: [String]? = nil,
        spell: (@Sendable (Value) -> String)? = nil,
        _ value: @escaping @Sendable (String) -> Value?
    ) -> Self {
        Self(placeholder, words: words, spell: spell) { (given, name) throws(UsageError) in
            guard let text = given.value(name) else { return nil }
            if let value = value(text) { return value }
            throw UsageError("--\(name) takes \(what), not '\(text)'")
        }
    }

    /// One value, of which the reading says itself what is wrong.
    static func one(
        _ placeholder: String, _ value: @escaping @Sendable (String) throws(UsageError) -> Value
    ) -> Self {
        Self(placeholder) { (given, name) throws(UsageError) in
            guard let text = given.value(name) else { return nil }
            return try value(text)
        }
    }

    /// A value of another syntax, or `off`.
    static func off<Wrapped>(or other: ValueSyntax<Wrapped>) -> Self where Value == Wrapped? {
        Self(
            other.placeholder, words: other.words,
            spell: { value in value.flatMap { other.spell?($0) } ?? "off" },
            read: { (given, name) throws(UsageError) in
                if given.value(name) == "off" { return .some(nil) }
                // Without the `map` nothing given would be the same as `off`.
                return try other.read(given, name).map { $0 }
            })
    }

    /// All values that are given, each of one or more elements.
    static func each<Element>(
        _ placeholder: String,
        _ elements: @escaping @Sendable (String) throws(UsageError) -> [Element]
    ) -> Self where Value == [Element] {
        Self(placeholder) { (given, name) throws(UsageError) in
            var all: [Element] = []
            for text in given.values(name) { all += try elements(text) }
            return all.isEmpty ? nil : all
        }
    }
}

extension ValueSyntax<Bool> {
    /// Nothing behind its name: it is there or it isn't.
    static var flag: Self {
        Self(nil) { (given, name) throws(UsageError) in given.has(name) }
    }
}

extension ValueSyntax where Value: FixedWidthInteger {
    /// A whole number; with `off`, that word stands for a number too.
    static func number(
        _ range: ClosedRange<Int>, _ placeholder: String = "N", off: Value? = nil
    ) -> Self {
        Self(
            placeholder, spell: { String($0) },
            read: { (given, name) throws(UsageError) in
                if let off, given.value(name) == "off" { return off }
                return try given.number(name, in: range).map { Value($0) }
            })
    }

    /// A number of bytes; a `range` of them is told of as `bounds`.
    static func size(
        _ range: ClosedRange<UInt64> = 0...Quantity.longest, bounds: String = ""
    ) -> Self {
        Self(
            "SIZE", spell: { Quantity.spelled(size: UInt64($0)) },
            read: { (given, name) throws(UsageError) in
                guard let size = try given.size(name) else { return nil }
                if range.contains(size) { return Value(size) }
                throw UsageError("--\(name) takes \(bounds), not \(size) bytes")
            })
    }
}

extension ValueSyntax<UInt64> {
    /// Bytes a second, or `off` for 0.
    static var rate: Self {
        one(
            "SIZE/s|off", takes: "off or a rate such as 16B/s",
            spell: { $0 == 0 ? "off" : Quantity.spelled(size: $0) + "/s" },
            { text in
                if text == "off" { return 0 }
                return text.hasSuffix("/s") ? Quantity.size(String(text.dropLast(2))) : nil
            })
    }
}

extension ValueSyntax<Nanoseconds> {
    static var duration: Self {
        Self(
            "TIME", spell: { Quantity.spelled($0) },
            read: { (given, name) throws(UsageError) in try given.duration(name) })
    }
    /// A time that is not 0.
    static var span: Self {
        Self(
            "TIME", spell: { Quantity.spelled($0) },
            read: { (given, name) throws(UsageError) in try given.span(name) })
    }
}

extension ValueSyntax where Value: RawRepresentable<String> & CaseIterable {
    /// One of several words.
    static func choice(_ placeholder: String? = nil) -> Self {
        let words = Value.allCases.map { $0.rawValue }
        return Self(
            placeholder ?? words.joined(separator: "|"), words: words, spell: { $0.rawValue },
            read: { (given, name) throws(UsageError) in try given.choice(name) })
    }
}
