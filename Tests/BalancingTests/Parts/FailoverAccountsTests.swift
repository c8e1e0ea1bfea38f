import Basics
import Control
import Testing

@testable import Balancing

@Suite struct FailoverAccountsTests {
    private static let window = Nanoseconds.milliseconds(100)
    private static let patience = Nanoseconds.milliseconds(20)
    private static let breaks: [AttemptFailure] = [.brokenSent, .brokenUnsent]
    private static let others: [AttemptFailure] = [.notConnected, .timedOut, .malformed]
    private let first = BackendProcess(slot: 0, generation: 4)
    private let second = BackendProcess(slot: 1, generation: 9)

    /// The part with requests of its own, one of which each test is about.
    private final class World {
        var accounts = FailoverAccounts<AccountedRequest>(
            backends: 2, window: FailoverAccountsTests.window,
            patience: FailoverAccountsTests.patience)
        var requests = Slab<AccountedRequest>(capacity: 8)
        var request: Slab<AccountedRequest>.Key
        var claim: FailoverClaim?
        var now = Instant(nanoseconds: 1_000_000_000)

        init() { request = requests.insert(AccountedRequest()) }

        func lost(
            _ process: BackendProcess, _ fate: RequestFate,
            _ failure: AttemptFailure = .brokenSent, hasDied: Bool = true
        ) {
            claim = accounts.lost(
                request, claim, by: process, failure, hasDied: hasDied, fate, now: now,
                in: requests)
        }

        func another() {
            request = requests.insert(AccountedRequest())
            claim = nil
        }

        func leave(_ process: BackendProcess) {
            accounts.left(process, now: now, in: requests)
        }

        func settle() -> [FailoverReport] { accounts.settle(now: now, in: requests) }
    }

    private func account(
        _ process: BackendProcess, _ inFlight: UInt32, _ retried: UInt32, _ failed: UInt32
    ) -> FailoverAccount {
        FailoverAccount(
            slot: process.slot, generation: process.generation, inFlight: inFlight,
            retried: retried, failed: failed)
    }

    @Test(arguments: breaks)
    func `what broke at a death is told as soon as nothing is in flight, and once`(
        _ failure: AttemptFailure
    ) {
        let world = World()
        world.lost(first, .goesOn, failure)
        world.requests.discard(world.request.slot)
        world.another()
        world.lost(first, .isOver, failure)
        world.leave(first)
        let told = world.settle()
        #expect(told == [.first(account(first, 2, 1, 1)), .rest(account(first, 0, 0, 0))])
        #expect(world.accounts.isEmpty && world.settle().isEmpty)
    }

    @Test func `the first account waits for what is in flight, but not for long`() {
        let world = World()
        world.requests[world.request.slot].holder = first
        world.leave(first)
        #expect(world.settle().isEmpty)
        #expect(world.accounts.due == world.now + Self.patience)
        world.now = world.now + Self.patience
        #expect(world.settle() == [.first(account(first, 0, 0, 0))])
        #expect(world.accounts.due == nil && !world.accounts.isEmpty)
        // However long its client takes to read what there is.
        world.now = world.now + .seconds(3600)
        #expect(world.settle().isEmpty)
        world.requests[world.request.slot].holder = nil
        world.lost(first, .isOver, hasDied: true)
        #expect(world.settle() == [.rest(account(first, 1, 0, 1))])
        #expect(world.accounts.isEmpty)
    }

    @Test func `what a later process of the same backend has delays no account`() {
        let world = World()
        let next = BackendProcess(slot: first.slot, generation: first.generation + 1)
        world.requests[world.request.slot].holder = first
        world.leave(first)
        #expect(world.settle().isEmpty)
        world.requests[world.request.slot].holder = nil
        world.lost(first, .goesOn)
        world.requests[world.request.slot].holder = next
        #expect(world.settle() == [.first(account(first, 1, 1, 0))])
        // A new element in its place is another one.
        world.requests.discard(world.request.slot)
        world.another()
        world.requests[world.request.slot].holder = first
        #expect(world.settle() == [.rest(account(first, 0, 0, 0))])
    }

    @Test(arguments: others)
    func `one that was tried elsewhere and fails there fails where it came from`(
        _ failure: AttemptFailure
    ) {
        for hasDied in [true, false] {
            let world = World()
            world.lost(first, .goesOn)
            world.leave(first)
            #expect(world.settle() == [.first(account(first, 1, 1, 0))])
            world.lost(second, .goesOn, failure, hasDied: hasDied)
            #expect(world.settle().isEmpty)
            world.lost(second, .isOver, failure, hasDied: hasDied)
            #expect(world.settle() == [.rest(account(first, 0, 0, 1))])
            #expect(world.claim == nil)
        }
    }

