import Basics
import Control

/// What applies where neither a flag nor the Procfile says anything. All numbers of a plan stand
/// here, with their reasons.
public enum PlanLimits {
    /// How long a child may take to become ready.
    public static let start = Nanoseconds.seconds(60)
    /// How long it may take to end once it has been asked to.
    public static let stop = Nanoseconds.seconds(10)
    /// The balancer's port.
    static let usualPort = BalancerOptions.usualListen.port ?? 0
    /// The first port of the type that is balanced.
    static let usualBasePort: UInt16 = 3000
    /// Where lb-admin listens.
    static let usualAdminPort: UInt16 = 8404
    /// Copies of the type that is balanced.
    static let usualBackends = 3
    /// Where types that are not balanced get their ports from, as foreman gives them.
    static let firstOtherPort = 5000
    /// How many ports lie between the first ones of two such types, as with foreman.
    static let portsATypeHas = 100
    /// Where programs are looked for where the environment has no PATH.
    static let usualPath: ByteString = "/usr/local/bin:/usr/bin:/bin"
    /// How much of a program's file is read for its first line, in bytes: the kernel reads as much
    /// (execve(2), BINPRM_BUF_SIZE).
    static let scriptHead = 256
    /// How much of another process's command line is shown, in characters.
    static let shownCommand = 120
}
