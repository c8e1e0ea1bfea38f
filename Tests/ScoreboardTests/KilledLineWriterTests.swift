import Basics
import Kernel
import Testing

/// A balancer may be killed between any two instructions, and all of its threads share one pipe:
/// what came out of the pipe and what is found in the batches are together each line once.
@Suite struct KilledLineWriterTests {
    @Test func `writers that are killed at any instant lose no line and leave none twice`()
        async throws
    {
        // In a process of its own, for it is copied thousands of times.
        let end = try await #require(
            processExitsWith: .success, observing: [\.standardErrorContent]
        ) {
            var site = try KillSite()
            for _ in 0..<700 {
                guard let fault = try site.round() else { continue }
                DescriptorReference.standardError.writeAll(fault)
                return
            }
            // Each of what may be found was found.
            let counts = "\(site.written) in pipes, \(site.left) left, \(site.unsure) not sure"
            if site.written < 700 || site.left < 700 || site.unsure < 20 {
                DescriptorReference.standardError.writeAll(counts)
            }
        }
        #expect(Utf8.string(end.standardErrorContent.span) == "")
    }
}
