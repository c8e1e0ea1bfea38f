/// Stops the program with a sentence when something that must always hold does not.
///
/// `precondition` says nothing in an optimised build; a supervised child that dies must say why.
@inlinable @inline(__always)
public func invariant(
    _ condition: Bool, _ sentence: @autoclosure () -> StaticString,
    file: StaticString = #fileID, line: UInt = #line
) {
    if !condition {
        invariantBroken(sentence(), file: file, line: line)
    }
}

@inline(never) @usableFromInline
func invariantBroken(_ sentence: StaticString, file: StaticString, line: UInt) -> Never {
    fatalError("invariant broken: \(sentence)", file: file, line: line)
}
