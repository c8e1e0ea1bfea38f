import Basics
import Glibc

/// A POSIX extended regular expression, regex(7), compiled once and matched against many texts.
///
/// No locale is set in our programs: `.` is one octet, and letters are those of ASCII.
@safe
public final class Pattern: Sendable {
    /// Why a text is no expression, as regerror(3) says it.
    public struct Invalid: Error, Equatable {
        public let reason: String
    }

    // Never changed once it is compiled; regexec(3) locks what it needs to.
    private nonisolated(unsafe) let compiled: UnsafeMutablePointer<regex_t>

    /// regcomp(3).
    public init(_ expression: String) throws(Invalid) {
        let memory = UnsafeMutablePointer<regex_t>.allocate(capacity: 1)
        unsafe memory.initialize(to: regex_t())
        let result = unsafe regcomp(memory, expression, REG_EXTENDED)
        if result != 0 {
            let reason = unsafe Self.reason(result, memory)
            unsafe memory.deallocate()
            throw Invalid(reason: reason)
        }
        unsafe compiled = memory
    }

    deinit {
        unsafe regfree(compiled)
        unsafe compiled.deallocate()
    }

    /// Whether some of the text matches, regexec(3). NUL is an octet like any other.
    public func matches(_ text: Span<UInt8>) -> Bool {
        unsafe text.withUnsafeBufferPointer { memory in
            guard let base = memory.baseAddress else { return unsafe matches("", count: 0) }
            return unsafe base.withMemoryRebound(to: CChar.self, capacity: memory.count) {
                unsafe matches($0, count: memory.count)
            }
        }
    }

    private func matches(_ text: UnsafePointer<CChar>, count: Int) -> Bool {
        // REG_STARTEND: the text ends where this says, and needs no NUL behind it.
        var place = regmatch_t(rm_so: 0, rm_eo: regoff_t(count))
        return unsafe regexec(compiled, text, 1, &place, REG_STARTEND) == 0
    }

    private static func reason(_ code: Int32, _ memory: UnsafePointer<regex_t>) -> String {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            unsafe buffer[0] = 0
            _ = unsafe regerror(code, memory, buffer.baseAddress!, 256)
            return unsafe String(cString: buffer.baseAddress!)
        }
    }
}
