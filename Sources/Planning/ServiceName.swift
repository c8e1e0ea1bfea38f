import Basics
import Control
import Kernel

/// What a service is called where no name is given: after the folder of its Procfile, or
/// `default` where it has none.
public enum ServiceName {
    /// That of a service without a Procfile.
    public static let usual = "default"
    /// The most bytes of a name.
    static let longest = 48
    /// Hexadecimal digits of a path's hash.
    private static let hashDigits = 8

    /// Whether a text can be a name: it is that of a folder too, and must not lead out of it.
    public static func isValid(_ name: String) -> Bool {
        guard !name.isEmpty, name.utf8.count <= longest, !name.hasPrefix("."), !name.hasPrefix("-")
        else { return false }
        return name.utf8.allSatisfy(isPart)
    }

    /// The name of the service whose Procfile lies in this folder, given by its whole path. What no
    /// name can have becomes `-`; where little is left of it, or it is too long, the path's hash
    /// tells it from others.
    public static func of(folder path: ByteString) -> String {
        let base = path.bytes.split(separator: Ascii.slash).last ?? []
        var name: [UInt8] = []
        for byte in base {
            if isPart(byte) {
                name.append(byte)
            } else if name.last != 0x2D {
                name.append(0x2D)
            }
        }
        let isEdge = { (byte: UInt8) in byte == 0x2D || byte == 0x2E }
        name = Array(name.drop(while: isEdge).reversed().drop(while: isEdge).reversed())
        if name.isEmpty { return "folder-" + hash(path) }
        if name.count <= longest { return String(decoding: name, as: UTF8.self) }
        return String(decoding: name.prefix(longest - hashDigits - 1), as: UTF8.self) + "-"
            + hash(path)
    }

    /// The name that `up -f FILE` gives, or `up` here.
    public static func of(procfile: ByteString?) -> String {
        guard let procfile else { return ofThisFolder() ?? usual }
        return of(folder: Files.resolved(procfile.parent))
    }

    /// The name of the service of the folder that this process is in; `nil` where there is no
    /// Procfile.
    public static func ofThisFolder() -> String? {
        Files.isThere("Procfile") ? of(folder: Files.resolved(".")) : nil
    }

    /// What a verb means that is typed here without `--name`, as far as it goes by the place alone.
    public static func implied() -> String {
        if let name = ThisProcess.variable(Inheritance.service), !name.isEmpty { return name }
        return ofThisFolder() ?? usual
    }

    private static func isPart(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D, 0x2E: true
        default: false
        }
    }

    /// FNV-1a, 32 bits.
    private static func hash(_ path: ByteString) -> String {
        var value: UInt32 = 0x811C_9DC5
        for byte in path.bytes { value = (value ^ UInt32(byte)) &* 0x0100_0193 }
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: hashDigits - digits.utf8.count) + digits
    }
}
