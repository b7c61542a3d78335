import Foundation
import Glibc

/// The CPU time of this process and all below it, as /proc counts it.
enum ProcessTree {
    /// Seconds of user and system time; what children used that were waited for is included.
    static func cpuSeconds() -> Double {
        let ticks = Double(max(1, sysconf(CInt(_SC_CLK_TCK))))
        return Self.members().reduce(0) { $0 + $1.ticks } / ticks
    }

    private struct Member {
        let parent: pid_t
        let ticks: Double
    }

    private static func members() -> [Member] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        var all: [pid_t: Member] = [:]
        for name in names {
            guard let pid = pid_t(name), let member = Self.member(pid) else { continue }
            all[pid] = member
        }
        var ours: [pid_t] = [getpid()]
        var next = 0
        while next < ours.count {
            let parent = ours[next]
            ours += all.keys.sorted().filter { all[$0]?.parent == parent }
            next += 1
        }
        return ours.compactMap { all[$0] }
    }

    /// Nil when the process has ended meanwhile.
    private static func member(_ pid: pid_t) -> Member? {
        guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let end = stat.lastIndex(of: ")")
        else { return nil }
        // After the name: state, parent, …; user and system time are the 12th and 13th of these,
        // those of children that ended the two after them.
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        guard fields.count > 14, let parent = pid_t(fields[1]) else { return nil }
        let ticks = fields[11...14].compactMap { Double($0) }.reduce(0, +)
        return Member(parent: parent, ticks: ticks)
    }
}
