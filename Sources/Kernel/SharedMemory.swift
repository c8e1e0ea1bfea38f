import Basics
import CLinux
import Glibc

/// Memory that several processes see at once, memfd_create(2) and mmap(2).
@safe
public final class SharedMemory: @unchecked Sendable {
    /// The memory, page-aligned, zero at first. Only modules that lay it out use it.
    public let base: UnsafeMutableRawPointer
    /// In bytes.
    public let size: Int
    /// To be handed to the processes that are to share it.
    public let descriptor: Descriptor

    /// New memory of `size` bytes; pages take room only once they are written.
    public init(named name: String, size: Int) throws(SystemError) {
        let made = Descriptor(number: try checked("memfd_create", unsafe clinux_memfd(name)))
        _ = try checked("ftruncate", clinux_ftruncate(made.number, Int64(size)))
        unsafe base = try Self.map(made, size: size)
        self.size = size
        descriptor = made
    }

    /// Memory that another process made.
    public init(sharing given: consuming Descriptor) throws(SystemError) {
        var facts = clinux_file_facts()
        _ = try checked("fstat", unsafe clinux_fstat(given.number, &facts))
        let size = Int(facts.size)
        unsafe base = try Self.map(given, size: size)
        self.size = size
        descriptor = given
    }

    /// Memory that another process made, to be read alone: a write ends the program.
    public init(reading given: consuming Descriptor) throws(SystemError) {
        var facts = clinux_file_facts()
        _ = try checked("fstat", unsafe clinux_fstat(given.number, &facts))
        let size = Int(facts.size)
        unsafe base = try Self.map(given, size: size, for: PROT_READ)
        self.size = size
        descriptor = given
    }

    /// Another descriptor of it that does not allow to write, for a process that only looks.
    public func readOnlyDescriptor() throws(SystemError) -> Descriptor {
        try Files.open("/proc/self/fd/\(descriptor.number)", for: .read)
    }

    deinit { unsafe munmap(base, size) }

    private static func map(
        _ descriptor: borrowing Descriptor, size: Int, for access: Int32 = PROT_READ | PROT_WRITE
    ) throws(SystemError) -> UnsafeMutableRawPointer {
        let mapped = unsafe mmap(
            nil, size, access, MAP_SHARED, descriptor.number, 0)
        guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else {
            throw SystemError(call: "mmap", errno: .noMemory)
        }
        return unsafe mapped
    }
}
