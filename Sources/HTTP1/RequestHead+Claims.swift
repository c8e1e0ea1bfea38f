import Basics

extension RequestHead {
    /// Calls `body` with where each element of X-Forwarded-For lies, in the order of the way.
    public func forEachForwardedFor(in bytes: Span<UInt8>, _ body: (Range<Int>) -> Void) {
        var rest = forwardedFor
        while let index = rest.popFirst() {
            var list = CommaList(fields[index].value.range)
            while let element = list.next(bytes) {
                if !element.isEmpty { body(element) }
            }
        }
    }
}
