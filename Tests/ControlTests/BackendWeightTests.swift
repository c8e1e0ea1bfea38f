import Basics
import TestSupport
import Testing

@testable import Control

/// The words of `--backend` and `--weight`, and what a backend weighs by them.
@Suite struct BackendWeightTests {
    private typealias Backend = BalancerOptions.Backend
    private typealias Weight = BalancerOptions.Weight

    private func fault(_ read: () throws(UsageError) -> Void) -> UsageError? {
        do throws(UsageError) {
            try read()
            return nil
        } catch { return error }
    }

    @Test func `a backend has an address, and may have a name and a weight in any order`() throws {
        let bare = try Backend("3000")
        #expect(bare.endpoint == .local(port: 3000) && bare.name == nil && bare.weight == 1)
        let full = try Backend("[::1]:3000,weight=0,name=a=b")
        #expect("\(full.endpoint)" == "[::1]:3000" && full.name == "a=b" && full.weight == 0)
        #expect(try Backend("3000,name=a,weight=256").weight == 256)
    }

    @Test(arguments: [
        "weight=257", "weight=-1", "weight=x", "weight", "", "colour=red", "weight=+1x",
    ])
    func `what a backend does not have is refused`(part: String) {
        let error = fault { () throws(UsageError) in _ = try Backend("3000,\(part)") }
        #expect(error?.message == "'\(part)' in --backend 3000,\(part) is not understood")
        #expect(
            error?.hint == "--backend takes [ADDR:]PORT[,name=N][,weight=W], W from 0 to 256")
    }

    @Test func `a weight is said of a target, which may have the sign in its name`() throws {
        let plain = try Weight("backend.2=3")
        #expect(plain.target == "backend.2" && plain.weight == 3)
        let odd = try Weight("a=b=0")
        #expect(odd.target == "a=b" && odd.weight == 0)
    }

    @Test(arguments: ["3001", "=3", ""]) func `a weight without a target or a sign is refused`(
        text: String
    ) {
        #expect(
            fault { () throws(UsageError) in _ = try Weight(text) }
                == UsageError(
                    "'\(text)' says no weight", hint: "TARGET=W, such as 3001=3 or backend.2=3"))
    }

    @Test(arguments: ["257", "-1", "", "x", "1.5"])
    func `a weight that is none is refused`(number: String) {
        #expect(
            fault { () throws(UsageError) in _ = try Weight("a=\(number)") }
                == UsageError(
                    "a weight is a number from 0 to 256, not '\(number)'", hint: "such as a=3"))
    }

    @Test func `what is said last of a name, type, port or all counts`() throws {
        let options = try BalancerOptions(words: ["--weight", "web=2", "--weight", "3001=4"])
        #expect(options.weight(name: "web.1", type: "web", port: 3002) == 2)
        #expect(options.weight(name: "web", type: "job", port: 3002) == 2)
        #expect(options.weight(name: "web.2", type: "web", port: 3001) == 4)
        #expect(options.weight(name: "b", type: "b", port: 1) == nil)
        let all = try BalancerOptions(words: ["--weight", "3001=4", "--weight", "all=9"])
        #expect(all.weight(name: "x", type: "y", port: 3001) == 9)
    }
}

/// What tells requests apart for `hash`.
@Suite struct HashKeyTests {
    private typealias HashKey = BalancerOptions.HashKey

    @Test(
        arguments: [
            ("source", .source), ("uri", .uri), ("path", .path), ("header:Host", .header("Host")),
            ("cookie:id", .cookie("id")), ("header:a:b", .header("a:b")),
        ] as [(String, BalancerOptions.HashKey)])
    func `a key is read as it is spelled`(text: String, key: BalancerOptions.HashKey) {
        #expect(HashKey(text) == key)
        #expect("\(key)" == text)
    }

