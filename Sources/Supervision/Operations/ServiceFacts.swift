import Basics
import Control
import Planning

/// What is so of one child at a moment, for what decides by it.
struct ChildFacts {
    let child: ChildNumber
    let name: String
    /// 0 for one without a port.
    let port: UInt16
    let role: ChildPlan.Role
    /// Of the Procfile's line that it comes from.
    let type: String
    /// Whether it is a job that runs alone, to its end.
    let isRelease: Bool
    /// The present process; 0 where there is none.
    var pid: Int32 = 0
    /// Whether it belongs to the service, and is not about to leave it or to take over.
    var isMember = true
    /// The balancer that has taken over from it.
    var successor: ChildNumber?
    var lifecycle = Lifecycle.stopped
    /// Of the present process, or the last one.
    var generation: UInt64 = 0
    /// Whether it is looked at until it has finished what it has.
    var isFinishing = false
    /// Whether `drain` keeps new work from it.
    var isWithdrawn = false
    var weight: UInt32 = 1
    var settings = SettingFacts()
    /// How its last process ended, or empty.
    var ending = ""
    /// Whether that was by itself and well, and it need not run again.
    var hasFinished = false
    /// How long the present process took until it was ready; nil before.
    var readyAfter: Nanoseconds?
    /// Whether its next start makes it another than it is.
    var hasNextPlan = false

    var state: ChildState { lifecycle.state }
    var isBalanced: Bool { role == .backend }
    /// Whether its process answers, or would if it were not paused.
    var serves: Bool { [.ready, .paused].contains(state) }
    /// Whether it is a release that has ended well.
    var isDoneRelease: Bool { isRelease && hasFinished && state == .stopped }
}

/// What a child was given while it runs, and can be given.
struct SettingFacts {
    /// By what a balancer chooses; nil for any other child.
    var algorithm: BalancerOptions.Algorithm?
    /// How an lb-echo is to behave, and how far it has got with that.
    var faults = EchoFaults()
    var faultState = FaultState.unheard
    /// Why it can't have a setting, and what to do instead; nil where it can.
    var obstacle: (Setting) -> (words: String, advice: String)? = { _ in nil }
}

/// What is so of the service at a moment.
struct ServiceFacts {
    let now: Instant
    let unit: WorkUnit
    /// How long what is drained may take to finish what it has.
    let drainLimit: Nanoseconds
    /// The roster that the balancers were told last.
    let rosterVersion: UInt64
    /// The one by which all of them go; nil without a balancer.
    let adopted: UInt64?
    /// Whether there is a backend that new work goes to.
    let hasChoice: Bool
    /// How many balancers may be leaving at a time.
    let mostLeavingBalancers: Int
    /// What is known of a child; nil where it is gone.
    let child: (ChildNumber) -> ChildFacts?
    /// How many requests or connections a child has in hand.
    let inHand: (ChildNumber) -> UInt64
    /// The balancers that are leaving and still have a process.
    let leavingBalancers: () -> [ChildFacts]
}
