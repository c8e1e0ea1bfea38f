import Basics
import Control

/// What is exported of one process of a service.
struct ProcessFigures {
    let status: ChildStatus
    /// What the kernel tells of it; nil while there is none.
    let usage: ProcessUsage?
}

/// The metrics of processes.
enum ProcessMetrics {
    static func families(_ processes: [ProcessFigures]) -> [MetricFamily] {
        var states = MetricFamily(
            "lbctl_process_state", .gauge, "1 for the state that a process is in, 0 for others.")
        var exits = MetricFamily(
            "lbctl_process_exits", .counter, "How often it has ended, by how.")
        var restarts = MetricFamily(
            "lbctl_process_restarts", .counter, "How often it was started again after it had died.")
        for process in processes {
            let labels = process.labels
            for state in ChildState.allCases {
                states.add(
                    process.status.state == state ? 1 : 0, labels + [("state", state.word)])
            }
            for reason in ExitCounts.Reason.allCases {
                exits.add(process.status.exits[reason], labels + [("reason", reason.word)])
            }
            restarts.add(process.status.restarts, labels)
        }
        return [states, restarts, exits] + usage(processes)
    }

    /// What only a process has that there is.
    private static func usage(_ processes: [ProcessFigures]) -> [MetricFamily] {
        var started = MetricFamily(
            "lbctl_process_start_time_seconds", .gauge, "When it was started, since 1970.")
        var cpu = MetricFamily(
            "lbctl_process_cpu_seconds", .counter, "Processor time of the process itself.")
        var memory = MetricFamily(
            "lbctl_process_resident_memory_bytes", .gauge, "Memory of the process itself in RAM.")
        var descriptors = MetricFamily(
            "lbctl_process_open_descriptors", .gauge, "Descriptors that it has open.")
        var threads = MetricFamily("lbctl_process_threads", .gauge, "Threads that it has.")
        for process in processes {
            guard let usage = process.usage else { continue }
            let labels = process.labels
            if let time = process.status.startedAt {
                started.add(.number(Double(time.nanoseconds) / 1e9), labels)
            }
            cpu.add(.number(usage.cpu.seconds), labels)
            memory.add(usage.residentBytes, labels)
            descriptors.add(UInt64(usage.descriptors), labels)
            threads.add(UInt64(usage.threads), labels)
        }
        return [started, cpu, memory, descriptors, threads]
    }
}

extension ProcessFigures {
    fileprivate var labels: [(name: String, value: String)] { [("process", status.name)] }
}
