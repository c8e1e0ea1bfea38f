import Basics

extension OctetText {
    /// Calls `body` with the octets as C wants them, ended by a zero.
    func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        var bytes = octets.bytes
        bytes.append(0)
        return unsafe bytes.withUnsafeBytes { memory in
            unsafe body(memory.baseAddress!.assumingMemoryBound(to: CChar.self))
        }
    }
}

extension ByteString {
    /// What C gave us.
    init(cString: UnsafePointer<CChar>) {
        self.init()
        var next = unsafe cString
        while unsafe next.pointee != 0 {
            unsafe bytes.append(UInt8(bitPattern: next.pointee))
            unsafe next += 1
        }
    }
}
