import Basics
import Testing

@testable import Control

/// What the first byte of a frame says, and the bytes that stand for one of several words.
@Suite struct TagTests {
    /// Checks that each tag begins a frame of some example, that the examples begin with no other
    /// byte, and that every other byte is refused by its number.
    private func check<Word: Spelled, Tag: RawRepresentable<UInt8> & CaseIterable>(
        _ examples: [Word], _ tags: Tag.Type, called what: String
    ) {
        let known = Set(Tag.allCases.map(\.rawValue))
        #expect(known.count == Tag.allCases.count)
        #expect(Set(examples.map { frame($0)[0] }) == known)
        for byte in UInt8.min...UInt8.max where !known.contains(byte) {
            #expect(fault([byte], as: Word.self) == "\(what) \(byte) is unknown")
        }
    }

    @Test func `every request has a tag and no other byte begins one`() {
        check(Words.requests, ControlRequest.Tag.self, called: "request")
    }

    @Test func `every reply has a tag and no other byte begins one`() {
        check(Words.replies, ControlReply.Tag.self, called: "reply")
    }

    @Test func `every order on the link has a tag and no other byte begins one`() {
        check(Words.orders, LinkOrder.Tag.self, called: "link order")
    }

    @Test func `every report on the link has a tag and no other byte begins one`() {
        check(Words.reports, LinkReport.Tag.self, called: "link report")
    }

    @Test func `every cause of an ending has a tag and no other byte begins one`() {
        let causes: [BackendEnding.Cause] = [
            .exited(code: 0), .killed(signal: 9, dumpedCore: false),
        ]
        check(causes, BackendEnding.Cause.Tag.self, called: "ending")
    }

    @Test func `a signal that is none has killed no backend`() {
        for signal in [0, -1, 65, .max] as [Int32] {
            let bytes = frame(BackendEnding.Cause.killed(signal: signal, dumpedCore: false))
            #expect(
                fault(bytes, as: BackendEnding.Cause.self) == "a signal is \(signal), not 1 to 64")
        }
    }

    /// Checks that a child's status returns with each value of one of its fields.
    private func returns<Value: Equatable & CaseIterable>(
        _ field: WritableKeyPath<ChildStatus, Value>
    ) {
        for value in Value.allCases {
            var child = Words.child
            child[keyPath: field] = value
            #expect(read(frame(child), as: ChildStatus.self)?[keyPath: field] == value)
        }
    }

    @Test func `every state and every health of a child returns`() {
        returns(\.state)
        returns(\.health)
    }

    @Test func `every verb, change and phase returns`() {
        for verb in ServiceVerb.allCases {
            let examples: [Setting] = [
                .weight(3), .latency(.milliseconds(3)), .errorRate(.whole), .algorithm(.random),
            ]
            let order = ServiceOrder(
                verb, targets: ["all"], settings: examples.filter { $0.kind == verb.setting })
            #expect(read(frame(order), as: ServiceOrder.self) == order)
        }
        for change in ServiceChange.allCases {
            let report = TargetReport(
                name: "a", port: 1, pid: 2, isDone: true, outcome: "", change: change)
            #expect(read(frame(report), as: TargetReport.self) == report)
        }
        for phase in ServicePhase.allCases {
            let status = ServiceStatus(
                name: "a", supervisorPid: 1, guardianPid: 2, url: "", phase: phase, children: [])
            #expect(read(frame(status), as: ServiceStatus.self) == status)
        }
    }

    @Test func `every fact about a backend returns, and an unknown one is refused`() {
        for fact in MemberFact.allCases {
            var member = Words.roster.members[0]
            member.fact = fact
            #expect(read(frame(member), as: RosterMember.self) == member)
        }
        let bytes = frame(Words.roster.members[0])
        // Slot, generation, name and address stand before it.
        let place = 4 + 8 + 4 + "backend.1".utf8.count + 4 + "127.0.0.1:3000".utf8.count
        var odd = bytes
        odd[place] = 99
        #expect(fault(odd, as: RosterMember.self) == "backend fact 99 is unknown")
    }

    @Test func `every state and every change has a word of its own`() {
        #expect(Set(ChildState.allCases.map(\.word)).count == ChildState.allCases.count)
        #expect(Set(ChildHealth.allCases.map(\.word)).count == ChildHealth.allCases.count)
        #expect(Set(ServiceVerb.allCases.map(\.word)).count == ServiceVerb.allCases.count)
        #expect(Set(ServiceChange.allCases.map(\.word)).count == ServiceChange.allCases.count)
        for state in ChildState.allCases {
            let begins = ["is ", "has "].contains { state.phrase.hasPrefix($0) }
            #expect(begins, "\(state.phrase)")
        }
    }
}
