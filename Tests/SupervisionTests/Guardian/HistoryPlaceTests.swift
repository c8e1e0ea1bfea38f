import Basics
import Control
import Glibc
import Kernel
import Testing

@testable import Supervision

@Suite("Where the history is kept")
struct HistoryPlaceTests {
    private let base = "/tmp/lbctl-place-\(ThisProcess.pid)-\(Randomness.word())"
    private var path: String { base + "/lbctl/x/log" }

    private func cleanUp() {
        try? Files.remove(path)
        for folder in [path, base + "/lbctl/x", base + "/lbctl", base] {
            try? Files.removeFolder(folder)
        }
    }

    private var obstacle: Refusal? { HistoryPlace(path: ByteString(path)).obstacle() }

    @Test
    func `is all right where it is ours, or still to be made`() throws {
        defer { cleanUp() }
        #expect(obstacle == nil)
        try Files.makeFolders(path)
        try Files.setPermissions(base + "/lbctl", to: 0o755)
        #expect(obstacle == nil)
    }

    @Test
    func `is not used where others can look into it, or write above it`() throws {
        defer { cleanUp() }
        try Files.makeFolders(path)
        try Files.setPermissions(path, to: 0o750)
        #expect(obstacle?.advice == "chmod 700 \(path)")
        try Files.setPermissions(path, to: 0o700)
        try Files.setPermissions(base + "/lbctl", to: 0o777)
        #expect(obstacle?.advice == "chmod 755 \(base)/lbctl")
    }

    @Test
    func `is not used where it is a link or a file`() throws {
        defer { cleanUp() }
        try Files.makeFolders(base + "/lbctl/x")
        #expect(symlink("/tmp", path) == 0)
        #expect(obstacle?.advice == "remove it")
        try Files.remove(path)
        _ = try Files.open(path, for: .replace)
        #expect(obstacle?.advice == "remove it")
    }

    @Test
    func `that can't be made is told with what to set`() throws {
        let place = HistoryPlace(path: "/dev/null/lbctl/x/log")
        #expect {
            _ = try place.open(limit: 1 << 20, for: "/somewhere")
        } throws: { error in
            (error as? Refusal)?.advice.contains("XDG_STATE_HOME") == true
        }
    }
}
