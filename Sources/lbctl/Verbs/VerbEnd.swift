import Basics
import Control

/// How a verb ends: its exit code, and what is told where it fails.
enum VerbEnd {
    /// What was asked for was done.
    static let done: Int32 = 0
    /// What was asked for could not be done, or not all of it.
    static let failed: Int32 = 1
    /// The command line can't be understood.
    static let misused: Int32 = 2

    /// Does a verb's work, and returns the exit code; where it is refused, says so.
    static func of(_ work: () throws(Refusal) -> Int32) -> Int32 {
        do throws(Refusal) {
            return try work()
        } catch {
            return refused(error)
        }
    }

    /// Says what could not be done, and returns the exit code for it.
    static func refused(_ refusal: Refusal) -> Int32 {
        Console.complain(refusal)
        return failed
    }

    /// Says what is wrong with the command line, and returns the exit code for it.
    static func misused(_ error: UsageError) -> Int32 {
        Console.complain(error.message, advice: error.hint)
        return misused
    }
}
