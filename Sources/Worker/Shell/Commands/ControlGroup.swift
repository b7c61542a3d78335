import Glibc
import Host

/// The control groups of one command, from before its start until after its end.
final class ControlGroup: Sendable {
    private let groups: ControlGroups
    private let name: String

    struct Bounds: Equatable, Sendable {
        let memoryBytes: UInt64
        let processes: UInt64
        let processors: UInt32
    }

    /// - Parameter name: of this command among all of this worker.
    /// - Throws: when a group that this host has is refused: the command must not run without.
    init(_ groups: ControlGroups, name: String, _ bounds: Bounds) throws(HostError) {
        self.groups = groups
        self.name = ControlGroups.prefix + name
        for directory in self.directories where mkdir(directory, 0o755) != 0 {
            let number = errno
            self.remove()
            throw HostError(failedTo: "make the control group \(directory)", number)
        }
        for (controller, settings) in self.settings(bounds) {
            guard let directory = self.directory(controller) else { continue }
            for setting in settings {
                let isSet = ControlFile.write(setting.value, to: "\(directory)/\(setting.file)")
                guard isSet || setting.isOptional else {
                    self.remove()
                    throw HostError(
                        .failed, "the control group \(directory) does not take \(setting.file)")
                }
            }
        }
    }

    private struct Setting {
        let file: String
        let value: String
        /// A host without swap has no file for it.
        var isOptional = false
    }

    private func settings(_ bounds: Bounds) -> [(ControlGroups.Controller, [Setting])] {
        let memory = "\(bounds.memoryBytes)"
        let share = UInt64(bounds.processors) * Self.periodMicroseconds
        return self.groups.isUnified
            ? [
                (
                    .memory,
                    [
                        Setting(file: "memory.max", value: memory),
                        Setting(file: "memory.swap.max", value: "0", isOptional: true),
                        Setting(file: "memory.oom.group", value: "1", isOptional: true),
                    ]
                ),
                (.pids, [Setting(file: "pids.max", value: "\(bounds.processes)")]),
                (.cpu, [Setting(file: "cpu.max", value: "\(share) \(Self.periodMicroseconds)")]),
            ]
            : [
                (
                    .memory,
                    [
                        Setting(file: "memory.limit_in_bytes", value: memory),
                        Setting(
                            file: "memory.memsw.limit_in_bytes", value: memory, isOptional: true),
                    ]
                ),
                (.pids, [Setting(file: "pids.max", value: "\(bounds.processes)")]),
                (
                    .cpu,
                    [
                        Setting(
                            file: "cpu.cfs_period_us", value: "\(Self.periodMicroseconds)"),
                        Setting(file: "cpu.cfs_quota_us", value: "\(share)"),
                    ]
                ),
            ]
    }

    private static let periodMicroseconds: UInt64 = 100_000

    private func directory(_ controller: ControlGroups.Controller) -> String? {
        self.groups.places[controller].map { "\($0)/\(self.name)" }
    }

    /// Each once: with version 1 two controllers may share one, with version 2 all do.
    private var directories: [String] {
        Set(self.groups.places.values.map { "\($0)/\(self.name)" }).sorted()
    }

    /// Where a process that writes 0 enters the group, opened for it.
    func doors() throws(HostError) -> [Descriptor] {
        var doors: [Descriptor] = []
        for directory in self.directories {
            let number = open("\(directory)/cgroup.procs", O_WRONLY | O_CLOEXEC)
            guard number >= 0 else {
                throw HostError(failedTo: "open the control group \(directory)", errno)
            }
            doors.append(Descriptor(adopting: number))
        }
        return doors
    }

    /// Whether this host has none.
    var isEmpty: Bool { self.groups.places.isEmpty }

    // MARK: What was used

    /// How often the kernel killed one of its processes for want of memory.
    var outOfMemoryKills: UInt64 {
        guard let directory = self.directory(.memory) else { return 0 }
        let file = self.groups.isUnified ? "memory.events" : "memory.oom_control"
        return ControlFile.number("\(directory)/\(file)", "oom_kill") ?? 0
    }

    /// Of all its processes together; nil where nobody counts it.
    var processorTime: Duration? {
        guard let directory = self.directory(.cpuacct) else { return nil }
        return self.groups.isUnified
            ? ControlFile.number("\(directory)/cpu.stat", "usage_usec").map {
                .microseconds(Int64(clamping: $0))
            }
            : ControlFile.number("\(directory)/cpuacct.usage").map {
                .nanoseconds(Int64(clamping: $0))
            }
    }

    var peakMemoryBytes: UInt64? {
        guard let directory = self.directory(.memory) else { return nil }
        let file = self.groups.isUnified ? "memory.peak" : "memory.max_usage_in_bytes"
        return ControlFile.number("\(directory)/\(file)")
    }

    // MARK: The end

    /// Removes the group. What may still be dying in it is killed, and a moment is left to it.
    func remove() {
        for directory in self.directories {
            for _ in 0..<Self.patience where rmdir(directory) != 0 && errno == EBUSY {
                for process in ControlFile.words("\(directory)/cgroup.procs") {
                    if let number = pid_t(process), number > 0 { kill(number, SIGKILL) }
                }
                usleep(Self.momentMicroseconds)
            }
        }
    }

    private static let patience = 200
    private static let momentMicroseconds: UInt32 = 10_000
}
