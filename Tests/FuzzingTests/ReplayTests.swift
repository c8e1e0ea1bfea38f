import Kernel
import Testing

/// Plays the bytes that fuzzing began with, those that it learnt and those that were findings.
@Suite(.serialized) struct ReplayTests {
    @Test(arguments: FuzzTarget.allCases)
    func `what was found once is not found again`(target: FuzzTarget) throws {
        try play(target, "Found")
    }

    @Test(arguments: FuzzTarget.allCases)
    func `nothing is found in the bytes that fuzzing begins with`(target: FuzzTarget) throws {
        #expect(try play(target, "Corpus") > 10)
    }

    @discardableResult
    private func play(_ target: FuzzTarget, _ kind: String) throws -> Int {
        let folder = Self.folder + "/\(kind)/\(target.rawValue)"
        // Where nothing has been found there is no folder.
        let all = Files.exists(folder) ? try Files.names(in: folder) : []
        let names = all.filter { !$0.hasPrefix(".") }
        for name in names {
            let bytes = try Files.contents("\(folder)/\(name)")
            do throws(Finding) {
                try target.examine(bytes)
            } catch {
                Issue.record("\(kind)/\(target.rawValue)/\(name): \(error)")
            }
        }
        return names.count
    }

    private static let folder: String = {
        let parts = #filePath.split(separator: "/").dropLast()
        return "/" + parts.joined(separator: "/")
    }()
}
