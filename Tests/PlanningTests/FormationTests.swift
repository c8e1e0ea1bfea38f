import Basics
import Control
import Testing

@testable import Planning

@Suite("A formation")
struct FormationTests {
    @Test(arguments: ["worker", "worker=", "worker=x", "=1", "worker=-1", "worker=1=2", ",,a"])
    func `that can't be read is refused with an example`(text: String) {
        let error = #expect(throws: UsageError.self) { try Formation(text) }
        #expect(error?.hint == "such as worker=2,clock=0")
    }

    @Test(arguments: [
        ("worker=2,clock=0", "worker", 2), ("worker=2,clock=0", "clock", 0),
        ("worker=1,worker=3", "worker", 3), ("all=2", "web", 2), ("all=2,web=5", "web", 5),
        ("web=5,all=2", "web", 5), ("worker=2, clock=1", "clock", 1),
    ])
    func `says how many copies of a type there are to be`(text: String, type: String, count: Int)
        throws
    {
        #expect(try Formation(text).count(of: type) == count)
    }

    @Test
    func `says nothing of a type that it does not name`() throws {
        #expect(try Formation("worker=2").count(of: "web") == nil)
        #expect(Formation().count(of: "web") == nil)
    }

    @Test
    func `is written as it is read`() throws {
        let formation = try Formation("worker=2,all=1,clock=0")
        #expect(formation.text == "worker=2,all=1,clock=0")
        #expect(try Formation(formation.text) == formation)
        #expect(try Formation("worker=2") != formation)
    }

    @Test
    func `is refused where it names a type that is not there`() throws {
        try Formation("all=1,web=2").check(against: ["web"])
        let refusal = #expect(throws: Refusal.self) {
            try Formation("worker=2").check(against: ["web", "clock"])
        }
        #expect(refusal?.why == "there is no type 'worker'")
        #expect(refusal?.advice == "the types are web, clock")
    }

    @Test
    func `has room for as many copies as a service takes, and for no more`() throws {
        let most = Int(RequestBounds.backends.upperBound)
        #expect(try Formation("web=\(most)").count(of: "web") == most)
        #expect(throws: UsageError.self) { try Formation("web=\(most + 1)") }
    }
}