    @Test(arguments: ["", "Source", "header", "header:", "cookie", "field:x", "uri:x"])
    func `anything else is none`(text: String) { #expect(HashKey(text) == nil) }
}

/// Bounds on what is asked for.
@Suite struct RequestBoundsTests {
    private func name(_ bytes: [UInt8]) -> String? {
        var writer = FrameWriter()
        writer.put(bytes.span)
        var reader = FrameReader(writer.bytes)
        do throws(Misspelling) {
            _ = try reader.text(in: RequestBounds.name, "a name")
            return nil
        } catch { return error.reason }
    }

    @Test func `a text has its length, is UTF-8 and has no NUL`() {
        #expect(name([]) == nil)
        #expect(name([UInt8](repeating: 0x61, count: 256)) == nil)
        #expect(name([UInt8](repeating: 0x61, count: 257)) == "a name is 257 bytes long")
        #expect(name([0x61, 0]) == "a name is no text")
        #expect(name([0xC3]) == "a name is no text")
    }

    @Test func `as many names are taken as one request may have`() {
        func fault(_ count: Int) -> String? {
            var writer = FrameWriter()
            writer.put([String](repeating: "a", count: count))
            var reader = FrameReader(writer.bytes)
            do throws(Misspelling) {
                let names = try reader.names("a target")
                return names.count == count ? nil : "\(names.count)"
            } catch { return error.reason }
        }
        #expect(fault(1) == nil)
        #expect(fault(1024) == nil)
        #expect(fault(0) == "0 names were given, not 1 to 1024")
        #expect(fault(1025) == "1025 names were given, not 1 to 1024")
    }

    @Test func `a count that is not true to its frame costs no memory`() {
        var writer = FrameWriter()
        writer.put(UInt32.max)
        var lists = FrameReader(writer.bytes)
        #expect(throws: Misspelling.self) { try lists.texts() }
        var octets = FrameReader(writer.bytes)
        #expect(throws: Misspelling.self) { try octets.octetList() }
        var data = FrameReader(writer.bytes)
        #expect(throws: Misspelling("a text is longer than its frame")) { try data.data() }
    }

    @Test func `a number has its bounds`() throws {
        var writer = FrameWriter()
        for number in [0, 256, 257] as [UInt32] { writer.put(number) }
        var reader = FrameReader(writer.bytes)
        #expect(try reader.number(in: RequestBounds.weight, "a weight") == 0)
        #expect(try reader.number(in: RequestBounds.weight, "a weight") == 256)
        #expect(throws: Misspelling("a weight is 257, not 0 to 256")) {
            try reader.number(in: RequestBounds.weight, "a weight")
        }
        #expect(throws: Misspelling("the frame ends too early")) { try reader.byte() }
    }
}

/// What became of the requests that a dead backend had, added up.
@Suite struct FailoverAccountTests {
    private func account(_ inFlight: UInt32, _ retried: UInt32, _ failed: UInt32) -> FailoverAccount
    {
        FailoverAccount(
            slot: 1, generation: 2, inFlight: inFlight, retried: retried, failed: failed)
    }

    @Test func `what several threads counted is added`() {
        var sum = account(3, 2, 1)
        sum.add(account(4, 4, 0))
        #expect(sum == account(7, 6, 1))
    }

    @Test func `a retried request that failed after all is taken back`() {
        var told = account(5, 4, 1)
        // Two that had been retried failed elsewhere.
        let since = account(0, 0, 2)
        #expect(since.failedElsewhere == 2)
        told.correct(by: since)
        #expect(told == account(5, 2, 3))
    }

    @Test func `what was still in flight is new, and takes nothing back`() {
        var told = account(5, 4, 1)
        let since = account(2, 1, 1)
        #expect(since.failedElsewhere == 0)
        told.correct(by: since)
        #expect(told == account(7, 5, 2))
    }

    @Test func `no more is taken back than there was`() {
        var told = account(1, 1, 0)
        told.correct(by: account(0, 0, 3))
        #expect(told == account(1, 0, 3))
        #expect(account(.max, 0, 1).failedElsewhere == 0)
        #expect(account(0, .max, .max).failedElsewhere == .max)
    }
}