    @Test func `one that fails before the first account is told as failed alone`() throws {
        let world = World()
        world.lost(first, .goesOn)
        world.accounts.failed(try #require(world.claim))
        world.leave(first)
        #expect(
            world.settle() == [.first(account(first, 1, 0, 1)), .rest(account(first, 0, 0, 0))])
    }

    @Test func `one that is answered elsewhere, or left by its client, stays tried elsewhere`() {
        let world = World()
        world.lost(first, .goesOn)
        world.leave(first)
        #expect(world.settle() == [.first(account(first, 1, 1, 0))])
        #expect(world.settle().isEmpty)
        world.requests.discard(world.request.slot)
        #expect(world.settle() == [.rest(account(first, 0, 0, 0))])
    }

    @Test(arguments: breaks)
    func `of two deaths in a row the second one failed it and the first did not`(
        _ failure: AttemptFailure
    ) {
        let world = World()
        world.lost(first, .goesOn)
        world.leave(first)
        world.lost(second, .isOver, failure)
        world.leave(second)
        #expect(
            world.settle() == [
                .first(account(first, 1, 1, 0)), .rest(account(first, 0, 0, 0)),
                .first(account(second, 1, 0, 1)), .rest(account(second, 0, 0, 0)),
            ])
    }

    @Test func `a process that lives takes no request out of the account of a death`() {
        for fate in [RequestFate.goesOn, .isOver] {
            let world = World()
            world.lost(first, .goesOn)
            world.leave(first)
            world.lost(second, fate, hasDied: false)
            if fate == .goesOn { world.lost(second, .isOver, .timedOut, hasDied: false) }
            #expect(
                world.settle() == [
                    .first(account(first, 1, 0, 1)), .rest(account(first, 0, 0, 0)),
                ])
        }
    }

    @Test func `one that runs into the same death again is one`() {
        for fate in [RequestFate.goesOn, .isOver] {
            let world = World()
            world.lost(first, .goesOn)
            world.lost(first, .goesOn, .brokenUnsent)
            world.lost(first, fate, .brokenUnsent)
            world.leave(first)
            let isOver: UInt32 = fate == .isOver ? 1 : 0
            #expect(world.settle().first == .first(account(first, 1, 1 - isOver, isOver)))
        }
    }

    @Test func `one that found a process dead is told of only if it fails`() throws {
        let world = World()
        world.lost(first, .goesOn, .notConnected)
        world.leave(first)
        #expect(world.settle() == [.first(account(first, 0, 0, 0))])
        world.accounts.failed(try #require(world.claim))
        #expect(world.settle() == [.rest(account(first, 1, 0, 1))])
        let refused = World()
        refused.lost(first, .isOver, .notConnected)
        refused.leave(first)
        #expect(refused.settle().first == .first(account(first, 1, 0, 1)))
        // Of a process that lives no account is asked for.
        let alive = World()
        alive.lost(first, .goesOn, .notConnected, hasDied: false)
        #expect(alive.claim == nil)
    }

    @Test func `what broke long before was no death, unless it was seen to be one`() {
        for hasDied in [false, true] {
            for late in [false, true] {
                let world = World()
                world.lost(first, .isOver, hasDied: hasDied)
                world.now = world.now + Self.window + Nanoseconds(late ? 1 : 0)
                world.leave(first)
                let count: UInt32 = hasDied || !late ? 1 : 0
                #expect(world.settle().first == .first(account(first, count, 0, count)))
            }
        }
    }

    @Test func `what a process broke off while it lived is not in the account of its death`() {
        let world = World()
        world.lost(first, .goesOn, hasDied: false)
        let (request, claim) = (world.request, world.claim)
        world.now = world.now + .seconds(5)
        world.another()
        world.lost(first, .goesOn, hasDied: true)
        (world.request, world.claim) = (request, claim)
        world.lost(second, .isOver, .timedOut, hasDied: false)
        world.leave(first)
        #expect(world.settle() == [.first(account(first, 1, 1, 0))])
    }

    @Test func `a process that ends connections for ever fills no memory, and is one account`() {
        let world = World()
        for _ in 0..<10_000 {
            world.lost(first, .goesOn, hasDied: false)
            world.requests.discard(world.request.slot)
            world.another()
        }
        world.leave(first)
        guard case .first(let told) = world.settle().first else {
            Issue.record("there is no account")
            return
        }
        #expect(told.inFlight <= 8)
    }

    @Test func `a balancer that leaves tells what it knows`() {
        let world = World()
        world.lost(first, .goesOn)
        world.leave(first)
        world.leave(second)
        #expect(
            world.accounts.close() == [
                .first(account(first, 1, 1, 0)), .rest(account(first, 0, 0, 0)),
                .first(account(second, 0, 0, 0)), .rest(account(second, 0, 0, 0)),
            ])
        #expect(world.accounts.isEmpty && world.accounts.close().isEmpty)
    }
}

/// A request as far as accounts look at it.
struct AccountedRequest: AttemptedRequest {
    var holder: BackendProcess?
}
