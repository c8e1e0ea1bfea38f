import Basics
import Control
import Kernel

/// What a service was made from: the flags of `up`, the Procfile as it was read, and `.env`. From
/// it the topology can be worked out again, with more backends or after the file has changed.
public struct Recipe: Equatable, Sendable {
    public var flags: Topology.Flags
    /// The Procfile's path; `nil` where the built-in one is used.
    public var file: ByteString?
    /// Where the children are started: the Procfile's folder.
    public var directory: ByteString
    public var procfile: Procfile
    public var environment: EnvironmentFile

    /// Reads what `-f` names, or else the Procfile of this folder, if it has one.
    public init(_ flags: Topology.Flags, file: ByteString?) throws(Refusal) {
        let path = file ?? "Procfile"
        if let facts = try? Files.facts(Files.resolved(path)), facts.isDirectory {
            throw Refusal(
                what: "\(path.text) can't be read", why: "it is a folder; name the file in it",
                advice: "such as -f \(ShellWords.quoted(Files.resolved(path) + "/Procfile"))")
        }
        let isThere = file != nil || Files.isThere(path)
        let directory = Files.resolved(isThere ? path.parent : ".")
        try self.init(
            flags, file: isThere ? "\(directory)/\(path.lastComponent)" : nil,
            directory: directory, as: path.text)
    }

    private init(
        _ flags: Topology.Flags, file: ByteString?, directory: ByteString,
        as path: String
    ) throws(Refusal) {
        self.flags = flags
        self.file = file
        self.directory = directory
        guard let file else {
            procfile = .builtIn
            environment = EnvironmentFile()
            return
        }
        let beside = directory + "/.env"
        var text = ByteString()
        if Files.isThere(beside) {
            text = try Self.read(beside)
            try TextFile.refuseWide(text, beside.text)
        }
        environment = EnvironmentFile(text)
        procfile = try Procfile(try Self.read(file), path: path)
    }

    /// The recipe as the files say it now. A folder that had no Procfile may have one by now.
    public func readAgain() throws(Refusal) -> Recipe {
        let usual = directory + "/Procfile"
        return try Recipe(
            flags, file: file ?? (Files.isThere(usual) ? usual : nil), directory: directory,
            as: procfile.path)
    }

    /// What is to run. `ports` are those of children that run already, where the service does.
    public func topology(ports: Topology.KnownPorts? = nil) throws(Refusal) -> Topology {
        try Topology(procfile, flags: flags, environment: environment, ports: ports)
    }

    private static func read(_ path: ByteString) throws(Refusal) -> ByteString {
        // A pipe could keep a supervisor waiting for ever.
        if let facts = try? Files.facts(Files.resolved(path)), !facts.isRegular {
            throw Refusal(
                what: "\(path.text) can't be read",
                why: "it is no file, but a pipe, device or folder",
                advice: "copy what it says into a file")
        }
        do throws(SystemError) {
            return ByteString(try Files.contents(path))
        } catch {
            throw Refusal(
                what: "\(path.text) can't be read", why: "\(error.errno)",
                advice: error.errno == .noSuchFile ? "name another file with -f" : "")
        }
    }
}

extension Recipe: Spelled {
    public func spell(into frame: inout FrameWriter) {
        flags.spell(into: &frame)
        frame.put(file ?? "")
        frame.put(directory)
        frame.put(procfile.path)
        frame.put(procfile.lines)
        frame.put(procfile.skipped.map { String($0) })
        frame.put(environment.entries)
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        flags = try Topology.Flags(from: &frame)
        let file = try frame.octets()
        self.file = file.isEmpty ? nil : file
        directory = try frame.octets()
        let path = try frame.text()
        procfile = Procfile(lines: try frame.list())
        procfile.path = path
        procfile.skipped = try frame.texts().compactMap { Int($0) }
        environment = EnvironmentFile(entries: try frame.octetList())
    }
}

extension Procfile.Line: Spelled {
    public func spell(into frame: inout FrameWriter) {
        frame.put(type)
        frame.put(command)
        frame.put(place)
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        type = try frame.text()
        command = try frame.octets()
        place = try frame.text()
    }
}
