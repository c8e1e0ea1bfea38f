import Basics
import Control
import Kernel
import Testing

@testable import Planning

/// Where lb-admin listens.
@Suite struct AdminPlanTests {
    private func plan(
        _ wish: AdminPort, types: [String] = ["backend"], known: [String: UInt16] = [:],
        sparing taken: Set<UInt16> = []
    ) throws -> AdminPlan? {
        var ports = Topology.KnownPorts()
        ports.others = known
        return try AdminPlan(wish, types: types, known: ports, sparing: taken)
    }

    @Test func `it is a port or off that is asked for`() throws {
        #expect(try AdminPort("off") == .off)
        #expect(try AdminPort("0") == .asked(0))
        #expect(try AdminPort("65535") == .asked(65535))
        for text in ["8404x", "", "-1", "65536", "on", "Off"] {
            #expect(throws: UsageError.self) { try AdminPort(text) }
        }
    }

    @Test(arguments: [AdminPort.off, .usual, .asked(0), .asked(9000)])
    func `what was asked for is spelt and read`(port: AdminPort) throws {
        var frame = FrameWriter()
        port.spell(into: &frame)
        var reader = FrameReader(frame.bytes)
        #expect(try AdminPort(from: &reader) == port)
    }

    @Test func `a port that was asked for is kept, without a look at it`() throws {
        let holder = try Socket.listen(on: .loopback(port: 0))
        let port = try #require(try Socket.localAddress(of: holder).port)
        let plan = try #require(try plan(.asked(port)))
        #expect(plan.port == port && plan.hold == nil && plan.notices.isEmpty)
        #expect(plan.words.map(\.text) == ["lb-admin", "--port", "\(port)"])
    }

    @Test func `the kernel chooses one that no other is given`() throws {
        let plan = try #require(try plan(.asked(0)))
        #expect(plan.port != 0 && plan.hold?.port == plan.port && plan.notices.isEmpty)
    }

    @Test func `where the usual port is another's of the service it gets a free one, and says so`()
        throws
    {
        let plan = try #require(try plan(.usual, sparing: [PlanLimits.usualAdminPort]))
        #expect(plan.port != PlanLimits.usualAdminPort && plan.port != 0)
        #expect(plan.notices.count == 1)
        #expect(
            plan.notices.first?.hasPrefix("lb-admin can't have port 8404: another process") == true)
    }

    @Test func `one that runs keeps its port over a reload`() throws {
        let plan = try #require(try plan(.usual, known: ["admin": 4711]))
        #expect(plan.port == 4711 && plan.hold == nil && plan.notices.isEmpty)
        #expect(try self.plan(.off, known: ["admin": 4711]) == nil)
    }

    @Test func `a type of the Procfile keeps its name`() throws {
        #expect(try plan(.asked(1))?.name == "admin")
        #expect(try plan(.asked(1), types: ["admin", "web"])?.name == "lb-admin")
    }
}
